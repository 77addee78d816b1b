"""A renamed repository is followed by REST and GraphQL, and named; its token stays here."""

import json
import logging
from collections.abc import Iterator

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from shiploop.clients.github.auth import InstallationToken, fixed_token
from shiploop.clients.github.client import GitHub
from shiploop.clients.github.transport import GitHubTransport
from shiploop.errors import GitHubRefused
from tests.loopback import NO_TLS
from tests.sandbox_process import APP_ID, REPOSITORY, SandboxProcess, new_branch
from tests.scripted_server import Reply, ScriptedServer
from tests.shiploop.clients.github.test_auth import pem


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=5, verify=NO_TLS) as client:
        yield client


@pytest.fixture
def renamed(sandbox: SandboxProcess) -> Iterator[SandboxProcess]:
    """A sandbox whose repository is called acme/handbook by now, for the length of a test."""
    admin = {"authorization": "Bearer ada-token"}

    def rename(before: str, after: str) -> None:
        url = f"{sandbox.url}/repos/acme/{before}"
        sandbox.http.patch(url, json={"name": after}, headers=admin).raise_for_status()

    rename("docs", "handbook")
    yield sandbox
    rename("handbook", "docs")


def test_every_call_of_the_road_follows_and_the_new_name_is_said_once(
    renamed: SandboxProcess, caplog: pytest.LogCaptureFixture
) -> None:
    github, branch = renamed.client(), new_branch()
    with caplog.at_level(logging.WARNING):
        base = github.read_base(("docs/FAQ.md",))
        pull = github.open_pull_request(base, branch, {"a.md": b"a"}, ("A", ""), "")
    assert base.repository == "acme/handbook"
    github.comment(pull.number, "hello")
    assert github.contains(base.head_sha, base.head_sha)
    assert github.clone_url().endswith("/acme/handbook.git")
    github.close_pull_request(pull.number)
    github.delete_branch(branch)
    assert github.find_pull_request(branch).written is None
    said = [one.getMessage() for one in caplog.records if "GITHUB_REPO" in one.getMessage()]
    assert said == ["the repository is now acme/handbook: set GITHUB_REPO"]


def test_an_app_finds_its_installation_by_the_old_name(
    renamed: SandboxProcess, http: httpx.Client, app_key: rsa.RSAPrivateKey
) -> None:
    token = InstallationToken(http, renamed.url, APP_ID, pem(app_key), REPOSITORY)
    assert renamed.github(token).read_base().viewer == "shiploop[bot]"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_request_is_sent_again_as_it_was(
    http: httpx.Client, scripted: ScriptedServer, status: int
) -> None:
    moved = Reply(status, headers={"Location": "/repositories/1/pulls/2/merge"})
    scripted.replies.extend([moved, Reply(200, '{"sha": "abc"}')])
    transport = GitHubTransport(http, scripted.url, fixed_token("a-token"))
    assert GitHub(transport, REPOSITORY, "main").merge(2, "a" * 40, ("A", "")) == "abc"
    assert scripted.requests[1] == "PUT /repositories/1/pulls/2/merge"
    assert scripted.bodies[0] == scripted.bodies[1]
    assert json.loads(scripted.bodies[1])["sha"] == "a" * 40


@pytest.mark.parametrize(
    "location",
    ["https://evil.example/x", "//evil.example/x", "http://127.0.0.1:1/x", "ftp://x", "http://["],
)
def test_no_other_host_is_followed(
    http: httpx.Client, scripted: ScriptedServer, location: str
) -> None:
    scripted.replies.append(Reply(301, headers={"Location": location}))
    transport = GitHubTransport(http, scripted.url, fixed_token("a-token"))
    with pytest.raises(GitHubRefused, match="another host"):
        transport.rest("GET", "/repos/a/b")


def test_a_circle_of_redirects_ends(http: httpx.Client, scripted: ScriptedServer) -> None:
    scripted.replies.extend([Reply(301, headers={"Location": "/repos/a/b"})] * 10)
    transport = GitHubTransport(http, scripted.url, fixed_token("a-token"))
    with pytest.raises(GitHubRefused, match="301"):
        transport.rest("GET", "/repos/a/b")
    assert len(scripted.requests) == 4


def test_a_redirect_to_nowhere_is_a_refusal(http: httpx.Client, scripted: ScriptedServer) -> None:
    scripted.replies.append(Reply(301))
    transport = GitHubTransport(http, scripted.url, fixed_token("a-token"))
    with pytest.raises(GitHubRefused, match="301"):
        transport.rest("GET", "/repos/a/b")
