"""Everything that can be set from outside, in one frozen value."""

import ipaddress
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    SettingsConfigDict,
)

from shiploop.setting_values import (
    LEVELS,
    RATE,
    REPOSITORY_PATH,
    SENTRY_PROJECT,
    SMTP_URL,
    ApiKey,
    BranchPrefix,
    FaqDialect,
    Login,
    MailAddress,
    PathPattern,
)


class Settings(BaseSettings):
    """The environment, checked. `.env.example` lists and explains every variable.

    Names that other tools share stand as they are; ours begin with `SHIPLOOP_`.
    """

    model_config = SettingsConfigDict(
        env_prefix="SHIPLOOP_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,  # it holds every secret there is
    )

    home: Path = Path(".shiploop")

    github_token: SecretStr | None = Field(None, validation_alias="GITHUB_TOKEN")
    github_app_id: str | None = Field(None, validation_alias="GITHUB_APP_ID")
    github_app_private_key: SecretStr | None = Field(
        None, validation_alias="GITHUB_APP_PRIVATE_KEY"
    )
    github_app_private_key_file: Path | None = Field(
        None, validation_alias="GITHUB_APP_PRIVATE_KEY_FILE"
    )
    github_credentials_block: str | None = None
    github_repo: str | None = Field(None, validation_alias="GITHUB_REPO")
    github_api_url: str = Field("https://api.github.com", validation_alias="GITHUB_API_URL")
    github_webhook_secret: SecretStr | None = Field(None, validation_alias="GITHUB_WEBHOOK_SECRET")
    base_branch: str = "main"
    # What the names of our branches begin with.
    branch_prefix: BranchPrefix = "orchestrator/"
    rollback_branch_prefix: BranchPrefix = "hotfix/"
    # Titles and headlines as the repository words them, such as `docs: {title}`.
    commit_title: str = Field("{title}", pattern=r"^[^\n{}]{0,60}\{title\}[^\n{}]{0,20}$")
    # `Name <address>`, where each commit has to be signed off.
    sign_off: str = Field("", pattern=r"^([^\n<>]{1,80} <[^\s<>@]{1,64}@[^\s<>@]{1,190}>)?$")
    labels: tuple[str, ...] = ()  # of each pull request
    # Accounts whose pushes onto our branches are followed where they change the format alone.
    formatters: tuple[Login, ...] = ()
    # A file of the repository, which each pull request is written in.
    pull_request_template: str = Field("", pattern=REPOSITORY_PATH)
    required_checks: tuple[str, ...] = ("faq-gate",)
    # How often the failed jobs of a required check are run again on one commit.
    rerun_failed_checks: int = Field(1, ge=0, le=10)
    signing_key: SecretStr | None = None
    # What was signed with it before the key was changed is still merged.
    previous_signing_key: SecretStr | None = None
    # The modules of the agents: what may be asked for, and which change is shipped for it.
    agents: tuple[str, ...] = ("shiploop.agents.faq.agent",)
    # What of a repository's Markdown is documentation, in patterns as of .gitignore; None: without
    # what shiploop/agents/faq/retrieval/documentation.py lists.
    docs_include: tuple[PathPattern, ...] = ()
    # The FAQ, or one for each language; empty: found by the names of files.
    faq_paths: tuple[str, ...] = ()
    docs_exclude: tuple[PathPattern, ...] | None = None
    # The generator that the FAQ is written for; None: as the repository's files tell.
    faq_dialect: FaqDialect | None = None
    # Where a link of an answer may lead outside the repository; a host is that host alone.
    allowed_link_hosts: tuple[str, ...] = ()

    redis_url: str | None = Field(None, validation_alias="REDIS_URL")
    prefect_api_url: str | None = Field(None, validation_alias="PREFECT_API_URL")
    # user:password, where that server asks for it.
    prefect_auth_string: SecretStr | None = Field(None, validation_alias="PREFECT_API_AUTH_STRING")
    # It has a password, so all of it is a secret.
    prefect_database_url: SecretStr | None = Field(
        None, validation_alias="PREFECT_SERVER_DATABASE_CONNECTION_URL"
    )

    # Without a key no model is asked: answers are extractive.
    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str = Field("https://api.openai.com/v1", validation_alias="OPENAI_BASE_URL")
    # One that thinks first would spend the tokens of its answer on that.
    openai_model: str = Field("gpt-4.1-mini", min_length=1, validation_alias="OPENAI_MODEL")
    # The RFC's target for a draft (5.1), tries again included.
    answer_deadline_s: float = Field(8.0, gt=0)
    answer_tokens: int = Field(150, ge=16)  # OpenAI takes no fewer
    # US dollars for a million tokens; unset: no cost is told.
    openai_input_usd: float | None = Field(None, ge=0)
    openai_output_usd: float | None = Field(None, ge=0)
    smtp_url: str | None = Field(None, pattern=SMTP_URL)
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: MailAddress | None = None
    mail_to: tuple[MailAddress, ...] = ()
    slack_webhook_url: SecretStr | None = Field(None, validation_alias="SLACK_WEBHOOK_URL")
    sentry_dsn: SecretStr | None = Field(None, validation_alias="SENTRY_DSN")
    sentry_auth_token: SecretStr | None = Field(None, validation_alias="SENTRY_AUTH_TOKEN")
    sentry_project: str | None = Field(None, pattern=SENTRY_PROJECT)
    sentry_api_url: str = "https://sentry.io"

    site_url: str = Field("http://127.0.0.1:8091", validation_alias="SITE_URL")
    site_faq_path: str | None = None  # unset: found by itself
    # Opens a site that is not for everybody.
    site_header: str = "Authorization"
    site_header_value: SecretStr | None = None
    # GitHub's environments that are production; unset: found by address, GitHub's mark, or name.
    environments: tuple[str, ...] = ()

    api_host: str = "127.0.0.1"
    # Where runners find it; unset: on their own machine.
    api_url: str | None = None
    # Names by which API, dashboard and Prefect's UI are asked for, besides addresses.
    allowed_hosts: tuple[str, ...] = ()
    forwarded_allow_ips: str = Field("", validation_alias="FORWARDED_ALLOW_IPS")
    api_keys: Mapping[str, ApiKey] = {}
    # A client's allowance of questions and cancellations, by its key and by its address.
    rate_limit_per_key: str = Field("600/minute", pattern=RATE)
    rate_limit_per_address: str = Field("600/minute", pattern=RATE)

    api_port: int = 8000
    prefect_port: int = 4200
    github_port: int = 8090
    site_port: int = 8091
    dashboard_port: int = 8501

    # The RFC's job TTL (1.1): from accepted to merged, frozen time included.
    task_deadline_s: int = Field(600, gt=0)
    deploy_deadline_s: int = Field(120, gt=0)
    verify_deadline_s: int = Field(30, gt=0)

    # How far agents may go, while nobody has switched it: for all, or as agent=level,agent=level.
    autonomy: str = Field("auto", pattern=LEVELS)
    # A suggestion waits so long for a person's word.
    wait_days: float = Field(30, gt=0, le=90)
    review_poll_s: float = Field(180.0, gt=0)

    # Any text: what cannot be read means `off` and an incident, not a runner that does not start.
    rollback: str = "auto"
    rollback_deadline_s: int = Field(480, gt=0)
    health_interval_s: float = Field(2.0, gt=0)
    attribution_window_s: int = Field(600, gt=0)

    slo_file: Path = Path(__file__).resolve().parent.parent / "deployments" / "slo.yaml"
    probes: Path = Path(__file__).resolve().parent.parent / "deployments" / "probes.yaml"
    metrics_retention_days: int = Field(90, ge=31)  # the longest period is a month

    runners: int = Field(1, ge=0)
    runner_concurrency: int = Field(32, gt=0)
    lease_s: float = Field(6.0, gt=0)
    delivery_cap: int = Field(5, gt=0)
    check_poll_s: float = Field(3.0, gt=0)
    queue_limit: int = Field(1000, gt=0)
    documents_refresh_s: float = Field(30.0, gt=0)
    rules_refresh_s: float = Field(300.0, gt=0)
    # So many entries a sweep asks again at most; 0: it only looks at them.
    sweep_tasks: int = Field(20, ge=0, le=500)
    sweep_after_push_s: float = Field(60.0, ge=0)

    # For chaos only: see shiploop/kill_points.py.
    kill_at: str | None = None

    @model_validator(mode="after")
    def _only_keys_open_the_api_to_others(self) -> Self:
        if not self.api_keys and not _is_loopback(self.api_host):
            raise ValueError("SHIPLOOP_API_HOST is not loopback: set SHIPLOOP_API_KEYS too")
        return self

    @model_validator(mode="after")
    def _mail_has_a_sender_and_receivers(self) -> Self:
        if self.smtp_url is not None and not (self.mail_from and self.mail_to):
            raise ValueError("SHIPLOOP_SMTP_URL is set: set SHIPLOOP_MAIL_FROM and _TO too")
        return self

    @model_validator(mode="after")
    def _branches_stand_beside_the_base(self) -> Self:
        for prefix in (self.branch_prefix, self.rollback_branch_prefix):
            if prefix.startswith(f"{self.base_branch}/"):
                raise ValueError("a prefix of branches begins with SHIPLOOP_BASE_BRANCH and /")
        return self

    def api_address(self) -> str:
        """Where a runner asks our API how it is."""
        return self.api_url or f"http://127.0.0.1:{self.api_port}"

    def required_beside(self, protected: tuple[str, ...]) -> tuple[str, ...]:
        """Every check that is required: the branch's own, and ours where set or it has none."""
        is_set = "required_checks" in self.model_fields_set
        ours = self.required_checks if is_set or not protected else ()
        return tuple(dict.fromkeys((*protected, *ours)))

    def host_names(self) -> tuple[str, ...]:
        """Every name that our servers are known to be asked for by."""
        told = urlsplit(self.api_url or "").hostname
        return (*self.allowed_hosts, self.api_host, *([told] if told else []))

    def secrets(self) -> tuple[str, ...]:
        """Every value that nobody may see, for the logs to hide."""
        values = [getattr(self, name) for name in type(self).model_fields]
        held = [value for value in [*values, *self.api_keys.values()] if value is not None]
        return tuple(each.get_secret_value() for each in held if isinstance(each, SecretStr))

    def as_environment(self) -> dict[str, str]:
        """What was set, as the environment of a process that shall have the same settings."""
        return {
            variable_of(name): _as_text(value)
            for name in self.model_fields_set
            if (value := getattr(self, name)) is not None
        }


def variable_of(name: str) -> str:
    """The environment variable that a setting is read from."""
    return str(Settings.model_fields[name].validation_alias or f"SHIPLOOP_{name.upper()}")


def value_of(variable: str) -> str | None:
    """A variable that a file of ours names: of the environment, else of `.env`."""
    sources = (EnvSettingsSource, DotEnvSettingsSource)
    told = (source(Settings, case_sensitive=True).env_vars.get(variable) for source in sources)
    return next((value for value in told if value), None)


def _as_text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return str(value.resolve())  # whoever reads it may have been started somewhere else
    if isinstance(value, Mapping):
        return json.dumps({name: _as_text(each) for name, each in value.items()})
    return json.dumps(value) if isinstance(value, tuple) else str(value)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
