"""What `shiploop doctor` reports: all well, and each thing that it may find, with what to do."""

import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from redis import Redis
from rich.console import Console

from shiploop.cli.doctor import show_findings
from shiploop.cli.doctor.branches_check import judge_branches
from shiploop.cli.doctor.diagnosis import (
    Finding,
    Health,
    RedisFacts,
    judge_disk,
    judge_environments,
    judge_faq,
    judge_redis,
    judge_repository,
    judge_required_checks,
    judge_webhook,
)
from shiploop.cli.doctor.examination import run_side_by_side
from shiploop.cli.doctor.github_check import check_github
from shiploop.cli.doctor.mail_check import check_mail
from shiploop.cli.doctor.model_check import check_model, judge_small_model
from shiploop.cli.doctor.prefect_check import _DEFINITION, check_prefect
from shiploop.cli.doctor.redis_check import check_documents, check_redis, check_runners
from shiploop.cli.doctor.rules_check import judge_rules
from shiploop.cli.doctor.service_checks import (
    check_api,
    check_options,
    check_probes,
    check_signing_key,
    check_site,
)
from shiploop.cli.doctor.template_check import judge_template
from shiploop.clients.github.refusals import RIGHTS
from shiploop.clients.github.setup import RepositorySettings, Webhook
from shiploop.domain.delivery.branches import BranchPrefixes
from shiploop.domain.delivery.rules import (
    NOTHING_READ,
    BranchRules,
    MergeMethod,
    Operator,
    OwnBranch,
    Pattern,
    Rule,
)
from shiploop.domain.delivery.webhook_facts import WEBHOOK_EVENTS, DeployState
from shiploop.domain.delivery.wording import Wording
from shiploop.domain.limits import LeftOut
from shiploop.domain.production.deployment import Deployment
from shiploop.settings import Settings
from shiploop.stores.heartbeats import Heartbeats
from shiploop.stores.left_out import LeftOutStore
from tests.builders import NOON
from tests.mail_server import mail_server
from tests.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess
from tests.scripted_server import Reply, ScriptedServer
from tests.snapshots.conftest import ReadsAs
from tests.snapshots.story import NEWER_SHA
from tests.valkey import url_of

AWAY: Final = "127.0.0.1:1"  # the port of a service that no machine runs any more
WIDTH: Final = 120
KEEPS_ALL: Final = RedisFacts(
    "8.1.4", append_only=True, save_points="", eviction_policy="noeviction"
)
HOOK: Final = Webhook(
    "https://shiploop.example.com/webhooks/github",
    WEBHOOK_EVENTS,
    active=True,
    signed=True,
    delivery_statuses=(202,) * 10,
)
EVERY_OPTION: Final = {
    "slack_webhook_url": "https://hooks.slack.com/services/T/B/x",
    "sentry_dsn": "https://key@sentry.example.com/1",
    "sentry_project": "acme/docs-site",
    "sentry_auth_token": "unused",
}
REPOSITORY_IS_WELL: Final = RepositorySettings(
    "acme/docs", may_write=True, is_archived=False, takes_issues=True
)
MAIL: Final = {
    "mail_from": "shiploop@example.com",
    "mail_to": ("oncall@example.com", "boss@example.com"),
}
MODELS: Final = Reply(200, json.dumps({"data": [{"id": "gpt-4.1"}, {"id": "gpt-4.1-mini"}]}))
DEPLOYED: Final = Deployment(NEWER_SHA, "production", DeployState.SUCCESS)
ELSEWHERE: Final = replace(DEPLOYED, environment="main - docs")
NOT_BUILT: Final = replace(
    DEPLOYED, state=DeployState.FAILURE, log_url="https://platform.example.com/builds/1"
)
SITE: Final = Reply(200, json.dumps({"sha": NEWER_SHA}))


def given(**changes: Any) -> Settings:
    return Settings(_env_file=None, **changes)


class Examined:
    """What the checks look at: servers that answer as they are told, and a home of our own."""

    def __init__(
        self,
        redis: Redis,
        sandbox: SandboxProcess,
        server: ScriptedServer,
        home: Path,
        mail_url: str,
    ) -> None:
        self.redis, self.sandbox, self.server, self.home = redis, sandbox, server, home
        self.mail_url = mail_url

    def as_shown(self, text: str) -> str:
        """The report with what differs from run to run shown as something fixed."""
        shown = {
            self.server.url: "http://127.0.0.1:8000",
            self.sandbox.url: "https://api.github.com",
            str(self.home): ".shiploop",
            self.mail_url: "smtps://mail.example.com",
        }
        for what, instead in shown.items():
            text = text.replace(what, instead)
        return text

    def site(self, *replies: Reply) -> Settings:
        """Settings of a site that gives these answers."""
        return given(site_url=self.told(*replies), site_faq_path="/faq")

    def told(self, *replies: Reply) -> str:
        """The address of a server that gives these answers."""
        self.server.replies.extend(replies)
        return self.server.url

    def github(self, token: str, **changes: Any) -> Settings:
        """Settings of the sandbox's GitHub."""
        known = {"github_repo": REPOSITORY, "github_api_url": self.sandbox.url}
        return given(**{**known, "github_token": token, **changes})


