"""The composition root: what has to be set, and whose token is used."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from shiploop.bootstrap import Services, SettingMissing, build
from shiploop.clients.slack import Slack
from shiploop.settings import Settings
from tests.sandbox_process import APP_ID, BOT_TOKEN, REPOSITORY, SandboxProcess
from tests.world import World

NOTHING_LISTENS = "redis://127.0.0.1:1"


def built(**changes: Any) -> Services:
    given: dict[str, Any] = {"redis_url": NOTHING_LISTENS, "github_repo": REPOSITORY}
    return build(Settings(_env_file=None, **{**given, **changes}))


def viewer(services: Services) -> str:
    """Who GitHub says that we are."""
    try:
        return services.github.read_base().viewer
    finally:
        # Services live as long as their process, so nothing else ever closes this.
        services.github._transport._http.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ({"redis_url": None}, "REDIS_URL"),
        ({"github_repo": None}, "GITHUB_REPO"),
        ({}, "Neither GITHUB_TOKEN nor GITHUB_APP_ID"),
        ({"github_app_id": APP_ID}, "GITHUB_APP_PRIVATE_KEY"),
    ],
)
def test_what_is_missing_is_named(missing: dict[str, None], named: str) -> None:
    with pytest.raises(SettingMissing, match=f"^{named} is (?:not )?set"):
        built(**missing)


def test_an_apps_key_may_be_in_a_file_that_can_be_read(tmp_path: Path) -> None:
    with pytest.raises(SettingMissing, match="_FILE cannot be read: FileNotFoundError"):
        built(github_app_id=APP_ID, github_app_private_key_file=tmp_path / "nowhere.pem")
    (tmp_path / "key.pem").write_text("a key")
    built(github_app_id=APP_ID, github_app_private_key_file=tmp_path / "key.pem")


def test_building_connects_to_nothing() -> None:
    built(github_token="a-token", github_api_url="http://127.0.0.1:1", site_url="http://x.invalid")


def test_sentry_is_asked_for_issues_only_with_a_project_and_a_token() -> None:
    token = {"github_token": "a-token"}
    project = {"sentry_project": "acme/docs-site"}
    assert built(**token).sentry_issues is None
    assert built(**token, **project).sentry_issues is None
    assert built(**token, sentry_auth_token="t").sentry_issues is None
    assert built(**token, **project, sentry_auth_token="t").sentry_issues is not None


def test_the_page_that_shows_the_faq_is_the_one_that_is_set() -> None:
    assert (
        built(github_token="a-token", site_faq_path="/help").site.url("")
        == "http://127.0.0.1:8091/help"
    )


def test_slack_is_told_only_with_a_webhook() -> None:
    (silent,) = built(github_token="a-token").channels
    assert silent.speaker.name == "the log"
    webhook = "https://hooks.example/services/T/B/secret"
    (slack,) = built(github_token="a-token", slack_webhook_url=webhook).channels
    assert isinstance(slack.speaker, Slack)


def test_an_app_of_which_the_key_is_given_speaks_to_github(
    sandbox: SandboxProcess, app_key: rsa.RSAPrivateKey
) -> None:
    key = app_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,  # as GitHub gives it out
        serialization.NoEncryption(),
    )
    services = built(
        github_api_url=sandbox.url, github_app_id=APP_ID, github_app_private_key=key.decode()
    )
    assert viewer(services) == "shiploop[bot]"


@pytest.mark.xdist_group("patient-world")
def test_a_saved_block_of_prefects_gives_its_token(world: World, sandbox: SandboxProcess) -> None:
    from prefect_github import GitHubCredentials

    name = f"block-{uuid.uuid4()}"
    url, auth = world.prefect_environment.values()
    with temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: auth}):
        GitHubCredentials(token=BOT_TOKEN).save(name, _sync=True)
        services = built(github_api_url=sandbox.url, github_credentials_block=name)
    assert viewer(services) == "shiploop-bot"
