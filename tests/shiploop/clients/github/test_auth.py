"""Tokens of a GitHub App's installation, from the sandbox's App routes."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from shiploop.clients.github.auth import InstallationToken, KeptToken, fixed_token
from shiploop.clients.github.transport import GitHubTransport
from shiploop.errors import GitHubIncomplete, GitHubUnauthorized, GitHubUnavailable
from shiploop.stack.addresses import free_port
from tests.loopback import NO_TLS
from tests.sandbox_process import APP_ID, REPOSITORY, SandboxProcess
from tests.scripted_server import Reply, ScriptedServer

INSTALLATION = Reply(200, '{"id": 1}')


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def a_token_reply(token: str, lives_for: timedelta) -> Reply:
    expires_at = f"{datetime.now(UTC) + lives_for:%Y-%m-%dT%H:%M:%SZ}"
    return Reply(201, json.dumps({"token": token, "expires_at": expires_at}))


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=5, verify=NO_TLS) as client:
        yield client


def test_an_app_acts_as_its_bot_with_one_token_for_many_calls(
    http: httpx.Client, sandbox: SandboxProcess, app_key: rsa.RSAPrivateKey
) -> None:
    token = InstallationToken(http, f"{sandbox.url}/", APP_ID, pem(app_key), REPOSITORY)
    github = sandbox.github(token)
    assert github.read_base().viewer == "shiploop[bot]"
    github.read_base()
    assert sandbox.operations() == [
        "GET /repos/{owner}/{repo}/installation",
        "POST /app/installations/{installation_id}/access_tokens",
        "ReadBase",
        "ReadBase",
    ]


def test_a_token_near_its_end_is_renewed(
    http: httpx.Client, scripted: ScriptedServer, app_key: rsa.RSAPrivateKey
) -> None:
    scripted.replies.extend(
        [
            INSTALLATION,
            a_token_reply("first", timedelta(minutes=4)),
            INSTALLATION,
            a_token_reply("second", timedelta(hours=1)),
        ]
    )
    token = InstallationToken(http, scripted.url, APP_ID, pem(app_key), REPOSITORY)
    assert [token(), token(), token()] == ["first", "second", "second"]


def test_a_wrong_key_is_unauthorized_and_says_where_to_look(
    http: httpx.Client, sandbox: SandboxProcess
) -> None:
    wrong_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    token = InstallationToken(http, sandbox.url, APP_ID, pem(wrong_key), REPOSITORY)
    with pytest.raises(GitHubUnauthorized, match=r"App 4711 .* acme/docs.* its key"):
        token()


def test_a_repository_without_the_app_is_unauthorized(
    http: httpx.Client, sandbox: SandboxProcess, app_key: rsa.RSAPrivateKey
) -> None:
    token = InstallationToken(http, sandbox.url, APP_ID, pem(app_key), "acme/nothing")
    with pytest.raises(GitHubUnauthorized, match=r"404 .* installed on acme/nothing"):
        token()


def test_a_key_that_is_no_key_is_named(http: httpx.Client, scripted: ScriptedServer) -> None:
    token = InstallationToken(http, scripted.url, APP_ID, "not a key", REPOSITORY)
    with pytest.raises(GitHubUnauthorized, match="GITHUB_APP_PRIVATE_KEY"):
        token()
    assert scripted.requests == []


def test_github_being_away_is_no_question_of_the_key(
    http: httpx.Client, scripted: ScriptedServer, app_key: rsa.RSAPrivateKey
) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(GitHubUnavailable):
        InstallationToken(http, gone, APP_ID, pem(app_key), REPOSITORY)()
    scripted.replies.append(Reply(503))
    with pytest.raises(GitHubUnavailable, match="503"):
        InstallationToken(http, scripted.url, APP_ID, pem(app_key), REPOSITORY)()


def bearers(scripted: ScriptedServer) -> list[str]:
    """The tokens that were sent, but for those by which the App asks for others."""
    tokens = [each["authorization"].removeprefix("Bearer ") for each in scripted.headers]
    return [token for token in tokens if not token.startswith("ey")]


BAD = Reply(401, '{"message": "Bad credentials"}')


def test_a_token_that_dies_within_its_hour_is_renewed_once_and_the_request_repeated(
    http: httpx.Client, scripted: ScriptedServer, app_key: rsa.RSAPrivateKey
) -> None:
    hour = timedelta(hours=1)
    first = [INSTALLATION, a_token_reply("first", hour), Reply(200, '{"id": 7}')]
    then = [BAD, INSTALLATION, a_token_reply("second", hour), Reply(201, '{"id": 8}')]
    scripted.replies.extend([*first, *then])
    token = InstallationToken(http, scripted.url, APP_ID, pem(app_key), REPOSITORY)
    transport = GitHubTransport(http, scripted.url, token)
    assert transport.rest("GET", "/repos/a/b") == {"id": 7}
    assert transport.rest("POST", "/repos/a/b/issues", {"title": "t"}) == {"id": 8}
    assert bearers(scripted) == ["first", "first", "second"]
    assert scripted.requests.count("POST /repos/a/b/issues") == 2


def test_a_token_that_is_refused_anew_is_an_error_in_words(
    http: httpx.Client, scripted: ScriptedServer, app_key: rsa.RSAPrivateKey
) -> None:
    new = a_token_reply("new", timedelta(hours=1))
    scripted.replies.extend([INSTALLATION, new, BAD, INSTALLATION, new, BAD])
    token = InstallationToken(http, scripted.url, APP_ID, pem(app_key), REPOSITORY)
    with pytest.raises(GitHubUnauthorized, match="revoked or expired"):
        GitHubTransport(http, scripted.url, token).rest("GET", "/repos/a/b")
    assert not scripted.replies


def test_a_suspended_installation_says_so(
    http: httpx.Client, scripted: ScriptedServer, app_key: rsa.RSAPrivateKey
) -> None:
    said = '{"message": "This installation has been suspended"}'
    scripted.replies.extend([INSTALLATION, Reply(403, said)])
    token = InstallationToken(http, scripted.url, APP_ID, pem(app_key), REPOSITORY)
    with pytest.raises(GitHubUnauthorized, match="Unsuspend"):
        token()


@pytest.mark.parametrize(
    "replies",
    [
        [Reply(200, "{}")],
        [Reply(200, "[]")],
        [INSTALLATION, Reply(201, "{}")],
        [INSTALLATION, Reply(201, '{"token": "t", "expires_at": null}')],
        [INSTALLATION, Reply(201, '{"token": "t", "expires_at": "never"}')],
    ],
)
def test_an_answer_without_a_token_is_an_error_of_githubs(
    http: httpx.Client,
    scripted: ScriptedServer,
    app_key: rsa.RSAPrivateKey,
    replies: list[Reply],
) -> None:
    scripted.replies.extend(replies)
    token = InstallationToken(http, scripted.url, APP_ID, pem(app_key), REPOSITORY)
    with pytest.raises(GitHubIncomplete):
        token()


def test_a_kept_token_is_read_again_when_it_is_refused(
    http: httpx.Client, scripted: ScriptedServer
) -> None:
    kept = ["old"]
    token = KeptToken(lambda: kept[-1])
    kept.append("new")
    scripted.replies.extend([BAD, Reply(200, '{"id": 1}'), BAD])
    transport = GitHubTransport(http, scripted.url, token)
    assert transport.rest("GET", "/repos/a/b") == {"id": 1}
    with pytest.raises(GitHubUnauthorized):
        transport.rest("GET", "/repos/a/b")
    assert bearers(scripted) == ["old", "new", "new"]


def test_a_personal_token_is_not_tried_twice(http: httpx.Client, scripted: ScriptedServer) -> None:
    scripted.replies.append(BAD)
    with pytest.raises(GitHubUnauthorized, match="set a new one"):
        GitHubTransport(http, scripted.url, fixed_token("t")).rest("GET", "/repos/a/b")
    assert bearers(scripted) == ["t"]