def all_well(seen: Examined) -> Iterator[Finding]:
    """Everything is there, and as it should be."""
    yield from judge_redis(KEEPS_ALL)
    for runner in ("docs-1", "docs-2"):
        Heartbeats(seen.redis).beat(runner, NOON, "ready", 0)
    yield from check_runners(url_of(seen.redis), NOON)
    yield from _prefect(seen, "READY")
    seen.sandbox.open_green()
    ours = seen.github(BOT_TOKEN, github_webhook_secret="a-webhook-secret")
    yield from (one for one in check_github(ours) if one.name not in ("deployments", "webhook"))
    yield judge_environments([DEPLOYED], "https://docs.example.com", ())
    yield judge_webhook([HOOK])
    yield from check_site(seen.site(Reply(200), Reply(200), SITE))
    yield from check_probes(given())
    yield from check_api(seen.told(Reply(200)))
    yield judge_disk("/srv/shiploop", 20_000_000_000)
    yield from check_signing_key(given(signing_key="a-signing-key"))
    yield from check_model(_asking_a_model(seen, MODELS))
    yield judge_small_model(is_installed=True)
    yield from check_mail(given(smtp_url=seen.mail_url, **MAIL))
    yield from check_options(given(**EVERY_OPTION))


def nothing_set(seen: Examined) -> Iterator[Finding]:
    """A fresh checkout: nothing is set, and nothing runs."""
    yield from check_redis(None)
    yield from check_runners(None, NOON)
    yield from check_prefect(None)
    yield from check_github(given())
    yield from check_site(given(site_url=f"http://{AWAY}"), known=False)
    yield from check_api(f"http://{AWAY}")
    yield from check_signing_key(given(home=seen.home))
    yield from check_model(given())
    yield from check_mail(given())
    yield from check_options(given())
    yield judge_small_model(is_installed=False)


def redis_findings(seen: Examined) -> Iterator[Finding]:
    """Redis is away, too old, or may forget; no runner is known through it."""
    yield from check_redis(f"redis://{AWAY}")
    yield from judge_redis(replace(KEEPS_ALL, version="6.0.16"))
    yield from judge_redis(replace(KEEPS_ALL, append_only=False, save_points=None))
    yield from judge_redis(replace(KEEPS_ALL, append_only=False, save_points="3600 1"))
    yield from judge_redis(replace(KEEPS_ALL, append_only=False, save_points=""))
    yield from judge_redis(replace(KEEPS_ALL, eviction_policy="allkeys-lru"))
    full = "MISCONF Errors writing to the AOF file: No space left on device"
    yield from judge_redis(replace(KEEPS_ALL, write_error=full))
    yield from check_runners(f"redis://{AWAY}", NOON)
    Heartbeats(seen.redis).beat("docs-1", NOON - timedelta(hours=1), "ready", 0)
    yield from check_runners(url_of(seen.redis), NOON)
    long = [LeftOut(f"docs/{part}.md", "it is more than 32 folders deep") for part in range(7)]
    LeftOutStore(seen.redis).replace(long, ["the FAQ is written for hugo (hugo.toml)"])
    yield from check_documents(url_of(seen.redis))


def prefect_findings(seen: Examined) -> Iterator[Finding]:
    """Prefect is away, lacks what is ours, or has nobody to work for it."""
    yield from check_prefect(f"http://{AWAY}/api")
    yield from _prefect(seen, None)
    yield from _prefect(seen, "PAUSED")
    yield from _prefect(seen, "NOT_READY", changed=True)
    locked = seen.told(Reply(401, '{"exception_message": "Unauthorized"}'))
    yield from check_prefect(f"{locked}/api")
    open_to_all = seen.told(Reply(200, '"3.9.1"'), *[Reply(200, "[]")], *[Reply(404, "{}")] * 9)
    yield from check_prefect(f"{open_to_all}/api")
    seen.server.replies.clear()


