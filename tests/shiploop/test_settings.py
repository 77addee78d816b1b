"""Settings: what is read, what is refused, what is kept from being seen."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from shiploop.settings import Settings, value_of


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


def test_the_example_lists_every_variable_and_no_other() -> None:
    example = (Path(__file__).resolve().parents[2] / ".env.example").read_text(encoding="utf-8")
    read = {
        str(field.validation_alias or f"SHIPLOOP_{name.upper()}")
        for name, field in Settings.model_fields.items()
    }
    assert set(re.findall(r"^(\w+)=", example, re.MULTILINE)) == read


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
    "name",
    [
        *("task_deadline_s", "lease_s", "runner_concurrency", "queue_limit", "check_poll_s"),
        *("health_interval_s", "attribution_window_s", "rollback_deadline_s"),
        "answer_deadline_s",
    ],
)
def test_no_time_and_no_number_of_anything_is_zero(name: str) -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        Settings.model_validate({name: 0})


def test_a_class_of_characters_in_a_pattern_of_paths_is_refused_and_not_misread() -> None:
    for name in ("docs_include", "docs_exclude"):
        with pytest.raises(ValidationError, match="write a range"):
            Settings.model_validate({name: ["v[[:digit:]].md"]})
    assert Settings.model_validate({"docs_exclude": ["v[0-9].md"]}).docs_exclude == ("v[0-9].md",)


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


def test_a_file_that_is_named_is_found_by_who_was_started_somewhere_else() -> None:
    ours = Settings(_env_file=None, probes=Path("probes.yaml"))
    assert ours.as_environment() == {"SHIPLOOP_PROBES": str(Path.cwd() / "probes.yaml")}


def test_a_variable_that_a_file_of_ours_names_is_the_environments_or_stands_in_dot_env(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("SITE_TOKEN=of the file\nsite_word=small\nEMPTY=\n")
    assert [value_of(name) for name in ("SITE_TOKEN", "site_word")] == ["of the file", "small"]
    assert [value_of(name) for name in ("SITE_WORD", "EMPTY", "NOWHERE")] == [None, None, None]
    monkeypatch.setenv("SITE_TOKEN", "of the environment")
    assert value_of("SITE_TOKEN") == "of the environment"


def test_what_cannot_be_read_about_rollbacks_is_kept_for_those_who_decide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A runner that does not start rolls nothing back, and tells nobody why."""
    assert Settings(_env_file=None).rollback == "auto"
    monkeypatch.setenv("SHIPLOOP_ROLLBACK", "sometimes, perhaps")
    assert Settings(_env_file=None).rollback == "sometimes, perhaps"


def test_a_project_of_sentrys_is_named_with_its_organisation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHIPLOOP_SENTRY_PROJECT", "acme/docs-site")
    assert Settings(_env_file=None).sentry_project == "acme/docs-site"
    for wrong in ("docs-site", "acme/docs/site", "acme/", "acme/../x", "acme/a b"):
        monkeypatch.setenv("SHIPLOOP_SENTRY_PROJECT", wrong)
        with pytest.raises(ValidationError, match="sentry_project"):
            Settings(_env_file=None)


def test_all_secrets_can_be_named_for_the_logs() -> None:
    settings = Settings.model_validate(
        {
            "github_token": "a-token",
            "signing_key": "a-signing-key",
            "slack_webhook_url": "https://hooks.example/services/T/B/secret",
            "sentry_auth_token": "a-sentry-token",
            "api_keys": {"ci": "the-key-of-the-ci-system", "ada": "the-key-of-ada-lovelace"},
            "github_repo": "acme/docs",
        }
    )
    assert set(settings.secrets()) == {
        "a-token",
        "a-signing-key",
        "https://hooks.example/services/T/B/secret",
        "a-sentry-token",
        "the-key-of-the-ci-system",
        "the-key-of-ada-lovelace",
    }


