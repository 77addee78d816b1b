from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shiploop.agents.faq.document.document import Entry, find, insert, remove
from shiploop.agents.faq.document.undo import UndoConflict, undo_entries
from tests.builders import an_entry

HUMAN = "# FAQ\n\nWelcome.\n\n## What is it?\n\nA thing.\n"
BAD = an_entry("How do I export my data?", trace_id="bad", answer="Delete everything.")
OLD = replace(BAD, trace_id="old", answer="Press *Export*.")
WORDS = (
    *("A first", "Another", "How do I even", "How do I export my dog", "如何重設"),
    *("Is it a", "Last", "Zebras, a", "What is the", "パスワード"),
)
GOOD = [
    an_entry(f"{word} question?", trace_id=f"good-{number}", answer=f"Answer {number}.\n\n- one")
    for number, word in enumerate(WORDS)
]

# --- as if it had never happened -------------------------------------------------------------

LINES = [
    *(
        "# FAQ",
        "## What is it?",
        "### 這是什麼？",
        "text",
        "",
        "",
        "- item",
        "    code",
        "> quoted",
    ),
    *("```sh\n## no heading\n```", "<div>\nx\n</div>", "| a | b |", "<!-- note -->", "   "),
    *(insert("", each) for each in GOOD[:2]),
    insert("", an_entry("An older question?", trace_id="older")),
    insert("", an_entry("Zygotes?", trace_id="older")).replace("## ", "#### "),
]


@st.composite
def bases(draw: st.DrawFn) -> str:
    """A document that people have been at, safe to append to."""
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    lines = draw(st.lists(st.sampled_from(LINES), max_size=8, unique=True))
    text = draw(st.sampled_from(["", "\ufeff", "---\ntitle: x\n---\n"])) + "\n\n".join(lines)
    return (text + draw(st.sampled_from(["", "\n", "\n\n"]))).replace("\n", newline)


later = st.lists(st.sampled_from(GOOD), unique=True, max_size=10)


def inserted(document: str, *new: Entry) -> str:
    for each in new:
        document = insert(document, each)
    return document


@settings(max_examples=400)
@given(bases(), later, later)
def test_undoing_an_added_entry_is_as_if_it_had_never_been_merged(
    base: str, good: list[Entry], earlier: list[Entry]
) -> None:
    before = inserted(base, *earlier)
    after = insert(before, BAD)
    good = [each for each in good if each not in earlier]
    assert undo_entries(inserted(after, *good), before, after) == inserted(before, *good)


@settings(max_examples=400)
@given(bases(), later, later)
def test_undoing_a_replaced_entry_is_as_if_it_had_never_been_merged(
    base: str, good: list[Entry], earlier: list[Entry]
) -> None:
    before = inserted(base, OLD, *earlier)
    # Where entries stand at several levels a replaced one takes that of most of them.
    before = insert(before, OLD)
    after = insert(before, BAD)
    good = [each for each in good if each not in earlier]
    assert undo_entries(inserted(after, *good), before, after) == inserted(before, *good)


@settings(max_examples=200)
@given(bases(), later, later, st.lists(st.sampled_from(GOOD), unique=True, min_size=1))
def test_undoing_several_merges_newest_first_leaves_what_came_between(
    base: str, between: list[Entry], last: list[Entry], bad: list[Entry]
) -> None:
    """The merges are BAD, then others, then a task that asked the same again, then others."""
    again = replace(BAD, trace_id="again", answer="Delete it again.")
    first_before = inserted(base, OLD)
    first_after = insert(first_before, BAD)
    middle = inserted(first_after, *between)
    second_after = insert(middle, again)
    today = inserted(second_after, *last)
    for before, after in [(middle, second_after), (first_before, first_after)]:
        undone = undo_entries(today, before, after)
        assert isinstance(undone, str)
        today = undone
    assert today == inserted(first_before, *between, *last)


@given(bases(), later)
def test_undoing_twice_changes_nothing_more(base: str, good: list[Entry]) -> None:
    after = insert(base, BAD)
    once = undo_entries(inserted(after, *good), base, after)
    assert isinstance(once, str)
    assert undo_entries(once, base, after) == once


