"""Issues, opened and found on the sandbox GitHub over HTTP."""

import uuid

import pytest

from shiploop.clients.github.auth import fixed_token
from shiploop.clients.github.issues import Issues
from shiploop.clients.github.transport import GitHubTransport
from shiploop.domain.production.incident import Issue
from shiploop.errors import GitHubUnauthorized, GitHubUncertain
from tests.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess
from tests.scripted_server import Reply, ScriptedServer


def issues_of(sandbox: SandboxProcess, token: str = BOT_TOKEN) -> Issues:
    return Issues(GitHubTransport(sandbox.http, sandbox.url, fixed_token(token)), REPOSITORY)


@pytest.fixture
def issues(sandbox: SandboxProcess) -> Issues:
    return issues_of(sandbox)


@pytest.fixture
def label() -> str:
    """A label that no other test uses."""
    return f"label-{uuid.uuid4()}"


def close(sandbox: SandboxProcess, issue: Issue) -> None:
    sandbox.http.patch(
        f"{sandbox.url}/repos/{REPOSITORY}/issues/{issue.number}",
        json={"state": "closed"},
        headers={"authorization": f"Bearer {BOT_TOKEN}"},
    ).raise_for_status()


def test_an_opened_issue_stands_on_github_as_it_was_written(
    sandbox: SandboxProcess, issues: Issues, label: str
) -> None:
    issue = issues.open("Production é", "# What happened\n\nThis.", ["P0", label])
    read = sandbox.read(f"/issues/{issue.number}")
    assert (read["title"], read["body"]) == ("Production é", "# What happened\n\nThis.")
    assert {each["name"] for each in read["labels"]} == {"P0", label}
    assert (issue.url, issue.body) == (read["html_url"], read["body"])


def test_the_newest_with_a_label_come_first_open_or_closed(
    sandbox: SandboxProcess, issues: Issues, label: str
) -> None:
    first = issues.open("First", "1", [label])
    second = issues.open("Second", "2", [label, "P0"])
    issues.open("Another", "3", ["P0"])
    close(sandbox, first)
    assert issues.latest(label) == (second, first)


def test_nothing_with_a_label_is_nothing(issues: Issues, label: str) -> None:
    assert issues.latest(label) == ()


def test_an_issue_without_a_body_has_an_empty_one(issues: Issues, label: str) -> None:
    opened = issues.open("Nothing to say", "", [label])
    assert opened.body == ""
    assert issues.latest(label) == (opened,)


def test_no_more_than_the_newest_fifty_are_read(
    scripted: ScriptedServer, sandbox: SandboxProcess
) -> None:
    transport = GitHubTransport(sandbox.http, scripted.url, fixed_token(BOT_TOKEN))
    scripted.replies.append(Reply(200, "[]"))
    assert Issues(transport, REPOSITORY).latest("P0") == ()
    assert scripted.requests == [f"GET /repos/{REPOSITORY}/issues?labels=P0&state=all&per_page=50"]


def test_an_issue_whose_answer_was_lost_may_stand_there(
    scripted: ScriptedServer, sandbox: SandboxProcess
) -> None:
    transport = GitHubTransport(sandbox.http, scripted.url, fixed_token(BOT_TOKEN))
    with pytest.raises(GitHubUncertain):
        Issues(transport, REPOSITORY).open("Production", "", ["P0"])


def test_whoever_is_unknown_opens_no_issue(sandbox: SandboxProcess, label: str) -> None:
    with pytest.raises(GitHubUnauthorized):
        issues_of(sandbox, "no-token-of-anybody").open("Production", "", [label])
    assert issues_of(sandbox).latest(label) == ()
