"""Titles and commit messages are worded as the repository words its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.delivery.github_text import MAX_WHOLE_TITLE_CHARACTERS
from shiploop.domain.delivery.rules import Operator, Pattern
from shiploop.domain.delivery.wording import TITLE, Wording, asks_for_sign_off, title_template

MESSAGE = ("FAQ: How do I begin?", "Trace-Id: 1")


def test_without_any_wish_a_message_is_left_as_it_is() -> None:
    assert Wording().of_commit(MESSAGE) == MESSAGE


def test_a_title_is_put_into_the_template_and_the_sign_off_ends_the_trailers() -> None:
    worded = Wording("docs: {title} [skip review]", "Ada <ada@example.com>").of_commit(MESSAGE)
    assert worded == (
        "docs: FAQ: How do I begin? [skip review]",
        "Trace-Id: 1\nSigned-off-by: Ada <ada@example.com>",
    )


@given(st.text(max_size=300), st.text("ab {}:", max_size=60))
def test_no_title_is_longer_than_github_takes(title: str, before: str) -> None:
    template = f"{before.replace(TITLE, '')}{TITLE}"
    worded = Wording(template).of_title(title)
    assert len(worded) <= max(MAX_WHOLE_TITLE_CHARACTERS, len(template) - len(TITLE))
    assert worded.startswith(before.replace(TITLE, "")[:10])


@pytest.mark.parametrize(
    ("titles", "template"),
    [
        (["feat: a", "fix(api): b", "docs: c", "chore!: d", "docs: e"], "docs: {title}"),
        (["docs(site): a", "docs(site): b", "docs: c", "fix: d", "ci: e"], "docs(site): {title}"),
        (["fix: a", "feat: b", "fix: c", "Merge it", "test: d"], "docs: {title}"),
        (["Add a", "Fix b", "docs: c", "Drop d", "Note e"], TITLE),
        (["docs: a", "docs: b"], TITLE),  # too few to tell
        ([], TITLE),
    ],
)
def test_titles_are_told_from_the_last_ones(titles: list[str], template: str) -> None:
    assert title_template(titles) == template


@pytest.mark.parametrize(
    ("asked", "template"),
    [
        ([Pattern(Operator.STARTS_WITH, "docs: ")], "docs: {title}"),
        ([Pattern(Operator.STARTS_WITH, "DOC-7:")], "DOC-7: {title}"),
        ([Pattern(Operator.STARTS_WITH, "Update")], "Update {title}"),
        ([Pattern(Operator.CONTAINS, "fixup!", negate=True)], TITLE),
        ([Pattern(Operator.REGEX, "^docs: ")], TITLE),  # only GitHub can tell
        ([Pattern(Operator.ENDS_WITH, "(docs)")], TITLE),  # a person has to know
    ],
)
def test_titles_are_as_the_rules_ask_where_the_last_ones_are_not(
    asked: list[Pattern], template: str
) -> None:
    found = title_template(["Fix it"] * 9, asked)
    assert found == template


def test_sign_offs_are_asked_for_where_nearly_all_commits_have_one() -> None:
    signed = "Fix it\n\nSigned-off-by: Ada <ada@example.com>"
    assert asks_for_sign_off([signed] * 8 + ["Fix it"] * 2)
    assert not asks_for_sign_off([signed] * 5 + ["Fix it"] * 5)
    assert not asks_for_sign_off([signed])