def test_api_keys_are_read_by_name_and_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIPLOOP_API_KEYS", '{"ci": "the-key-of-the-ci-system"}')
    ours = Settings(_env_file=None)
    assert ours.api_keys["ci"].get_secret_value() == "the-key-of-the-ci-system"
    environment = ours.as_environment()
    assert environment == {"SHIPLOOP_API_KEYS": '{"ci": "the-key-of-the-ci-system"}'}
    monkeypatch.setenv("SHIPLOOP_API_KEYS", environment["SHIPLOOP_API_KEYS"])
    assert Settings(_env_file=None) == ours
    assert "the-key" not in f"{ours!r} {ours.model_dump_json()}"


def test_a_key_that_could_be_guessed_is_refused_and_not_shown() -> None:
    with pytest.raises(ValidationError, match="at least 16") as refused:
        Settings.model_validate({"api_keys": {"ci": "hidden-1"}, "github_token": "hidden-2"})
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "localhost"])
def test_without_keys_the_api_may_be_on_loopback(host: str) -> None:
    assert Settings.model_validate({"api_host": host}).api_host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])  # noqa: S104
def test_without_keys_the_api_may_be_nowhere_else(host: str) -> None:
    with pytest.raises(ValidationError, match="set SHIPLOOP_API_KEYS too") as refused:
        Settings.model_validate({"api_host": host, "github_token": "hidden-1"})
    assert "hidden" not in str(refused.value)
    keys = {"ci": "the-key-of-the-ci-system"}
    assert Settings.model_validate({"api_host": host, "api_keys": keys}).api_host == host


@pytest.mark.parametrize("rate", ["", "60", "0/minute", "60/moon", "60/minute; 1/day", "-1/day"])
def test_a_rate_that_is_none_is_refused(rate: str) -> None:
    for name in ("rate_limit_per_key", "rate_limit_per_address"):
        with pytest.raises(ValidationError):
            Settings.model_validate({name: rate})


@pytest.mark.parametrize(
    "url", ["mail.example.com", "https://mail.example.com", "smtp://user:password@mail.example.com"]
)
def test_a_mail_server_is_named_by_its_address_and_nothing_secret(url: str) -> None:
    with pytest.raises(ValidationError, match="smtp_url") as refused:
        Settings(_env_file=None, smtp_url=url, mail_from="a@b.c", mail_to=("a@b.c",))
    assert "password" not in str(refused.value)


@pytest.mark.parametrize("missing", ["mail_from", "mail_to"])
def test_a_mail_server_alone_says_what_else_is_to_be_set(missing: str) -> None:
    given: dict[str, Any] = {
        "smtp_url": "smtps://m.example",
        "mail_from": "a@b.c",
        "mail_to": ("a@b.c",),
    }
    with pytest.raises(ValidationError, match="SHIPLOOP_MAIL_FROM"):
        Settings(_env_file=None, **{name: told for name, told in given.items() if name != missing})


@pytest.mark.parametrize(
    "address", ["nobody", "a@b\nBcc: eve@example.com", "A <a@b.c>", "a@b.c, d@e.f", "ä@b.c"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="mail_to"):
        Settings(_env_file=None, mail_to=(address,))


@pytest.mark.parametrize("prefix", ["bot/", "bot/docs/", "docs-bot/x-", "a.b/", "bot-"])
def test_a_prefix_of_branches_is_what_git_takes(prefix: str) -> None:
    assert Settings(_env_file=None, branch_prefix=prefix).branch_prefix == prefix


@pytest.mark.parametrize(
    "prefix",
    ["/bot", "-bot/", "bot//x", "bot/.x", "a..b/", "a.lock/", "a./", "refs/heads/", "a b/", "a'b/",
     "a~1/", "main/", "main/x-", "x" * 61],
)  # fmt: skip
def test_a_prefix_that_git_does_not_take_is_refused_at_start(prefix: str) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, rollback_branch_prefix=prefix)


@pytest.mark.parametrize("path", ["/etc/passwd", "a//b.md", "a\nb", "{change}"])
def test_a_template_is_a_path_in_the_repository(path: str) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, pull_request_template=path)