def github_findings(seen: Examined) -> Iterator[Finding]:
    """What keeps us out of GitHub, and what is not set up there."""
    yield from check_github(given(github_repo=REPOSITORY))
    yield from check_github(seen.github("wrong-token"))
    yield from check_github(seen.github(BOT_TOKEN, github_repo="acme/nothing"))
    yield from check_github(seen.github(BOT_TOKEN, base_branch="no-such"))
    yield from check_github(seen.github(BOT_TOKEN, github_api_url=f"http://{AWAY}"))
    yield from check_github(seen.github(BOT_TOKEN, github_api_url=seen.told(Reply(410, "gone"))))
    seen.sandbox.open_green()
    eve = seen.github("eve-token")
    yield from (one for one in check_github(eve) if one.name != "deployments")
    for deployments in ((), (ELSEWHERE,), (NOT_BUILT,)):
        yield judge_environments(deployments, "https://docs.example.com", ())
    yield judge_faq("acme/docs@main", "docs/FAQ.md", is_there=False)
    for wrong in (
        {"full_name": "acme/handbook"},
        {"is_archived": True},
        {"takes_issues": False},
    ):
        yield from judge_repository(replace(REPOSITORY_IS_WELL, **wrong), "acme/docs", RIGHTS)
    yield from judge_required_checks((), ("faq-gate",), frozenset({"lint"}))
    yield from judge_required_checks((), (), frozenset())
    yield from judge_required_checks(("faq-gate",), ("faq-gate",), None)


def rule_findings(_seen: Examined) -> Iterator[Finding]:
    """What rules keep answers and rollbacks from, beginning with those that keep neither."""
    docs = Pattern(Operator.STARTS_WITH, "docs: ")
    main = BranchRules(branch="main", checks=("faq-gate",))
    yield from judge_rules(
        replace(
            main,
            up_to_date=True,
            linear_history=True,
            signatures=True,
            messages=(docs,),
            bypassed=frozenset({Rule.REVIEWS}),
            unknown=frozenset({Rule.DEPLOYMENTS}),
        )
    )
    yield from judge_rules(replace(main, messages=(docs,)), Wording("docs: {title}"))
    updates = Pattern(Operator.STARTS_WITH, "Update FAQ")
    yield from judge_rules(replace(main, messages=(updates,)))
    yield from judge_rules(replace(main, approvals=2, code_owners=True, conversations=True))
    yield from judge_rules(replace(main, methods=(), no_update=True))
    queued = replace(main, merge_queue=True, queue_method=MergeMethod.SQUASH)
    yield from judge_rules(replace(queued, up_to_date=True, deployments=("staging",)))
    named = OwnBranch("orchestrator/faq-1", no_creation=True, no_force_push=True, names=(docs,))
    yield from judge_rules(replace(main, of_tasks=named, others=("code_scanning",)))
    hotfix = OwnBranch("hotfix/rollback-1", no_creation=True)
    yield from judge_rules(replace(main, of_rollbacks=hotfix))
    yield from judge_rules(NOTHING_READ)


def naming_findings(_seen: Examined) -> Iterator[Finding]:
    """The names of our branches, and the template of pull requests, do not fit or do."""
    ours = BranchPrefixes(tasks="bot/", rollbacks="bot/undo-")
    yield from judge_branches(ours, ("bot",), "if: startsWith(github.head_ref, 'orchestrator/')")
    template = ".github/pull_request_template.md"
    for text in (None, "## What changes\n", "## What changes\n\n{change}\n"):
        yield from judge_template(template, text)


def webhook_findings(_seen: Examined) -> Iterator[Finding]:
    """The webhook is missing, or does not deliver."""
    yield judge_webhook([])
    yield judge_webhook([replace(HOOK, active=False)])
    yield judge_webhook([replace(HOOK, events=frozenset({"push", "status"}))])
    yield judge_webhook([replace(HOOK, signed=False)])
    yield judge_webhook([replace(HOOK, delivery_statuses=(502, 202, 500))])
    yield judge_webhook([replace(HOOK, delivery_statuses=(0,))])
    yield judge_webhook([replace(HOOK, delivery_statuses=())])


def service_findings(seen: Examined) -> Iterator[Finding]:
    """The site, the API, the signing key, the model and the options are not as they should be."""
    silent = Reply(200, '{"no": "sha"}')
    yield from check_site(seen.site(Reply(200), Reply(200), silent, Reply(200)))
    yield from check_site(seen.site(Reply(401), Reply(404)))
    yield from check_site(given(site_url=f"http://{AWAY}"))
    yield from check_site(given(site_url=seen.told(Reply(200), *[Reply(404)] * 12, SITE)))
    yield from check_probes(given(probes=seen.home / "probes.yaml"))
    (seen.home / "probes.yaml").write_text("probes:\n  - {name: home, url: /, method: HEAD}\n")
    yield from check_probes(given(probes=seen.home / "probes.yaml"))
    yield from check_api(seen.told(Reply(503)))
    yield judge_disk("/srv/shiploop", 123_456_789)
    yield judge_disk("/srv/shiploop", 4_096)
    key = seen.home / "signing_key"
    for mode in (0o644, 0o600):
        key.write_text("a-signing-key")
        key.chmod(mode)
        yield from check_signing_key(given(home=seen.home))
    yield from check_model(given(openai_api_key="unused", openai_base_url=f"http://{AWAY}/v1"))
    yield from check_model(_asking_a_model(seen, Reply(401)))
    yield from check_model(_asking_a_model(seen, Reply(404)))
    yield from check_model(_asking_a_model(seen, MODELS, openai_model="gpt-0"))
    yield from check_mail(given(smtp_url=f"smtp://{AWAY}", **MAIL))
    login = {"smtp_user": "shiploop", "smtp_password": "not-the-password"}
    yield from check_mail(given(smtp_url=seen.mail_url, **MAIL, **login))
    yield from check_options(given(slack_webhook_url="nonsense", sentry_project="acme/docs-site"))


