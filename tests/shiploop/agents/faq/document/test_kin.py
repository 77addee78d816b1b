"""An entry stands among the questions of its file, and is written as they are."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shiploop.agents.faq.document.document import (
    Entry,
    UnsafeDocumentError,
    as_written,
    entries,
    find,
    insert,
    remove,
)
from tests.builders import an_entry, below

ASKED = an_entry("How do I export it?", answer="Press it.\n\nSource: [Export](export.md)")
OTHERS = [
    an_entry("A first question?", answer="First."),
    an_entry("Where is the log kept?", answer="- Here.\n- There."),
    an_entry("Zebras, are they supported?", answer="| a | b |\n| --- | --- |\n| 1 | 2 |"),
]


def question_line(document: str) -> str:
    """The line that asks, of the one entry that was inserted."""
    lines = insert(document, ASKED).splitlines()
    return next(line for line in lines if "How do I export it?" in line and "](#" not in line)


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ("# FAQ\n\n### What is it?\n\nA.\n", "### How do I export it?"),
        ("# FAQ\n\n## What is it? ##\n\nA.\n", "## How do I export it? ##"),
        ("# FAQ\n\n### **What is it?**\n\nA.\n", "### **How do I export it?**"),
        ("# FAQ\n\n## _What is it?_\n\nA.\n", "## _How do I export it?_"),
        ("# FAQ\n\n## _What is LOG_LEVEL?_\n\nA.\n", "## _How do I export it?_"),
        ("# FAQ\n\n## What is it? {#what}\n\nA.\n", "## How do I export it? {#how-do-i-export-it}"),
        ("# FAQ\n\n### Q: What is it?\n\nA: One.\n", "### Q: How do I export it?"),
        ("# FAQ\n\n## 1. What is it?\n\nA.\n\n## 2. Why?\n\nB.\n", "## 3. How do I export it?"),
        ("# FAQ\n\n## Q1: What is it?\n\nA.\n\n## Q2: Why?\n\nB.\n", "## Q3: How do I export it?"),
        ("### 1、它是什么？\n\n甲。\n\n### 2、为什么？\n\n乙。\n", "### 3、How do I export it?"),
        ("## Q1 What is it?\n\nA.\n\n## Q2 Why?\n\nB.\n", "## Q3 How do I export it?"),
        ("## >> What is it?\n\nA.\n\n## >> Why?\n\nB.\n", "## >> How do I export it?"),
        ("## ❓ What is it?\n\nA.\n\n## ❓ Why?\n\nB.\n", "## ❓ How do I export it?"),
        ("## 🏡 What is it?\n\nA.\n\n## 🚀 Why?\n\nB.\n", "## How do I export it?"),
        ("**🏡 What is it?**\n\nA.\n\n**🚀 Why?**\n\nB.\n", "**How do I export it?**"),
        ("# Q\n\n## Why? :id=why\n\nA.\n", "## How do I export it? :id=how-do-i-export-it"),
        ("## A\n\n### 1. So?\n\nA.\n\n## B\n\n### 2. No?\n\nB.\n", "### 3. How do I export it?"),
        ("## A\n\n### 1. So?\n\nA.\n\n## B\n\n### 1. No?\n\nB.\n", "### 2. How do I export it?"),
        ("FAQ\n===\n\nWhat is it?\n-----------\n\nA.\n", "How do I export it?"),
        ("# FAQ\n\n**What is it?**\n\nA.\n\n**Why?**\n\nB.\n", "**How do I export it?**"),
        ("**Q: What?**\n\nA: One.\n\n**Q: Why?**\n\nA: Two.\n", "**Q: How do I export it?**"),
        ("**Q**. What?\n\n**A**. A.\n\n**Q**. Why?\n\n**A**. B.\n", "**Q**. How do I export it?"),
        (
            "<details>\n<summary>What?</summary>\n\nA.\n\n</details>\n\n"
            "<details>\n<summary>Why?</summary>\n\nB.\n\n</details>\n",
            "<summary>How do I export it?</summary>",
        ),
        ("## General\n\n### It fails\n\nA.\n\n### No sound\n\nB.\n", "### How do I export it?"),
        ("## FAQ\n", "### How do I export it?"),
    ],
)  # fmt: skip
def test_a_question_is_written_as_the_others_are(document: str, line: str) -> None:
    after = insert(document, ASKED)
    assert question_line(document) == line
    assert entries(after) == (ASKED,)
    assert remove(after, ASKED.question_hash) == document


def test_an_answer_begins_as_the_others_do() -> None:
    document = "# FAQ\n\n### Q: What is it?\n\n**A:** One.\n\n### Q: Why?\n\n**A:** Two.\n"
    assert "\n\n**A:** Press it.\n" in insert(document, ASKED)
    steps = an_entry("How do I start?", answer="1. One.\n2. Two.")
    assert "\n\n1. One.\n" in insert(document, steps)


def test_a_rule_stands_between_entries_where_it_does() -> None:
    document = "# FAQ\n\n## What?\n\nA.\n\n---\n\n## Why?\n\nB.\n\n---\n\n## Contact\n\nUs.\n"
    after = insert(insert(document, ASKED), OTHERS[0])
    assert after.count("-->\n\n---\n\n## ") == 3
    assert entries(after) == (OTHERS[0], ASKED)
    assert after.endswith("-->\n\n---\n\n## Contact\n\nUs.\n")


def test_a_question_joins_the_section_that_speaks_of_it() -> None:
    document = (
        "# FAQ\n\n## General\n\n### What is it?\n\nA.\n\n## Exporting data\n\n"
        "### Is CSV known?\n\nB.\n\n## Licence\n\n### May I sell it?\n\nC.\n"
    )
    after = insert(document, an_entry("How do I start exporting data?"))
    assert after.index("start exporting") < after.index("## Licence")
    assert after.index("start exporting") > after.index("Is CSV known?")
    other = insert(document, an_entry("Who are you?"))
    assert other.index("Who are you?") < other.index("## Exporting data")


def test_questions_stand_in_the_one_section_of_questions() -> None:
    document = "# Thing\n\n## Install\n\nSo.\n\n## FAQ\n\n### Why?\n\nB.\n\n## Build\n\nSo.\n"
    assert below(ASKED, document) == "## Build\n\nSo."
    assert question_line(document) == "### How do I export it?"


def test_statements_among_the_questions_are_kin() -> None:
    document = (
        "# FAQ\n\n## Why?\n\nA.\n\n## No sound\n\nB.\n\n## Who?\n\nC.\n\n## No picture\n\nD.\n"
    )
    assert below(ASKED, document) == ""


def test_a_heading_without_a_blank_line_above_it_stays_as_it_was() -> None:
    document = "# FAQ\n## What is it?\nA thing.\n## See also\n- x\n"
    after = insert(insert(document, ASKED), OTHERS[0])
    assert after.endswith("-->\n\n## See also\n- x\n")
    assert remove(remove(after, ASKED.question_hash), OTHERS[0].question_hash) == document


@pytest.mark.parametrize("mark", ["-", "*", "1.", "3.", "1)"])
def test_a_question_is_listed_where_the_others_are(mark: str) -> None:
    first, second = (mark, mark) if not mark[0].isdigit() else (f"1{mark[-1]}", f"2{mark[-1]}")
    if mark == "3.":
        first = second = "1."
    document = (
        f"# FAQ\n\n{first} [What is it?](#what-is-it)\n{second} [Why, though?](#why-though)\n\n"
        "## What is it?\n\nA.\n\n## Why, though?\n\nB.\n"
    )
    third = mark if not mark[0].isdigit() else "1." if mark == "3." else f"3{mark[-1]}"
    after = insert(document, ASKED)
    assert (
        f"{second} [Why, though?](#why-though)\n"
        f"{third} [How do I export it?](#how-do-i-export-it)\n\n" in after
    )
    earlier = insert(after, OTHERS[0])
    assert earlier.index("[A first question?]") < earlier.index("[How do I export it?]")
    assert remove(earlier, OTHERS[0].question_hash) == after
    assert remove(after, ASKED.question_hash) == document


def test_the_list_of_contents_names_numbers_and_ids_as_it_does() -> None:
    document = (
        "- [Q: What?](#q-what)\n- [Q: Why?](#q-why)\n\n### Q: What?\n\nA.\n\n### Q: Why?\n\nB.\n"
    )
    assert "- [Q: How do I export it?](#q-how-do-i-export-it)\n" in insert(document, ASKED)
    named = document.replace("Q: ", "").replace("#q-", "#").replace("?\n\n", "? {#x}\n\n")
    named = named.replace("What? {#x}", "What? {#what}").replace("Why? {#x}", "Why? {#why}")
    assert "- [How do I export it?](#how-do-i-export-it)\n" in insert(named, ASKED)


def test_a_list_of_chapters_gets_no_line() -> None:
    listed = "# FAQ\n\n- [General](#general)\n- [More](#more)\n\n"
    document = f"{listed}## General\n\n### Why?\n\nB.\n\n## More\n"
    assert "[How do I export it?]" not in insert(document, ASKED)


@pytest.mark.parametrize(
    "document",
    [
        "# FAQ\n\n- [General](faq/general.md)\n- [Setup](faq/set.md)\n- [More](faq/more.md#x)\n",
        "# FAQ\n\nAll of it:\n\n## One\n\n- [A?](a.md#a)\n- [B?](a.md#b)\n- [C?](c.md#c)\n",
        "# FAQ\n\n```{toctree}\n:maxdepth: 2\n\ngeneral\nsetup\n```\n",
    ],
)
def test_an_index_of_other_files_is_not_written_to(document: str) -> None:
    with pytest.raises(UnsafeDocumentError, match="index of other files"):
        insert(document, ASKED)


def test_questions_in_front_matter_are_not_written_to() -> None:
    page = "---\ntitle: FAQ\nfaqs:\n  - question: Why?\n    answer: So.\n---\n"
    with pytest.raises(UnsafeDocumentError, match="front matter"):
        insert(page, ASKED)
    assert "## How do I export it?" in insert("---\ntitle: FAQ\n---\n", ASKED)
    asked = "".join(f"  {{\n    title: 'Why {n}?',\n    text: 'So.',\n  }},\n" for n in "abc")
    with pytest.raises(UnsafeDocumentError, match="data of its page"):
        insert(
            f"export const asked = [\n{asked}];\n\n## Devices\n\n<Asked of={{asked}} />\n", ASKED
        )


SECTIONS = """\
# FAQ

