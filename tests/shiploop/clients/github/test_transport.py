"""What GitHub's answers mean, and what follows from being asked to wait."""

import time
from collections.abc import Iterator, Mapping

import httpx
import pytest

from shiploop.clients.github.auth import fixed_token
from shiploop.clients.github.client import GitHub
from shiploop.clients.github.refusals import decide_error
from shiploop.clients.github.transport import GitHubTransport, graphql_url
from shiploop.errors import (
    GitHubNotFound,
    GitHubRateLimited,
    GitHubRefused,
    GitHubUnauthorized,
    GitHubUnavailable,
    GitHubUncertain,
    ShiploopError,
)
from shiploop.stack.addresses import free_port
from tests.loopback import NO_TLS
from tests.sandbox_process import REPOSITORY, SandboxProcess
from tests.scripted_server import Reply, ScriptedServer

MUTATION = "mutation M { deleteRef(input: {}) { clientMutationId } }"
QUERY = "query Q { viewer { login } }"


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=5, verify=NO_TLS) as client:
        yield client


@pytest.fixture
def transport(http: httpx.Client, scripted: ScriptedServer) -> GitHubTransport:
    return GitHubTransport(http, scripted.url, fixed_token("a-token"))


@pytest.mark.parametrize(
    ("status", "headers", "text", "write", "expected"),
    [
        (200, {}, "", False, type(None)),
        (201, {}, "", True, type(None)),
        (204, {}, "", True, type(None)),
        (301, {}, "Moved Permanently", False, GitHubRefused),
        (400, {}, "", True, GitHubRefused),
        (401, {}, "Bad credentials", False, GitHubUnauthorized),
        (403, {}, "Resource not accessible", True, GitHubUnauthorized),
        (403, {"x-ratelimit-remaining": "4999"}, "", True, GitHubUnauthorized),
        (403, {"retry-after": "7"}, "", True, GitHubRateLimited),
        (403, {"x-ratelimit-remaining": "0"}, "", False, GitHubRateLimited),
        (403, {}, "You have exceeded a secondary rate limit.", True, GitHubRateLimited),
        (429, {}, "", True, GitHubRateLimited),
        (404, {}, "Not Found", True, GitHubNotFound),
        (404, {"x-ratelimit-remaining": "0"}, "Not Found", False, GitHubNotFound),
        (405, {}, "not mergeable", True, GitHubRefused),
        (409, {}, "Head branch was modified", True, GitHubRefused),
        (422, {}, "Validation Failed", True, GitHubRefused),
        (500, {}, "", False, GitHubUnavailable),
        (500, {}, "", True, GitHubUncertain),
        (502, {}, "", True, GitHubUncertain),
        (503, {"retry-after": "7"}, "", False, GitHubUnavailable),
        (503, {}, "", True, GitHubUncertain),
    ],
)
def test_an_answer_means(
    status: int, headers: Mapping[str, str], text: str, write: bool, expected: type[object]
) -> None:
    error = decide_error(status, httpx.Headers(headers), text, write=write)
    assert type(error) is expected
    if isinstance(error, GitHubRefused):
        assert error.status == status


@pytest.mark.parametrize(
    ("headers", "at_least_s", "at_most_s"),
    [
        ({"retry-after": "7"}, 7, 7),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "IN_30_S"}, 28, 31),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, 0, 0),
        ({}, 60, 60),
    ],
)
def test_a_limit_says_how_long_to_wait(
    headers: dict[str, str], at_least_s: float, at_most_s: float
) -> None:
    in_30_s = str(int(time.time()) + 30)
    filled = {name: value.replace("IN_30_S", in_30_s) for name, value in headers.items()}
    error = decide_error(429, httpx.Headers(filled), "", write=False)
    assert isinstance(error, GitHubRateLimited)
    assert error.retry_after_s is not None
    assert at_least_s <= error.retry_after_s <= at_most_s


