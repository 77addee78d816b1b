"""Only what a linter says of our own entry's lines keeps an answer from being shipped."""

from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.faq_document import insert, lines_of
from shiploop.domain.gate_lint import Finding, findings_in_entry
from tests.builders import an_entry

ENTRY = an_entry("What is a lease?")
PLAIN = "# FAQ\n\n## By hand?\n\nYes.\n"


def test_findings_elsewhere_are_not_ours() -> None:
    document = insert(PLAIN, ENTRY)
    first, *_, last = lines_of(document, ENTRY.question_hash)
    before, inside, after = (Finding(line, "MD004", "") for line in (first - 1, first, last + 1))
    found = findings_in_entry(document, ENTRY.question_hash, [before, inside, after])
    assert found == (inside,)


def test_an_entry_that_is_not_there_has_no_lines() -> None:
    assert lines_of(PLAIN, ENTRY.question_hash) == range(0)


@given(st.lists(st.sampled_from(["", "text", "## Head", "- item", "「全形」"])), st.booleans())
def test_the_lines_of_an_entry_are_those_from_its_first_marker_to_its_last(
    lines: list[str], carriage_return: bool
) -> None:
    newline = "\r\n" if carriage_return else "\n"
    document = insert(newline.join(["# FAQ", "", *lines, ""]), ENTRY)
    told = lines_of(document, ENTRY.question_hash)
    found = document.split(newline)[told.start - 1 : told.stop - 1]
    assert found[0].startswith("<!-- shiploop:entry ")
    assert found[-1].startswith("<!-- /shiploop:entry ")
    assert sum("shiploop:entry" in line for line in document.split(newline)) == 2
