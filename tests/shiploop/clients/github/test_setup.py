"""What the sandbox GitHub says of a repository's settings."""

from collections.abc import Iterator

import pytest

from shiploop.clients.github.auth import fixed_token
from shiploop.clients.github.setup import GitHubSetup
from shiploop.clients.github.transport import GitHubTransport
from shiploop.errors import GitHubNotFound
from tests.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess
from tests.scripted_server import Reply, ScriptedServer
from tests.until import wait_until

ADMIN = "ada-token"
READER = "eve-token"


def setup_as(token: str, sandbox: SandboxProcess) -> GitHubSetup:
    transport = GitHubTransport(sandbox.http, sandbox.url, fixed_token(token))
    return GitHubSetup(transport, REPOSITORY)


@pytest.fixture
def hook(sandbox: SandboxProcess, scripted: ScriptedServer) -> Iterator[str]:
    """A webhook that is sent its ping, and no more."""
    scripted.replies.append(Reply(202))
    url = f"{scripted.url}/webhooks/github"
    authorization = {"authorization": f"Bearer {ADMIN}"}
    config = {"url": url, "content_type": "json", "secret": "canary-secret"}
    path = f"{sandbox.url}/repos/{REPOSITORY}/hooks"
    body = {"name": "web", "config": config, "events": ["deployment_status"], "active": True}
    created = sandbox.http.post(path, json=body, headers=authorization).raise_for_status().json()
    yield url
    sandbox.http.delete(f"{path}/{created['id']}", headers=authorization).raise_for_status()


def test_who_may_write_is_told_from_who_may_only_read(sandbox: SandboxProcess) -> None:
    ours = setup_as(BOT_TOKEN, sandbox).repository()
    assert (ours.full_name, ours.may_write) == (REPOSITORY, True)
    assert (ours.is_archived, ours.takes_issues) == (False, True)
    assert not setup_as(READER, sandbox).repository().may_write


def test_the_newest_pull_requests_are_found(sandbox: SandboxProcess) -> None:
    _base, pull = sandbox.open()
    assert setup_as(BOT_TOKEN, sandbox).latest_pull_request_ids()[0] == pull.id


def test_an_administrator_sees_webhooks_and_what_became_of_deliveries(
    sandbox: SandboxProcess, hook: str
) -> None:
    setup = setup_as(ADMIN, sandbox)
    wait_until(lambda: [each.delivery_statuses for each in setup.webhooks()] == [(202,)])
    (webhook,) = setup.webhooks()
    assert (webhook.url, sorted(webhook.events)) == (hook, ["deployment_status"])
    assert webhook.active
    assert webhook.signed


def test_nobody_else_sees_webhooks(sandbox: SandboxProcess, hook: str) -> None:
    with pytest.raises(GitHubNotFound):
        setup_as(BOT_TOKEN, sandbox).webhooks()
