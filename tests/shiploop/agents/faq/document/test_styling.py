"""An answer has the marks of the file that it goes into, and says what it said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shiploop.agents.faq.document.document import as_written, drafted_entries, entries, insert
from shiploop.agents.faq.document.habits import Habits, habits_of
from shiploop.agents.faq.document.styling import DRAFTED, as_drafted, styled
from tests.builders import an_entry

ANSWER = (
    "Press *it* with **both** hands.\n\n- one\n- two\n\n  - deep\n\n1. first\n2. second\n\n"
    "```sh\nmake it\n```\n\n| Name | What it is |\n| --- | --- |\n| a | b |\n\nSource: [A](a.md)"
)


@pytest.mark.parametrize(
    ("habit", "written"),
    [
        ("* a\n* b", "\n\n* one\n* two\n\n  * deep\n\n"),
        ("+ a\n+ b", "\n\n+ one\n+ two\n"),
        ("1) a\n2) b", "\n\n1) first\n2) second\n"),
        ("1. a\n1. b\n1. c", "\n\n1. first\n1. second\n"),
        ("~~~\na\n~~~", "\n\n~~~sh\nmake it\n~~~\n"),
        ("An _old_ and a _new_ one.", "Press _it_ with **both** hands."),
        ("An __old__ and a __new__ one.", "Press *it* with __both__ hands."),
        ("| Aaa | Bbbb |\n| --- | ---- |\n| b   | c    |", "What it is |\n| ---- | ---------- |\n"),
        ("|a|long|\n|-|-|\n|b|c|", "\n| Name | What it is |\n| --- | --- |\n"),
    ],
)  # fmt: skip
def test_an_answer_is_written_as_the_file_is(habit: str, written: str) -> None:
    document = f"# FAQ\n\n## Why?\n\n{habit}\n"
    entry = an_entry(answer=ANSWER)
    after = insert(document, entry)
    assert written in after
    assert entries(after) == (as_written(document, entry),)
    assert drafted_entries(after) == (entry,)


def test_without_a_habit_an_answer_stays_as_it_is() -> None:
    assert styled(ANSWER, habits_of("# FAQ\n\n## Why?\n\nSo.\n")) == ANSWER


def test_a_file_as_a_formatter_leaves_it_gets_what_formatters_leave() -> None:
    document = "# FAQ\n\n" + "\n\n".join(f"## Why {n}?\n\nBecause of {n}." for n in range(9)) + "\n"
    after = styled(ANSWER, habits_of(document))
    assert "Press _it_" in after
    assert "\n| ---- | ---------- |\n" in after
    careless = document.replace("\n\n##", "\n\n\n##")
    assert styled(ANSWER, habits_of(careless)) == ANSWER


def test_prose_is_broken_where_the_file_breaks_it() -> None:
    line = "Some words that go on and on until the line is as long as lines of this file get,\n"
    document = "# FAQ\n\n## Why?\n\n" + line * 12 + "and end.\n"
    long = (
        "Each word of it counts, " * 12 + "says [the guide of guides](guide.md#a) and `some code`."
    )
    written = styled(f"{long}\n\n- {long}", habits_of(document))
    assert max(map(len, written.split("\n"))) <= len(line)
    assert "\n  " in written
    assert as_drafted(written, habits_of(document)) == f"{long}\n\n- {long}"


@pytest.mark.parametrize("word", ["-", "1.", "#", ">", "+", "```", "=="])
def test_no_line_begins_what_it_did_not_begin(word: str) -> None:
    text = f"{'words ' * 11}and then {word} as it were."
    assert word not in [line.split(" ")[0] for line in styled(text, Habits(width=75)).split("\n")]


PIECES = st.sampled_from(
    [
        *("- a\n- b", "* a\n  * b", "1. a\n2. b", "*x* and **y**", "_x_ __y__ `*z*`", "\\*no\\*"),
        *("```\n*a*\n```", "~~~\n```\n~~~", "| a | b |\n| --- | :-: |\n| *c* | \\| |", "> *q*"),
        *("a*b*c", "**a*b**", "word " * 30, "[*l*](a_b.md) snake_case_name", "9. a\n10. b\n11. c"),
    ]
)
MARKS = st.builds(
    Habits,
    bullet=st.sampled_from(["", "-", "*", "+"]),
    delimiter=st.sampled_from(["", ".", ")"]),
    numbers_alike=st.booleans(),
    fence=st.sampled_from(["", "`", "~"]),
    emphasis=st.sampled_from(["", "*", "_"]),
    strong=st.sampled_from(["", "**", "__"]),
    width=st.sampled_from([0, 60, 80]),
    pads_tables=st.sampled_from([None, True, False]),
    is_formatted=st.booleans(),
)


@given(st.lists(PIECES, min_size=1, max_size=4), MARKS)
def test_a_reader_sees_the_same_whatever_the_habits(pieces: list[str], habits: Habits) -> None:
    answer = "\n\n".join(pieces)
    written = styled(answer, habits)
    assert shown(written) == shown(answer)
    assert styled(written, habits) == written
    plain = styled(answer, DRAFTED)
    assert shown(as_drafted(styled(plain, habits), habits)) == shown(answer)


def shown(markdown: str) -> list[str]:
    html: str = MarkdownIt("commonmark").enable("table").render(markdown)
    return html.split()
