"""Tokens of a GitHub App's installation, from the sandbox's App routes."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from shiploop.clients.github.auth import InstallationToken
from shiploop.errors import GitHubUnauthorized, GitHubUnavailable
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
