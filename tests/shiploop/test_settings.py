"""Settings: what is read, what is refused, what is kept from being seen."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from shiploop.settings import Settings


def test_names_that_other_tools_share_are_read_as_they_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GITHUB_REPO", "acme/docs")
    monkeypatch.setenv("REDIS_URL", "redis://redis.example")
    monkeypatch.setenv("SHIPLOOP_API_PORT", "0")
    monkeypatch.setenv("SHIPLOOP_REQUIRED_CHECKS", '["faq-gate", "lint"]')
    settings = Settings(_env_file=None)
    assert (settings.github_repo, settings.redis_url) == ("acme/docs", "redis://redis.example")
    assert settings.api_port == 0
    assert settings.required_checks == ("faq-gate", "lint")


def test_a_variable_that_is_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "")
    monkeypatch.setenv("SHIPLOOP_API_PORT", "")
    settings = Settings(_env_file=None)
    assert settings.github_token is None
    assert settings.api_port == 8000


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings(_env_file=None).__setattr__("api_port", 1)


def test_a_secret_is_in_no_text_of_the_settings() -> None:
    settings = Settings(
        _env_file=None,
        github_token=SecretStr("hidden-1"),
        github_webhook_secret=SecretStr("hidden-2"),
        github_app_private_key=SecretStr("hidden-3"),
        signing_key=SecretStr("hidden-4"),
    )
    assert "hidden" not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    "name", ["task_deadline_s", "lease_s", "runner_concurrency", "queue_limit", "check_poll_s"]
)
def test_no_time_and_no_number_of_anything_is_zero(name: str) -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        Settings.model_validate({name: 0})


def test_a_process_with_our_environment_has_our_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = Settings(
        _env_file=None,
        home=Path("/tmp/somewhere"),  # noqa: S108 - never made
        github_token=SecretStr("a-token"),
        github_repo="acme/docs",
        required_checks=("faq-gate", "lint"),
        lease_s=1.5,
        redis_url=None,
    )
    environment = ours.as_environment()
    assert "SHIPLOOP_QUEUE_LIMIT" not in environment
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings(_env_file=None) == ours
