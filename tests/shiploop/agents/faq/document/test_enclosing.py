"""A question stands in a box, an item or a term, with its answer in it, where its file's do."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shiploop.agents.faq.document.document import Entry, as_written, find, insert, remove
from shiploop.agents.faq.question import Question, check_question
from tests.builders import an_entry

ANSWER = "Press it:\n\n```sh\nmake x\n\nmake y\n```\n\n- one\n- two"
ASKED = an_entry("How do I export it?", answer=ANSWER)

# A file of each shape, and how our entry begins and ends in it.
SHAPES = {
    "an admonition that folds": (
        '# FAQ\n\n??? question "What is it?"\n\n    A tool.\n\n??? question "Why not?"\n\n'
        "    So.\n\nStill lost? Ask us.\n",
        '??? question "How do I export it?"\n\n    Press it:\n\n    ```sh\n    make x\n\n',
        "    - two\n",
    ),
    "an admonition with its text in the next line": (
        '# FAQ\n\n!!! faq "What is it?"\n    A tool.\n\n!!! faq "Why not?"\n    So.\n',
        '!!! faq "How do I export it?"\n    Press it:\n\n    ```sh\n',
        "    - two\n",
    ),
    "an admonition without a word for its kind": (
        '# FAQ\n\n??? "What is it?"\n    A tool.\n\n??? "Why not?"\n    So.\n',
        '??? "How do I export it?"\n    Press it:\n',
        "    - two\n",
    ),
    "a heading of HTML with a name": (
        '# FAQ\n\n<h3 name="it">\nWhat is it?\n</h3>\n\nA tool.\n\n'
        '<h3 name="not">\nWhy not?\n</h3>\n\nSo.\n',
        '<h3 name="how-do-i-export-it">\nHow do I export it?\n</h3>\n\nPress it:\n',
        "- two\n",
    ),
    "a heading of HTML with a number": (
        '# FAQ\n\n<h4 id="q1">Q 1. What is it?</h4>\n\nA tool.\n\n'
        '<h4 id="q2">Q 2. Why not?</h4>\n\nSo.\n',
        '<h4 id="how-do-i-export-it">Q 3. How do I export it?</h4>\n\nPress it:\n',
        "- two\n",
    ),
    "an item with a line break": (
        "# FAQ\n\n- **What is it?**  \n  A tool.\n\n- **Why not?**  \n  So.\n",
        "- **How do I export it?**  \n  Press it:\n",
        "  - two\n",
    ),
    "an item with answers in a list": (
        "# FAQ\n\n- What is it?\n  - A tool.\n\n- Why not?\n  - So.\n",
        "- How do I export it?\n\n  Press it:\n",
        "  - two\n",
    ),
    "a container": (
        "# FAQ\n\n::: details What is it?\nA tool.\n:::\n\n::: details Why not?\nSo.\n:::\n\n"
        "## Else\n",
        "::: details How do I export it?\nPress it:\n",
        "- two\n:::\n",
    ),
    "a term": (
        "# FAQ\n\nWhat is it?\n:   A tool.\n\n    Two.\n\nWhy not?\n:   So.\n\n## Else\n\nText.\n",
        "How do I export it?\n:   Press it:\n\n    ```sh\n",
        "    - two\n",
    ),
    "an item with a number": (
        "# FAQ\n\n1. **What is it?**\n\n   A tool.\n\n2. **Why not?**\n\n   So.\n\nMore.\n",
        "3. **How do I export it?**\n\n   Press it:\n",
        "   - two\n",
    ),
    "an item with a number that is wider than the one before": (
        "# FAQ\n\n8. What is it?\n\n   A tool.\n\n9. Why not?\n\n   So.\n",
        "10. How do I export it?\n\n    Press it:\n",
        "    - two\n",
    ),
    "an item": (
        "# FAQ\n\n- **What is it?**\n\n  A tool.\n\n- **Why not?**\n\n  So.\n",
        "- **How do I export it?**\n\n  Press it:\n",
        "  - two\n",
    ),
    "an element in a group": (
        '# FAQ\n\n<AccordionGroup>\n  <Accordion title="What is it?">\n    A tool.\n'
        '  </Accordion>\n  <Accordion title="Why not?">\n    So.\n  </Accordion>\n'
        "</AccordionGroup>\n\nMore.\n",
        '  <Accordion title="How do I export it?">\n    Press it:\n',
        "    - two\n  </Accordion>\n",
    ),
    "a shortcode": (
        '---\ntitle: x\n---\n\n{{% details title="What is it?" closed="true" %}}\n\nA tool.\n\n'
        '{{% /details %}}\n\n{{% details title="Why not?" closed="true" %}}\n\nSo.\n\n'
        "{{% /details %}}\n",
        '{{% details title="How do I export it?" closed="true" %}}\n\nPress it:\n',
        "- two\n\n{{% /details %}}\n",
    ),
    "a tag of Liquid": (
        "# FAQ\n\n{% details What is it? %}\nA tool.\n{% enddetails %}\n\n{% details Why not? %}\n"
        "So.\n{% enddetails %}\n",
        "{% details How do I export it? %}\nPress it:\n",
        "- two\n{% enddetails %}\n",
    ),
}
pages = pytest.mark.parametrize(("page", "begins", "ends"), SHAPES.values(), ids=SHAPES.keys())


@pages
def test_an_entry_has_the_shape_of_the_others(page: str, begins: str, ends: str) -> None:
    edited = insert(page, ASKED)
    assert f" -->\n\n{begins}" in edited
    assert f"{ends}\n<!-- /shiploop:entry" in edited
    assert find(edited, ASKED.question_hash) == as_written(page, ASKED)
    assert remove(edited, ASKED.question_hash) == page


@pages
def test_it_stands_below_the_last_answer(page: str, begins: str, ends: str) -> None:
    edited = insert(page, ASKED)
    below = edited.rpartition(" -->")[2].strip()
    assert edited.index("Why not?") < edited.index(begins.split("\n")[0])
    assert below in ("", "More.", "Still lost? Ask us.", "</AccordionGroup>\n\nMore.") or (
        below.startswith("## Else")
    )


@settings(max_examples=300)
@given(
    st.sampled_from([page for page, _, _ in SHAPES.values()]),
    st.text(st.sampled_from("aB1 ?.)(:\"'`*_#|<>{}%[]&\\-+=!~é問"), min_size=1, max_size=12),
)
@example("# FAQ\n\n<h4>Q 1. What is it?</h4>\n\nA tool.\n", "*1*")  # stars mean nothing there
def test_whatever_is_asked_is_read_back_and_taken_out_whole(page: str, text: str) -> None:
    question = check_question(text)
    if not isinstance(question, Question):
        return
    entry = Entry(question.text, question.hash, question.slug, ASKED.trace_id, "```\n  x\n\ny\n```")
    edited = insert(page, entry)
    found = find(edited, entry.question_hash)
    assert found
    assert found.question == question.text
    assert remove(edited, entry.question_hash) == page


def test_questions_of_other_languages_begin_otherwise() -> None:
    page = "# FAQ\n\n- ¿Qué es?\n\n  Eso.\n\n- ¿Por qué no?\n\n  Así.\n"
    assert "\n- ¿Cómo se exporta?\n\n  " in insert(page, an_entry("¿Cómo se exporta?"))


def test_what_cannot_stand_in_a_box_stands_in_bold() -> None:
    page = SHAPES["a tag of Liquid"][0]
    assert "**What is 100% {x}?**" in insert(page, an_entry("What is 100% {x}?"))
