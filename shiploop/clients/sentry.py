"""Sentry: what happened before an error, under the id that a task has everywhere."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import version
from types import ModuleType
from typing import Any

from shiploop.domain.delivery.task import Outcome, Status, Task, tte_ms
from shiploop.errors import PermanentError

_FLUSH_TIMEOUT_S = 2.0
_Seen = tuple[type[BaseException], str]

# What was captured already in this task; every thread of the task has the same set.
_captured: ContextVar[set[_Seen] | None] = ContextVar("captured", default=None)


class SentryMisconfigured(PermanentError):
    """SENTRY_DSN is no DSN."""


class Sentry:
    """Says nothing to anybody: what `start_sentry` returns when there is no DSN.

    The breadcrumbs are the RFC's (3.3), in its words.
    """

    @contextmanager
    def task(self, task: Task, repository: str) -> Iterator[None]:
        """Keep what happens in the block apart from every other task.

        An error that leaves the block is captured. To be entered in the task's own thread;
        threads started in a copy of its context belong to the task.
        """
        yield

    def breadcrumb(self, category: str, message: str, **data: object) -> None:
        """Note what is being done, for the errors that may come."""

    def executing(self, task: Task) -> None:
        """Note that the flow begins."""
        ids = {"task_id": task.task_id, "trace_id": task.task_id}
        self.breadcrumb("orchestrator", "Executing orchestrator", **ids)

    def status_updated(
        self, task: Task, redis_key: str, status: Status, pr_url: str | None = None
    ) -> None:
        """Note that a status is written to Redis."""
        link = {"pr_url": pr_url} if pr_url else {}
        message = f"Updating task status to {status}"
        self.breadcrumb("redis", message, redis_key=redis_key, task_id=task.task_id, **link)

    def capture(self, error: BaseException) -> None:
        """Report an error, once a task.

        Passed on, wrapped (`raise … from error`) or raised again by a retry with the same
        words, it stays one event.
        """

    def settled(self, task: Task, outcome: Outcome) -> None:
        """Add the time to execute to the distribution `tte_ms`, for a task that was merged."""


def start_sentry(
    dsn: str | None, redact: Callable[[str], str], environment: str | None = None
) -> Sentry:
    """Start reporting to this DSN; without one nothing is loaded, started or sent.

    `redact` takes the secrets out of every text that is sent. `environment` None leaves it
    to the SDK (SENTRY_ENVIRONMENT, else `production`). What is queued when the process ends
    has two seconds to be sent. Raises SentryMisconfigured.
    """
    if dsn is None:
        return Sentry()
    # It takes 0.2 s to load, so only where it is used.
    import sentry_sdk
    from sentry_sdk.utils import BadDsn

    try:
        sentry_sdk.init(dsn, environment=environment, **_options(redact))
    except BadDsn as error:
        raise SentryMisconfigured(
            "SENTRY_DSN is not a DSN: copy it from the project's Client Keys page"
        ) from error
    return _StartedSentry(sentry_sdk)


class _StartedSentry(Sentry):
    def __init__(self, sdk: ModuleType) -> None:
        self._sdk = sdk

    @contextmanager
    def task(self, task: Task, repository: str) -> Iterator[None]:
        with self._sdk.isolation_scope() as scope:
            before = _captured.set(set())
            try:
                scope.generate_propagation_context({"sentry-trace": _trace_header(task)})
                scope.set_tag("trace_id", task.task_id)
                self._starting(task, repository)
                yield
            except Exception as error:
                self.capture(error)
                raise
            finally:
                _captured.reset(before)

    def _starting(self, task: Task, repository: str) -> None:
        self.breadcrumb(
            "task",
            "Starting orchestrator task",
            task_id=task.task_id,
            trace_id=task.task_id,
            question=task.title,
            repo=repository,
        )

    def breadcrumb(self, category: str, message: str, **data: object) -> None:
        # On the isolation scope by name: the current scope may be one of a single step.
        self._sdk.get_isolation_scope().add_breadcrumb(
            category=category, message=message, level="info", data=data
        )

    def capture(self, error: BaseException) -> None:
        captured = _captured.get()
        if captured is not None:
            causes = {(type(each), str(each)) for each in _with_causes(error)}
            known = causes & captured
            captured |= causes
            if known:
                return
        self._sdk.capture_exception(error)

    def settled(self, task: Task, outcome: Outcome) -> None:
        if outcome.merge is None or task.waits:
            return  # how long a person took is no time of ours
        attributes = {"status": str(outcome.status), "failure_kind": outcome.failure_kind or "none"}
        value = tte_ms(task.accepted_at, outcome.merge.merged_at)
        self._sdk.metrics.distribution(
            "tte_ms", value, unit="millisecond", attributes={**attributes, "trace_id": task.task_id}
        )


def _options(redact: Callable[[str], str]) -> dict[str, Any]:
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration

    def scrubbed(event: Any, _hint: Any) -> Any:  # noqa: ANN401 - JSON, as the SDK types it
        return _redacted(event, redact)

    return {
        "release": f"shiploop@{version('shiploop')}",
        "include_local_variables": False,  # tokens are local variables, too
        "before_send": scrubbed,
        "before_send_metric": scrubbed,
        # Prefect logs each failed attempt as an error, and the default integrations would
        # make an event of each of these lines.
        "default_integrations": False,
        "auto_enabling_integrations": False,
        "integrations": [
            ExcepthookIntegration(),
            AtexitIntegration(callback=lambda _pending, _timeout_s: None),
        ],
        "shutdown_timeout": _FLUSH_TIMEOUT_S,
        "auto_session_tracking": False,
    }


def _trace_header(task: Task) -> str:
    """The task's id as a trace id. Source: https://develop.sentry.dev/sdk/telemetry/traces/"""
    trace_id = uuid.UUID(task.task_id).hex
    return f"{trace_id}-{trace_id[:16]}"


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON
    match value:
        case str():
            return redact(value)
        case dict():
            return {redact(str(name)): _redacted(each, redact) for name, each in value.items()}
        case list() | tuple():
            return [_redacted(each, redact) for each in value]
        case _:
            return value
