"""Commits and deployments, read from the sandbox GitHub over HTTP."""

import pytest

from shiploop.clients.github.auth import fixed_token
from shiploop.clients.github.commits import Commits
from shiploop.clients.github.transport import GitHubTransport
from shiploop.domain.delivery.rules import MergeMethod
from shiploop.domain.timestamps import from_iso
from shiploop.errors import GitHubNotFound, GitHubRefused
from tests.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess, new_branch

UNKNOWN = "f" * 40


@pytest.fixture
def commits(sandbox: SandboxProcess) -> Commits:
    transport = GitHubTransport(sandbox.http, sandbox.url, fixed_token(BOT_TOKEN))
    return Commits(transport, REPOSITORY)


def committed(sandbox: SandboxProcess, message: tuple[str, str] = ("Edit", "")) -> str:
    return sandbox.commit({new_branch(): b"something\n"}, message)


def test_the_commits_since_are_listed_oldest_first(
    sandbox: SandboxProcess, commits: Commits
) -> None:
    known = committed(sandbox)
    shas = tuple(committed(sandbox) for _ in range(3))
    found = commits.since(known, shas[-1])
    assert tuple(one.sha for one in found) == shas


def test_nothing_is_since_the_same_a_later_or_an_unknown_commit(
    sandbox: SandboxProcess, commits: Commits
) -> None:
    first, second = committed(sandbox), committed(sandbox)
    assert commits.since(second, second) == ()
    assert commits.since(second, first) == ()
    assert commits.since(UNKNOWN, second) == ()
    assert commits.since(first, UNKNOWN) == ()


def test_nothing_is_since_a_commit_of_another_branch(
    sandbox: SandboxProcess, commits: Commits
) -> None:
    _, pull = sandbox.open()
    assert commits.since(pull.head_sha, committed(sandbox)) == ()


def test_a_commit_has_its_headline_its_body_and_its_time(
    sandbox: SandboxProcess, commits: Commits
) -> None:
    sha = committed(sandbox, ("Update FAQ - é?", "Trace-Id: 7\n\nMore."))
    commit = commits.read(sha)
    assert (commit.sha, commit.headline) == (sha, "Update FAQ - é?")
    assert "Trace-Id: 7" in commit.body.splitlines()
    assert commit.body.endswith("More.")
    date = sandbox.read(f"/commits/{sha}")["commit"]["committer"]["date"]
    assert commit.committed_at == from_iso(date)
    assert commit.committed_at.tzinfo is not None


def test_a_commit_of_one_line_has_no_body(sandbox: SandboxProcess, commits: Commits) -> None:
    assert commits.read(committed(sandbox)).body == ""


def test_a_commit_that_is_not_there_is_said_so(commits: Commits) -> None:
    with pytest.raises((GitHubNotFound, GitHubRefused)):
        commits.read(UNKNOWN)


def test_of_what_came_with_a_merge_commit_that_alone_is_listed(
    sandbox: SandboxProcess, commits: Commits
) -> None:
    sandbox.administer("PATCH", "", {"allow_merge_commit": True})
    known = committed(sandbox)
    _, pull = sandbox.open_green()
    merge = sandbox.client().merge(pull.number, pull.head_sha, ("A", "B"), MergeMethod.MERGE)
    after = committed(sandbox)
    assert [one.sha for one in commits.since(known, after)] == [merge, after]


def test_what_was_pushed_is_told_with_its_accounts_and_files(
    sandbox: SandboxProcess, commits: Commits
) -> None:
    parent = committed(sandbox)
    known = sandbox.commit({"docs/a.md": b"a\n"})
    sha = sandbox.commit({"docs/a.md": b"A\n", "docs/b.md": b"b\n"})
    pushed = commits.pushed(known, sha)
    assert pushed is not None
    assert (pushed.parent_sha, sorted(pushed.paths)) == (parent, ["docs/a.md", "docs/b.md"])
    assert [each.committer for each in pushed.commits] == ["web-flow"]
    assert commits.text(known, "docs/a.md") == "a\n"
    assert commits.text(sha, "docs/a.md") == "A\n"
    assert commits.text(known, "docs/b.md") is None


def test_nothing_was_pushed_onto_a_commit_that_is_left_behind(
    sandbox: SandboxProcess, commits: Commits
) -> None:
    first, second = committed(sandbox), committed(sandbox)
    assert commits.pushed(second, first) is None
    assert commits.pushed(second, second) is None