## Using Tool

### Is Tool free?

Yes.

## Tool on a server

### Does Tool run without a screen?

Yes.

## Trouble

### Why does Tool stop?

So.
"""


def test_what_all_sections_ask_about_says_nothing_of_a_section() -> None:
    entry = an_entry("Does Tool need a disk?", answer="Some, where Tool is on a server.")
    edited = insert(SECTIONS, entry)
    assert edited.index("screen?") < edited.index("Does Tool need") < edited.index("## Trouble")
    assert remove(edited, entry.question_hash) == SECTIONS


def test_where_one_count_runs_through_all_sections_the_next_number_is_below_the_last() -> None:
    page = "# FAQ\n\n## Export\n\n### 1. What is it?\n\nA.\n\n## Else\n\n### 2. Why?\n\nB.\n"
    edited = insert(page, ASKED)
    assert edited.index("### 2. Why?") < edited.index("### 3. How do I export it?")
    assert remove(edited, ASKED.question_hash) == page


def test_what_stands_in_the_same_box_is_a_question_however_it_is_put() -> None:
    boxes = "\n".join(f'<Fold title="{t}">\nSo.\n</Fold>' for t in ("Why?", "What?", "A bug"))
    edited = insert(f"# FAQ\n\n{boxes}\n\n## Else\n\nText.\n", ASKED)
    assert edited.index("A bug") < edited.index('<Fold title="How do I export it?">')
    assert edited.index('<Fold title="How do I export it?">') < edited.index("## Else")


def test_a_heading_may_ask_without_a_mark() -> None:
    page = "# FAQ\n\n## Why?\n\nSo.\n\n## How to copy text\n\nSo.\n\n## How it is built\n\nSo.\n"
    edited = insert(page, ASKED)
    assert edited.index("copy text") < edited.index("How do I export") < edited.index("is built")


def test_where_help_is_told_of_there_stands_nothing_that_is_only_supported() -> None:
    page = (
        "# FAQ\n\n## Models\n\n### Is my graphics card used?\n\nYes.\n\n### Are there more?\n\n"
        "Yes.\n\n## Support and Community\n\n### Where is the forum?\n\nThere.\n"
    )
    edited = insert(page, an_entry("Does it support other cards?"))
    assert edited.index("other cards?") < edited.index("## Support")


@pytest.mark.parametrize("marks", [("**", "**"), ("__Q:__ __", "__")])
def test_a_line_break_below_the_question_is_kept(marks: tuple[str, str]) -> None:
    page = "".join(f"{asked.join(marks)}  \nA. So.\n\n" for asked in ("What?", "Why?"))
    assert f"{'How do I export it?'.join(marks)}  \n" in insert(page, ASKED)


def test_an_entry_of_before_is_read_as_it_is_and_rewritten_when_it_is_replaced() -> None:
    old = insert("# FAQ\n", ASKED).replace("-->\n\n##", "-->\n##")
    assert entries(old) == (ASKED,)
    assert "-->\n##" in insert(old, OTHERS[0])
    assert insert(old, ASKED) == insert("# FAQ\n", ASKED)
    assert remove(old, ASKED.question_hash) == "# FAQ\n"


# --- whatever the document --------------------------------------------------------------------

QUESTIONS = st.sampled_from(["What is it?", "Why, though?", "Who may?", "No sound", "为什么？"])
FORMS = st.sampled_from(
    [
        *("## {}\n\nA.", "### {}\n\nA.\n\n- x\n- y", "## {} ##\n\nA.", "{}\n------------\n\nA."),
        *("**{}**\n\nA.", "### Q: {}\n\nA: B.", "## {} {{#an-id}}\n\nA.", "### **{}**\n\nA."),
        "<details>\n<summary>{}</summary>\n\nA.\n\n</details>",
    ]
)
HEADS = st.sampled_from(
    [
        *("", "# FAQ\n\n", "FAQ\n===\n\n", "# FAQ\n\n## General\n\n"),
        "# FAQ\n\n- [What is it?](#what-is-it)\n- [Why, though?](#why-though)\n\n",
        "# FAQ\n\n1. [What is it?](#what-is-it)\n2. [Why, though?](#why-though)\n\n",
    ]
)
FEET = st.sampled_from(
    [
        *("", "\n", "\n\n---\n\nFooter.\n", "\n\n## See also\n\n- x\n", "\n\n[a]: b.md\n"),
        *("\n## Contact\n", "\n\n</div>\n", "\n\n```\nopen\n", "\n\n<!-- open\n"),
    ]
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A file of questions, most of them in one form."""
    form, other = draw(FORMS), draw(FORMS)
    asked = draw(st.lists(QUESTIONS, min_size=1, max_size=4, unique=True))
    between = draw(st.sampled_from(["\n\n", "\n\n---\n\n", "\n\n## More\n\n", "\n"]))
    parts = [draw(st.sampled_from([form, form, other])).format(each) for each in asked]
    text = draw(HEADS) + between.join(parts) + draw(FEET)
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@settings(max_examples=100)
@given(documents(), st.permutations([ASKED, *OTHERS]))
@example(
    "# FAQ\n\n### Q: What is it?\n\nA: B.\n\n---\n\n## Why, though?\n\nA.\n\n---\n\n"
    "### Q: Who may?\n\n"
    "A: B.\n\n---\n\n### Q: No sound\n\nA: B.",
    [ASKED, *OTHERS],
)
def test_whatever_the_file_edits_are_taken_back_exactly(document: str, new: list[Entry]) -> None:
    states = [document]
    try:
        for each in new:
            states.append(insert(states[-1], each))
    except UnsafeDocumentError:
        return
    assert states[-1] == insert(states[-1], new[0])
    for each, before, after in zip(new, states, states[1:], strict=False):
        assert find(after, each.question_hash) == as_written(before, each)
        assert remove(after, each.question_hash) == before
    other_way = document
    for each in reversed(new):
        other_way = insert(other_way, each)
    assert other_way == states[-1]


