"""Whose push onto our branch is followed, and what it may change."""

from dataclasses import replace

import pytest

from shiploop.domain.delivery.formatting import (
    MAX_PUSHES,
    Push,
    PushedCommit,
    why_not_followed,
    why_not_ours,
    why_not_undone,
)
from shiploop.domain.delivery.rules import MergeMethod

PATH = "docs/FAQ.md"
BOT = "autofix-ci[bot]"
COMMIT = PushedCommit(BOT, "web-flow")
PUSH = Push((COMMIT,), (PATH,), "p" * 40)


def followed(push: Push | None, pushes: int = 0, method: MergeMethod = MergeMethod.SQUASH) -> str:
    return why_not_followed(push, ("Autofix-CI[bot]", "prettier"), (PATH,), pushes, method) or ""


@pytest.mark.parametrize("committer", ["web-flow", BOT, "prettier"])
def test_a_push_of_accounts_that_are_listed_is_followed(committer: str) -> None:
    push = replace(PUSH, commits=(COMMIT, PushedCommit("prettier", committer)))
    assert followed(push) == ""


@pytest.mark.parametrize(
    "commit",
    [
        PushedCommit("eve", "web-flow"),
        PushedCommit("autofix-ci", "web-flow"),
        PushedCommit("", ""),
        PushedCommit("web-flow", "web-flow"),
        PushedCommit(BOT, "eve"),
        PushedCommit(BOT, ""),
    ],
)
def test_a_push_that_has_anybody_elses_commit_is_not(commit: PushedCommit) -> None:
    reason = "somebody else has pushed to the branch"
    assert followed(replace(PUSH, commits=(COMMIT, commit))) == reason
    assert followed(replace(PUSH, commits=())) == reason
    assert followed(None) == reason


def test_so_many_pushes_are_followed_and_no_more() -> None:
    assert followed(PUSH, MAX_PUSHES - 1) == ""
    assert "more than 3 times" in followed(PUSH, MAX_PUSHES)


def test_other_files_are_not_followed() -> None:
    assert "has changed Makefile" in followed(replace(PUSH, paths=(PATH, "Makefile")))


def test_two_commits_are_not_rebased() -> None:
    assert "by rebase only" in followed(PUSH, method=MergeMethod.REBASE)
    assert followed(PUSH, method=MergeMethod.MERGE) == ""


def test_only_the_format_may_differ() -> None:
    assert why_not_ours(PUSH, {PATH: "* a"}, {PATH: "- a"}) is None
    for pushed in ("- b", "", None):
        assert why_not_ours(PUSH, {PATH: "* a"}, {PATH: pushed}) is not None


@pytest.mark.parametrize("path", ["notes.txt", "data.json", "md"])
def test_of_what_is_no_markdown_nobody_knows_the_format(path: str) -> None:
    push = replace(PUSH, paths=(path,))
    assert why_not_ours(push, {path: "* a"}, {path: "- a"}) is not None


def test_what_an_agent_takes_back_itself_it_takes_back_exactly() -> None:
    before, undone = {PATH: "# FAQ\n"}, {PATH: "# FAQ\n"}
    assert why_not_undone(PUSH, undone, undone, before) is None
    assert why_not_undone(PUSH, None, None, before) is None
    for theirs in (None, {PATH: "# FAQ\n\n"}):
        assert why_not_undone(PUSH, undone, theirs, before) is not None