@pytest.mark.parametrize(
    ("rest", "graphql"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://api.github.com/", "https://api.github.com/graphql"),
        ("https://github.example.com/api/v3", "https://github.example.com/api/graphql"),
        ("https://github.example.com/api/v3/", "https://github.example.com/api/graphql"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
        ("http://127.0.0.1:8090", "http://127.0.0.1:8090/graphql"),
    ],
)
def test_the_graphql_address_that_belongs_to_a_rest_address(rest: str, graphql: str) -> None:
    assert graphql_url(rest) == graphql


@pytest.mark.parametrize(
    ("method", "error"), [("GET", GitHubUnavailable), ("PUT", GitHubUncertain)]
)
def test_an_answer_that_was_dropped_is_uncertain_only_for_a_write(
    transport: GitHubTransport, method: str, error: type[ShiploopError]
) -> None:
    with pytest.raises(error):
        transport.rest(method, "/repos/a/b")


@pytest.mark.parametrize(
    ("document", "error"), [(QUERY, GitHubUnavailable), (MUTATION, GitHubUncertain)]
)
def test_a_graphql_answer_that_was_dropped_is_uncertain_only_for_a_mutation(
    transport: GitHubTransport, document: str, error: type[ShiploopError]
) -> None:
    with pytest.raises(error):
        transport.graphql(document, {})


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_refused_connection_has_done_nothing(http: httpx.Client, method: str) -> None:
    transport = GitHubTransport(http, f"http://127.0.0.1:{free_port()}", fixed_token("a-token"))
    with pytest.raises(GitHubUnavailable):
        transport.rest(method, "/repos/a/b")


def test_a_503_is_unavailable_when_reading_and_uncertain_when_writing(
    sandbox: SandboxProcess,
) -> None:
    sandbox.set_faults(github_503=2)
    with pytest.raises(GitHubUnavailable, match="503"):
        sandbox.client().read_base()
    with pytest.raises(GitHubUncertain, match="503"):
        sandbox.client().comment(1, "hello")


def test_html_where_json_should_be_is_unavailable(
    transport: GitHubTransport, scripted: ScriptedServer
) -> None:
    scripted.replies.extend([Reply(200, "<html>a proxy</html>"), Reply(200, "<html>")])
    with pytest.raises(GitHubUnavailable):
        transport.rest("GET", "/repos/a/b")
    with pytest.raises(GitHubUncertain):
        transport.graphql(MUTATION, {})


@pytest.mark.parametrize("fault", ["github_rate_limited", "github_secondary_limited"])
def test_a_limited_client_waits_without_asking_again(sandbox: SandboxProcess, fault: str) -> None:
    github = sandbox.client()
    sandbox.set_faults(**{fault: 1})
    with pytest.raises(GitHubRateLimited) as limited:
        github.read_base()
    assert limited.value.retry_after_s is not None
    assert 0 < limited.value.retry_after_s <= 3
    asked_at = time.monotonic()
    assert github.read_base().head_sha
    assert time.monotonic() - asked_at >= limited.value.retry_after_s - 0.5
    assert sandbox.operations() == ["ReadBase", "ReadBase"]


def test_the_pause_ends_when_github_said(
    transport: GitHubTransport, scripted: ScriptedServer
) -> None:
    scripted.replies.extend([Reply(429, headers={"retry-after": "0"}), Reply(200, '{"id": 1}')])
    with pytest.raises(GitHubRateLimited):
        transport.rest("GET", "/repos/a/b")
    assert transport.rest("GET", "/repos/a/b") == {"id": 1}


def test_a_graphql_limit_is_a_limit_too(
    transport: GitHubTransport, scripted: ScriptedServer
) -> None:
    limit = '{"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}'
    scripted.replies.append(Reply(200, limit, {"retry-after": "300"}))
    with pytest.raises(GitHubRateLimited, match="exceeded") as limited:
        transport.graphql(QUERY, {})
    assert limited.value.retry_after_s == 300
    with pytest.raises(GitHubRateLimited, match="asked us to wait"):
        transport.graphql(QUERY, {})
    assert scripted.requests == ["POST /graphql"]


def test_a_graphql_secondary_limit_is_known_by_its_message(
    transport: GitHubTransport, scripted: ScriptedServer
) -> None:
    limit = '{"errors": [{"message": "You have exceeded a secondary rate limit."}]}'
    scripted.replies.append(Reply(200, limit))
    with pytest.raises(GitHubRateLimited, match="secondary") as limited:
        transport.graphql(MUTATION, {})
    assert limited.value.retry_after_s == 60


def test_an_answer_without_a_body_is_empty(
    transport: GitHubTransport, scripted: ScriptedServer
) -> None:
    scripted.replies.append(Reply(204, ""))
    assert transport.rest("DELETE", "/repos/a/b/git/refs/heads/c") == {}


def test_graphql_errors_come_with_the_data_that_is_there(sandbox: SandboxProcess) -> None:
    document = (
        "query Q($name: String!) { viewer { login } repository(owner: $name, name: $name) { id } }"
    )
    answer = sandbox.client()._transport.graphql(document, {"name": "nothing"})
    assert answer.data["viewer"] == {"login": "shiploop-bot"}
    (error,) = answer.errors
    assert (error.type, error.field) == ("NOT_FOUND", "repository")


def test_the_client_carries_its_token_and_api_version(
    http: httpx.Client, sandbox: SandboxProcess
) -> None:
    github = GitHub(
        GitHubTransport(http, f"{sandbox.url}/", fixed_token("nobody's")), REPOSITORY, "main"
    )
    with pytest.raises(GitHubUnauthorized, match="Bad credentials"):
        github.read_base()
