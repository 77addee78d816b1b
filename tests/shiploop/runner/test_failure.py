"""What no flow has caught: an outage may pass; all else ends the task with what it was."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from pydantic import TypeAdapter, ValidationError
from redis.exceptions import BusyLoadingError
from redis.exceptions import TimeoutError as RedisTimeoutError

from shiploop import errors
from shiploop.bootstrap import required
from shiploop.domain.delivery.task import FailureKind, Status
from shiploop.observability import Redactor
from shiploop.runner.failure import may_pass, outcome_of_error

PREFECT = httpx.Request("POST", "http://127.0.0.1:4200/api/flow_runs")
REDACT = Redactor(["the-signing-key"]).redact


def refused(status: int) -> httpx.HTTPStatusError:
    return httpx.HTTPStatusError(
        f"Client error '{status}'", request=PREFECT, response=httpx.Response(status)
    )


def missing_setting() -> errors.ShiploopError:
    with pytest.raises(errors.ShiploopError) as raised:
        required(None, "SHIPLOOP_SIGNING_KEY")
    return raised.value


def unreachable() -> RuntimeError:
    """As Prefect raises it where a new client of its own finds nobody."""
    error = RuntimeError("Failed to reach API")
    error.__cause__ = httpx.ConnectError("Connection refused")
    return error


def no_thread() -> RuntimeError:
    """As a process raises it that may have no more of them, which is met only where it is so."""
    return RuntimeError("can't start new thread")


def no_flow_run() -> RuntimeError:
    """As it is raised where what begins a flow run has ended early."""

    @contextmanager
    def begin() -> Iterator[None]:
        return
        yield

    with pytest.raises(RuntimeError) as raised, begin():
        pass
    return raised.value


def a_long_error() -> ValidationError:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(list[int]).validate_python(["no number"] * 50)
    return raised.value


@pytest.mark.parametrize(
    "outage",
    [
        BusyLoadingError("Redis is loading the dataset in memory"),
        RedisTimeoutError("timed out"),
        httpx.ConnectError("Connection refused"),
        httpx.ReadTimeout("timed out"),
        refused(503),
        refused(429),
        errors.GitHubUnavailable("503"),
        OSError(28, "No space left on device"),
        MemoryError(),
        no_thread(),
        no_flow_run(),
        unreachable(),
    ],
)
def test_an_outage_may_pass(outage: Exception) -> None:
    assert may_pass(outage)


@pytest.mark.parametrize(
    "error", [KeyError("x"), RuntimeError("x"), refused(404), refused(422), missing_setting()]
)
def test_a_bug_and_what_somebody_has_to_change_first_do_not_pass(error: Exception) -> None:
    assert not may_pass(error)


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (
            missing_setting(),
            FailureKind.INTERNAL,
            "SHIPLOOP_SIGNING_KEY is not set: see .env.example, or start with `make up`",
        ),
        (errors.GitHubRateLimited("slow down"), FailureKind.GITHUB, "slow down"),
        (
            KeyError("x"),
            FailureKind.INTERNAL,
            "a bug of shiploop's: KeyError: 'x' (see the log, and Sentry where it is set up)",
        ),
        (
            RedisTimeoutError("timed out"),
            FailureKind.INTERNAL,
            "Redis was away for too long, or refused what it was asked: TimeoutError: timed out",
        ),
        (
            unreachable(),
            FailureKind.INTERNAL,
            "Prefect was away for too long, or refused what it was asked: "
            "RuntimeError: Failed to reach API",
        ),
        (
            refused(404),
            FailureKind.INTERNAL,
            "Prefect was away for too long, or refused what it was asked: "
            "HTTPStatusError: Client error '404'",
        ),
    ],
)
def test_an_error_ends_a_task_as_what_it_is_in_words(
    error: Exception, kind: FailureKind, reason: str
) -> None:
    outcome = outcome_of_error(error, REDACT)
    assert (outcome.status, outcome.failure_kind, outcome.reason) == (Status.ERROR, kind, reason)


def test_what_a_bug_says_is_one_line_and_not_long() -> None:
    error = a_long_error()
    assert len(str(error).splitlines()) > 50
    reason = outcome_of_error(error, REDACT).reason
    assert "\n" not in reason
    assert len(reason) < 400
    assert reason.startswith("a bug of shiploop's: ValidationError: 50 validation errors")


@pytest.mark.parametrize(
    "error",
    [
        ValueError("signed with the-signing-key"),
        ValueError("x" * 270 + " the-signing-key"),  # cut off in the middle
        errors.UnknownTask("signed with the-signing-key"),
    ],
)
def test_no_secret_is_in_the_words(error: Exception) -> None:
    reason = outcome_of_error(error, REDACT).reason
    assert "signing" not in reason.replace("signed", "")
