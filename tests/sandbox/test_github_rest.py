"""REST: errors, rate limits, conditional requests, and the smaller resources."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.github.accounts import Accounts
from sandbox.github.app_authentication import AppKey
from sandbox.github.state import GitHub
from sandbox.seed import seed
from tests.loopback import NO_TLS
from tests.sandbox.conftest import Server
from tests.sandbox.github_driver import REPOSITORY, SandboxGitHub

APP_ID = 4711


def test_a_wrong_token_is_401_and_a_public_repository_needs_none(github: SandboxGitHub) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    answer = github.anonymous.get(github.repo, headers=wrong)
    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")
    assert github.anonymous.get(github.repo).status_code == 200
    assert github.anonymous.get("/user").status_code == 401
    assert github.bot.get("/user").json()["login"] == "shiploop-bot"


@pytest.mark.parametrize(
    "path", ["/repos/acme/nothing", "/repos/acme/shiploop-docs/pulls/9", f"{'/repos'}/a/b/issues/x"]
)
def test_what_is_not_there_is_404(github: SandboxGitHub, path: str) -> None:
    answer = github.bot.get(path)
    assert (answer.status_code, answer.json()["message"]) == (404, "Not Found")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/topics"), ("DELETE", ""), ("GET", "/forks"), ("GET", "/actions/workflows")],
)
def test_what_is_not_modelled_is_501_and_says_what(
    github: SandboxGitHub, method: str, path: str
) -> None:
    answer = github.bot.request(method, github.repo + path)
    assert answer.status_code == 501
    assert path in answer.json()["message"]


def test_bad_bodies_are_refused(github: SandboxGitHub) -> None:
    url = f"{github.repo}/issues"
    assert github.bot.post(url, content=b"{").status_code == 400
    assert github.bot.post(url, json=[]).status_code == 400
    assert github.bot.post(url, json={}).status_code == 422
    assert github.bot.post(url, json={"title": 7}).status_code == 422


def test_every_answer_tells_the_rate_limit(github: SandboxGitHub) -> None:
    first, second = (github.bot.get(github.repo) for _ in range(2))
    remaining = [int(answer.headers["x-ratelimit-remaining"]) for answer in (first, second)]
    assert remaining[0] - remaining[1] == 1
    assert first.headers["x-ratelimit-resource"] == "core"
    assert int(first.headers["x-ratelimit-reset"]) > time.time()
    assert first.headers["x-github-request-id"] != second.headers["x-github-request-id"]
    told = github.bot.get("/rate_limit").json()["resources"]["core"]
    assert told["remaining"] == remaining[1]


def test_an_unchanged_answer_is_304_and_costs_nothing(github: SandboxGitHub) -> None:
    url = f"{github.repo}/git/ref/heads/main"
    first = github.bot.get(url)
    known = {"If-None-Match": first.headers["etag"]}
    again = github.bot.get(url, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["x-ratelimit-remaining"] == first.headers["x-ratelimit-remaining"]
    github.commit("main", "# FAQ\n")
    assert github.bot.get(url, headers=known).status_code == 200


def test_refs_are_made_moved_and_deleted(github: SandboxGitHub) -> None:
    refs, base = f"{github.repo}/git/refs", github.head()
    body = {"ref": "refs/heads/a/b", "sha": base}
    assert github.bot.post(refs, json=body).status_code == 201
    again = github.bot.post(refs, json=body)
    assert again.status_code == 422
    assert "already exists" in again.json()["message"]
    sha = github.commit("a/b", "# FAQ\n")
    assert github.bot.patch(f"{refs}/heads/a/b", json={"sha": base}).status_code == 422
    forced = github.bot.patch(f"{refs}/heads/a/b", json={"sha": base, "force": True})
    assert forced.json()["object"]["sha"] == base != sha
    assert github.bot.delete(f"{refs}/heads/a/b").status_code == 204
    assert github.bot.delete(f"{refs}/heads/a/b").status_code == 422
    assert github.bot.delete(f"{refs}/heads/main").status_code == 422
    assert github.eve.post(refs, json=body).status_code == 403


def test_a_protected_branch_takes_commits_without_checks_from_admins_only(
    github: SandboxGitHub,
) -> None:
    before = github.head()
    topic = github.open("topic")["headRefOid"]
    moved = github.bot.patch(f"{github.repo}/git/refs/heads/main", json={"sha": topic})
    assert moved.status_code == 422
    assert moved.json()["message"] == 'Required status check "faq-gate" is expected.'
    assert github.head() == before
    assert github.commit("main", "# FAQ\n") == github.head()


def test_protection_decides_which_checks_are_required(github: SandboxGitHub) -> None:
    url = f"{github.repo}/branches/main/protection"
    body = {
        "required_status_checks": {"strict": False, "contexts": ["lint", "other"]},
        "enforce_admins": None,
        "required_pull_request_reviews": None,
        "restrictions": None,
    }
    answer = github.ada.put(url, json=body).json()
    assert answer["required_status_checks"]["contexts"] == ["lint", "other"]
    pull = github.open()
    assert github.merge(pull["number"]).status_code == 405
    assert github.bot.get(url).status_code == 404


def test_mentions_would_ping_unless_they_are_code_or_full_width(github: SandboxGitHub) -> None:
    body = "me@example.org\n```\n@ada\n```"
    github.open("topic", title="＠ada `@ada`", body=body, message="For `@grace`\n\n＠x")
    assert [
        (each["login"], each["where"].split()[0])
        for each in github.bot.get("/_sandbox/notifications").json()
    ] == [("grace", "commit")]


@pytest.fixture
def app(server: Server, tmp_path: Path) -> Iterator[tuple[httpx.Client, rsa.RSAPrivateKey]]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    state = GitHub(tmp_path / "home", Accounts(""), AppKey(APP_ID, public.decode()))
    seed(state, REPOSITORY, None, None)
    with (
        server.serving(state),
        httpx.Client(base_url=server.url, trust_env=False, verify=NO_TLS) as client,
    ):
        yield client, key


def _app_headers(key: rsa.RSAPrivateKey, **claims: object) -> dict[str, str]:
    now = int(time.time())
    token = jwt.encode(
        {"iat": now - 60, "exp": now + 540, "iss": str(APP_ID), **claims}, key, "RS256"
    )
    return {"Authorization": f"Bearer {token}"}


def test_an_app_gets_a_token_for_its_installation(
    app: tuple[httpx.Client, rsa.RSAPrivateKey],
) -> None:
    client, key = app
    assert client.get("/app", headers=_app_headers(key)).json()["id"] == APP_ID
    found = client.get(f"/repos/{REPOSITORY}/installation", headers=_app_headers(key)).json()
    made = client.post(found["access_tokens_url"], headers=_app_headers(key))
    assert made.status_code == 201
    headers = {"Authorization": f"Bearer {made.json()['token']}"}
    issue = client.post(f"/repos/{REPOSITORY}/issues", json={"title": "Hi"}, headers=headers)
    assert issue.json()["user"]["login"] == "shiploop[bot]"
    assert issue.json()["user"]["type"] == "Bot"


def test_graphql_shows_an_apps_login_as_author_without_its_suffix(
    app: tuple[httpx.Client, rsa.RSAPrivateKey],
) -> None:
    client, key = app
    made = client.post("/app/installations/1/access_tokens", headers=_app_headers(key))
    client.headers["Authorization"] = f"Bearer {made.json()['token']}"
    github = SandboxGitHub(str(client.base_url), Path(), client, client, client, client)
    pull = github.open("topic", "# FAQ\n")
    document = (
        "query Q($id: ID!) { viewer { login } "
        "node(id: $id) { ... on PullRequest { author { login } } } }"
    )
    data = github.graphql(document, {"id": pull["id"]})["data"]
    assert data["viewer"]["login"] == "shiploop[bot]"
    assert data["node"]["author"]["login"] == "shiploop"
    assert github.pull(pull["number"])["user"]["login"] == "shiploop[bot]"
    assert client.get("/user").status_code == 403


def test_an_app_must_prove_who_it_is(app: tuple[httpx.Client, rsa.RSAPrivateKey]) -> None:
    client, key = app
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    now = int(time.time())
    for headers in (
        {},
        {"Authorization": "Bearer nonsense"},
        _app_headers(stranger),
        _app_headers(key, iss="1"),
        _app_headers(key, exp=now - 120),
        _app_headers(key, exp=now + 3600),
    ):
        assert client.get("/app", headers=headers).status_code == 401
