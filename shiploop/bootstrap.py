"""The composition root: settings in, one frozen `Services` out."""

import os
import secrets
import socket
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import TypeVar

import httpx
from pydantic import SecretStr
from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.agents.registry import Agents, load_agents
from shiploop.channels import Channel, open_channels
from shiploop.clients.git.history import GitHistory
from shiploop.clients.git.mirror import Mirror
from shiploop.clients.git.remote import GitRemote
from shiploop.clients.git.repository_documents import RepositoryDocuments
from shiploop.clients.github.app_key import load_app_key
from shiploop.clients.github.auth import InstallationToken, TokenSource, fixed_token, token_of_block
from shiploop.clients.github.check_poll import CheckPoll
from shiploop.clients.github.client import GitHub
from shiploop.clients.github.commits import Commits
from shiploop.clients.github.deployments import Deployments
from shiploop.clients.github.issues import Issues
from shiploop.clients.github.merge_queue import MergeQueue
from shiploop.clients.github.reviews import Reviews
from shiploop.clients.github.rules import Rules, rules_as_set
from shiploop.clients.github.transport import GitHubTransport
from shiploop.clients.llm.client import Llm, Model
from shiploop.clients.probed import Probed
from shiploop.clients.sentry import Sentry, start_sentry
from shiploop.clients.sentry_issues import SentryIssues
from shiploop.clients.site import Site
from shiploop.domain.delivery.autonomy import read_levels
from shiploop.domain.delivery.task import FailureKind
from shiploop.domain.production.page_addresses import addresses_of
from shiploop.domain.production.probe_definition import Probe
from shiploop.errors import PermanentError
from shiploop.observability import Redactor
from shiploop.probe_file import read_probes, variables_of
from shiploop.settings import Settings, value_of
from shiploop.slo_file import read_objectives
from shiploop.stores import keys
from shiploop.stores.alerts import Alerts
from shiploop.stores.autonomy import AutonomyStore
from shiploop.stores.declined import DeclinedRequests
from shiploop.stores.facts import Facts
from shiploop.stores.freeze import Freeze
from shiploop.stores.health import ProductionHealth
from shiploop.stores.heartbeats import Heartbeats
from shiploop.stores.incidents import Incidents
from shiploop.stores.intake import Intake
from shiploop.stores.kept_records import KeptRecords
from shiploop.stores.left_out import LeftOutStore
from shiploop.stores.metrics import Metrics
from shiploop.stores.notices import Notices
from shiploop.stores.outcomes import Outcomes
from shiploop.stores.queue import Queue
from shiploop.stores.reports import Reports
from shiploop.stores.rollback_metrics import RollbackMetrics
from shiploop.stores.rollbacks import Rollbacks
from shiploop.stores.slo_events import SloEvents
from shiploop.stores.tasks import Tasks
from shiploop.stores.waiting import WaitingTasks

# GitHub ends what takes longer than 10 s on its side; the rest is the way there and back.
_GITHUB_TIMEOUT = httpx.Timeout(20.0, connect=5.0)
_TIMEOUT = httpx.Timeout(5.0)  # of all others
# As many kept as there may be: httpcore closes one too many although a request of another
# thread may just have been given it.
_CONNECTIONS = httpx.Limits(max_connections=90, max_keepalive_connections=90)
_REDIS_TIMEOUT_S = 2.0
_BLOCKING_READ_TIMEOUT_S = 10.0  # longer than any blocking read of ours

_T = TypeVar("_T")
_WHERE_TO_LOOK = "see .env.example, or start with `make up`"