def unexpected_findings(_seen: Examined) -> Iterator[Finding]:
    """A check hangs, and another one fails."""
    over = threading.Event()

    def hangs() -> Iterator[Finding]:
        yield Finding("redis", Health.OK, "version 8.1.4")
        over.wait()

    def fails() -> Iterator[Finding]:
        yield from ()
        raise ValueError("no such thing")

    yield from run_side_by_side({"redis": hangs, "site": fails}, timeout_s=0.5)
    over.set()


def _prefect(seen: Examined, status: str | None, *, changed: bool = False) -> Iterator[Finding]:
    """Prefect with our work pool in this state and all our deployments; None: with neither."""
    missing = Reply(404, '{"detail": "not found"}')
    some_id = "6a1f0c52-8d34-4b5e-9c7d-e2a4b6f81093"
    pool = {"id": some_id, "name": "shiploop", "type": "in-process", "default_queue_id": some_id}
    entrypoints = [
        each["entrypoint"] for each in yaml.safe_load(_DEFINITION.read_text())["deployments"]
    ]
    step = {"prefect.deployments.steps.set_working_directory": {"directory": "/srv/shiploop"}}
    ours = {"id": some_id, "name": "x", "flow_id": some_id, "path": "/srv/shiploop"}
    there = [{**ours, "entrypoint": each, "pull_steps": [step]} for each in entrypoints]
    if changed:
        there[0]["entrypoint"] = "elsewhere.py:flow"
        there[1]["pull_steps"] = [{"prefect.deployments.steps.run_shell_script": {}}, step]
        there[2]["path"] = "/srv/elsewhere"
        there[3]["job_variables"] = {"env": {"SITE_URL": "https://elsewhere.example"}}
    found = [Reply(200, json.dumps(each)) for each in there]
    refused = Reply(401, '{"exception_message": "Unauthorized"}')
    answers = [missing] * 9
    if status is not None:
        answers = [Reply(200, json.dumps({**pool, "status": status})), *found]
    url = seen.told(Reply(200, '"3.9.1"'), refused, *answers)
    yield from check_prefect(f"{url}/api")
    seen.server.replies.clear()


def _asking_a_model(seen: Examined, reply: Reply, **changes: Any) -> Settings:
    base_url = f"{seen.told(reply)}/v1"
    return given(openai_api_key="unused", openai_base_url=base_url, **changes)


REPORTS: Final[dict[str, Callable[[Examined], Iterator[Finding]]]] = {
    "cli/doctor_all_well.txt": all_well,
    "cli/doctor_nothing_set.txt": nothing_set,
    "cli/doctor_redis.txt": redis_findings,
    "cli/doctor_prefect.txt": prefect_findings,
    "cli/doctor_github.txt": github_findings,
    "cli/doctor_rules.txt": rule_findings,
    "cli/doctor_names.txt": naming_findings,
    "cli/doctor_webhook.txt": webhook_findings,
    "cli/doctor_services.txt": service_findings,
    "cli/doctor_unexpected.txt": unexpected_findings,
}
TEXTS: Final = (*REPORTS,)


@pytest.fixture
def seen(
    redis: Redis, sandbox: SandboxProcess, scripted: ScriptedServer, tmp_path: Path
) -> Iterator[Examined]:
    with mail_server(asks_for_login=True) as mail:
        yield Examined(redis, sandbox, scripted, tmp_path, f"smtp://127.0.0.1:{mail.port}")


@pytest.mark.parametrize("name", REPORTS)
def test_doctor_reports_this(name: str, seen: Examined, reads_as: ReadsAs) -> None:
    printed = io.StringIO()
    findings = [
        replace(one, what=seen.as_shown(one.what), advice=seen.as_shown(one.advice))
        for one in REPORTS[name](seen)
    ]
    show_findings(findings, Console(file=printed, width=WIDTH, color_system=None))
    reads_as(name, printed.getvalue())


def test_all_well_is_all_well(seen: Examined) -> None:
    assert [one for one in all_well(seen) if one.state is not Health.OK] == []