def test_a_section_of_statements_is_joined_for_what_its_title_says() -> None:
    page = (
        "# FAQ\n\n## Exports\n\n### The button is gone\n\nA.\n\n### Nothing is written\n\nB.\n\n"
        "## Others\n\n### Why is it slow?\n\nC.\n\n### Who made it?\n\nD.\n"
    )
    assert below(ASKED, page).startswith("## Others")
    as_part = page.replace("## Others", "## FAQ").replace(
        "# FAQ\n\n## Exports", "# Tool\n\n## Exports"
    )
    assert below(ASKED, as_part) == ""


def test_a_list_of_contents_is_no_question() -> None:
    page = (
        "# FAQ\n\n## Table of Contents\n\n1. [Voices](#voices)\n2. [Linux](#linux)\n\n"
        "## Voices\n\nA.\n\n## Linux\n\nB.\n"
    )
    edited = insert(page, ASKED)
    assert "2. [Linux](#linux)\n3. [How do I export it?](#how-do-i-export-it)\n" in edited
    assert remove(edited, ASKED.question_hash) == page


def test_a_word_of_another_language_is_known_with_another_ending() -> None:
    entry = an_entry("Можно ли хранить индекс отдельно?", answer="Да.")
    page = (
        "# FAQ\n\n## Индексы\n\n### Когда обновлять?\n\nТак.\n\n"
        "## Проекты\n\n### Зачем пароль?\n\nТак.\n\n### Зачем имена?\n\nТак.\n"
    )
    assert insert(page, entry).index("отдельно?") < insert(page, entry).index("## Проекты")