class SettingMissing(PermanentError):
    """Something has to be set before this can work."""

    failure_kind = FailureKind.INTERNAL


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a task, the runner or the API works with."""

    settings: Settings
    secrets: tuple[str, ...] = field(repr=False)
    runner_id: str
    redis: Redis
    sentry: Sentry
    sentry_issues: SentryIssues | None
    channels: tuple[Channel, ...]
    github: GitHub
    commits: Commits
    deployments: Deployments
    issues: Issues
    reviews: Reviews
    rules: Rules
    merge_queue: MergeQueue
    history: GitHistory
    site: Site
    probed: Probed
    probes: tuple[Probe, ...]
    documents: RepositoryDocuments
    llm: Llm | None
    agents: Agents
    check_poll: CheckPoll
    facts: Facts
    freeze: Freeze
    kept_records: KeptRecords
    declined: DeclinedRequests
    heartbeats: Heartbeats
    left_out: LeftOutStore
    health: ProductionHealth
    rollbacks: Rollbacks
    incidents: Incidents
    intake: Intake
    notices: Notices
    task_queue: Queue
    flow_queue: Queue
    tasks: Tasks
    waiting: WaitingTasks
    autonomy: AutonomyStore
    outcomes: Outcomes
    metrics: Metrics
    slo_events: SloEvents
    rollback_metrics: RollbackMetrics
    alerts: Alerts
    reports: Reports


@cache
def services() -> Services:
    """The services of this process, built from its environment on first use."""
    return build(Settings())


def build(settings: Settings) -> Services:
    """Build the services. Connects to nothing yet. Raises SettingMissing."""
    redis = _redis(settings, _REDIS_TIMEOUT_S)
    blocking = _redis(settings, _BLOCKING_READ_TIMEOUT_S)
    repository = required(settings.github_repo, "GITHUB_REPO")
    http = httpx.Client(timeout=_GITHUB_TIMEOUT, limits=_CONNECTIONS, verify=_tls())
    token = token_source(settings, http, repository)
    transport = GitHubTransport(http, settings.github_api_url, token)
    github = GitHub(transport, repository, settings.base_branch)
    others = httpx.Client(timeout=_TIMEOUT, limits=_CONNECTIONS, verify=_tls())
    mirror_path = settings.home.resolve() / "clones" / "mirror.git"
    remote = cache(lambda: GitRemote(mirror_path, github.clone_url(), token))
    documents = RepositoryDocuments(
        lambda: Mirror(remote(), settings.base_branch), settings.documents_refresh_s
    )
    llm = _llm(settings)
    channels = open_channels(settings, others, _tls(), redis, blocking)
    facts = Facts(redis, blocking)
    agents = load_agents(settings, documents, llm)
    slos, probes = read_objectives(settings.slo_file), read_probes(settings.probes, value_of)
    site = site_of(settings, others)
    hidden = (*settings.secrets(), *variables_of(probes).values())
    metrics, alerts = Metrics(redis, settings.metrics_retention_days), Alerts(redis)
    slo_events, rollback_metrics = SloEvents(redis), RollbackMetrics(redis, metrics)
    return Services(
        settings=settings,
        secrets=hidden,
        runner_id=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}",
        redis=redis,
        sentry=start_sentry(_revealed(settings.sentry_dsn), Redactor(hidden).redact),
        sentry_issues=_sentry_issues(settings, others),
        channels=channels,
        github=github,
        commits=Commits(transport, repository),
        deployments=Deployments(transport, repository, settings.site_url, settings.environments),
        issues=Issues(transport, repository),
        reviews=Reviews(transport, repository, settings.base_branch),
        rules=rules_as_set(settings, transport, repository),
        merge_queue=MergeQueue(transport, settings.base_branch, settings.check_poll_s),
        history=GitHistory(remote),
        site=site,
        probed=Probed(others, site, settings.api_address(), _first_key(settings)),
        probes=probes,
        documents=documents,
        llm=llm,
        agents=agents,
        check_poll=CheckPoll(github.poll_checks, facts.record, settings.check_poll_s),
        facts=facts,
        freeze=Freeze(redis),
        kept_records=KeptRecords(redis),
        declined=DeclinedRequests(redis),
        heartbeats=Heartbeats(redis),
        left_out=LeftOutStore(redis),
        health=ProductionHealth(redis),
        rollbacks=Rollbacks(redis),
        incidents=Incidents(redis),
        intake=Intake(redis, branch_prefix=settings.branch_prefix),
        notices=Notices(redis, [channel.queue.stream for channel in channels]),
        task_queue=Queue(redis, blocking, keys.QUEUE, "task_id"),
        flow_queue=Queue(redis, blocking, keys.FLOW_QUEUE, "flow_run_id"),
        tasks=Tasks(redis, settings.task_deadline_s),
        waiting=WaitingTasks(redis, timedelta(days=settings.wait_days)),
        autonomy=AutonomyStore(redis, read_levels(settings.autonomy)),
        outcomes=Outcomes(redis, slos, metrics.retention_s),
        metrics=metrics,
        slo_events=slo_events,
        rollback_metrics=rollback_metrics,
        alerts=alerts,
        reports=Reports(metrics, slo_events, rollback_metrics, alerts, slos, agents.names),
    )


@cache
def _tls() -> ssl.SSLContext:
    # One for all clients of the process: reading the certificates takes 20 ms of CPU.
    return httpx.create_ssl_context()


def required(value: _T | None, name: str) -> _T:
    """Return a setting that has to be there. Raises SettingMissing, which names it."""
    if value is None:
        raise SettingMissing(f"{name} is not set: {_WHERE_TO_LOOK}")
    return value


def _first_key(settings: Settings) -> str | None:
    return next((key.get_secret_value() for key in settings.api_keys.values()), None)


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def site_of(settings: Settings, http: httpx.Client) -> Site:
    """The site as it is set."""
    path, value = settings.site_faq_path, _revealed(settings.site_header_value)
    first = settings.faq_paths[0] if settings.faq_paths else FAQ_PATH
    pages = addresses_of(first) if path is None else (path,)
    return Site(http, settings.site_url, pages, (settings.site_header, value) if value else None)


def _sentry_issues(settings: Settings, http: httpx.Client) -> SentryIssues | None:
    token = _revealed(settings.sentry_auth_token)
    if settings.sentry_project is None or token is None:
        return None
    return SentryIssues(http, settings.sentry_api_url, settings.sentry_project, token)


def _llm(settings: Settings) -> Llm | None:
    key = _revealed(settings.openai_api_key)
    if key is None:
        return None
    model = Model(
        base_url=settings.openai_base_url,
        name=settings.openai_model,
        deadline_s=settings.answer_deadline_s,
        tokens=settings.answer_tokens,
    )
    return Llm(model, key)


def _redis(settings: Settings, timeout_s: float) -> Redis:
    return Redis.from_url(
        required(settings.redis_url, "REDIS_URL"),
        decode_responses=True,
        legacy_responses=False,
        socket_timeout=timeout_s,
        socket_connect_timeout=_REDIS_TIMEOUT_S,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.02), retries=2),
    )


def token_source(settings: Settings, http: httpx.Client, repository: str) -> TokenSource:
    if settings.github_token is not None:
        return fixed_token(settings.github_token.get_secret_value())
    if settings.github_credentials_block is not None:
        return token_of_block(settings.github_credentials_block)
    app_id = settings.github_app_id
    if app_id is None:
        raise SettingMissing(f"Neither GITHUB_TOKEN nor GITHUB_APP_ID is set: {_WHERE_TO_LOOK}")
    key = required(_app_key(settings), "GITHUB_APP_PRIVATE_KEY")
    return InstallationToken(http, settings.github_api_url, app_id, key, repository)


def _app_key(settings: Settings) -> str | None:
    value, file = settings.github_app_private_key, settings.github_app_private_key_file
    try:
        return load_app_key(_revealed(value), file)
    except (OSError, UnicodeDecodeError) as error:
        why = f"GITHUB_APP_PRIVATE_KEY_FILE cannot be read: {type(error).__name__}"
        raise SettingMissing(why) from error