@given(bases())
def test_what_people_wrote_around_it_since_stays(base: str) -> None:
    after = insert(base, BAD)
    today = after.replace("text", "our text") + "\n\n## Contact\n"
    undone = undo_entries(today, base, after)
    assert isinstance(undone, str)
    assert find(undone, BAD.question_hash) is None
    assert undone.endswith("## Contact\n")
    assert undone.count("our text") == today.count("our text")


def test_a_merge_of_several_entries_is_undone_as_a_whole() -> None:
    before = inserted(HUMAN, OLD)
    after = inserted(before, BAD, GOOD[0])
    assert undo_entries(inserted(after, GOOD[1]), before, after) == inserted(before, GOOD[1])


def test_an_entry_that_the_merge_removed_is_put_back() -> None:
    before = inserted(HUMAN, OLD, GOOD[0])
    after = remove(before, OLD.question_hash)
    today = inserted(after, GOOD[1])
    assert undo_entries(today, before, after) == inserted(before, GOOD[1])
    assert undo_entries(insert(today, BAD), before, after) == insert(today, BAD)


# --- what has happened to it since -----------------------------------------------------------

AFTER = insert(HUMAN, BAD)
REPLACED = insert(HUMAN, OLD), insert(insert(HUMAN, OLD), BAD)


def test_what_is_gone_stays_gone() -> None:
    today = insert(HUMAN, GOOD[0])
    assert undo_entries(today, HUMAN, AFTER) == today
    assert undo_entries(today, *REPLACED) == today
    assert undo_entries("", HUMAN, AFTER) == ""


def test_what_a_later_task_made_of_it_stays() -> None:
    today = insert(AFTER, replace(BAD, trace_id="later", answer="Press Export twice."))
    assert undo_entries(today, HUMAN, AFTER) == today
    today = insert(REPLACED[1], replace(BAD, trace_id="later", answer="Press Export twice."))
    assert undo_entries(today, *REPLACED) == today


def test_what_has_been_put_back_already_stays() -> None:
    assert undo_entries(REPLACED[0], *REPLACED) == REPLACED[0]


@pytest.mark.parametrize(
    ("written", "edited"),
    [
        ("Delete everything.", "Delete everything, but ask first."),
        ("How do I export", "How may I export"),
    ],
)
def test_what_a_person_has_edited_is_left_to_a_person(written: str, edited: str) -> None:
    for before, after in [(HUMAN, AFTER), REPLACED]:
        conflict = undo_entries(after.replace(written, edited), before, after)
        assert isinstance(conflict, UndoConflict)
        assert conflict.question == BAD.question
        assert "edited" in conflict.reason


def test_an_entry_whose_markers_a_person_has_broken_is_left_to_a_person() -> None:
    marker = AFTER.rstrip("\n").rpartition("\n")[2]
    assert marker.startswith("<!-- /shiploop:entry")
    conflict = undo_entries(AFTER.replace(marker, ""), HUMAN, AFTER)
    assert isinstance(conflict, UndoConflict)
    assert "markers" in conflict.reason


def test_an_entry_that_cannot_be_put_back_is_left_to_a_person() -> None:
    before = insert("", OLD)
    conflict = undo_entries("```\nnever closed\n", before, "")
    assert isinstance(conflict, UndoConflict)
    assert conflict.question == OLD.question
    assert "cannot be put back" in conflict.reason


# --- what is no change of entries ------------------------------------------------------------


@pytest.mark.parametrize(
    "after",
    [
        AFTER.replace("Welcome", "Go away"),
        AFTER + "\n\nMore.\n",
        HUMAN.replace("A thing", "No thing"),
        "",
        AFTER.replace("\n", "\r\n"),
        AFTER.replace("-->\n## How", "-->\n\n\n## How").replace("Welcome", "Welcome!"),
    ],
)
def test_a_merge_that_changed_anything_else_is_not_undone_by_entries(after: str) -> None:
    assert undo_entries(after, HUMAN, after) is None
    assert undo_entries(HUMAN, HUMAN, after) is None


def test_what_was_replaced_is_put_back_as_it_stood_whoever_wrote_it() -> None:
    before = insert(HUMAN, OLD).replace("Press *Export*.", "Press <b>Export</b>.")
    assert undo_entries(insert(before, BAD), before, insert(before, BAD)) == before


def test_a_merge_without_a_change_is_undone_by_nothing() -> None:
    assert undo_entries(AFTER, HUMAN, HUMAN) == AFTER
