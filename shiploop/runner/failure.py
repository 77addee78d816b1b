"""What an error means that no flow has caught: it is tried again, or ends the task in words."""

from collections.abc import Callable

import httpx
from prefect.exceptions import ObjectNotFound, PausedRun, UnfinishedRun
from redis.exceptions import RedisError

from shiploop.domain.delivery.task import FailureKind, Outcome, failed
from shiploop.errors import ShiploopError, TransientError

# A flow that has returned has not ended where somebody cancels or pauses its run at that very
# moment: the next attempt hears of it.
_PASSING = (TransientError, RedisError, httpx.HTTPError, OSError, UnfinishedRun, PausedRun)
_ASK_TO_WAIT = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS)
_LONGEST = 300  # of what another's error says: it may quote whatever was read


def may_pass(error: Exception) -> bool:
    """True for what may be over when it is tried again, such as an outage of Redis or Prefect."""
    if isinstance(error, httpx.HTTPStatusError) and error.response.is_client_error:
        return error.response.status_code in _ASK_TO_WAIT  # any other says no for good
    return isinstance(error, _PASSING)


def outcome_of_error(error: Exception, redact: Callable[[str], str]) -> Outcome:
    """How a task ends by this error: as an error of ours says itself, and as `internal` else."""
    if isinstance(error, ShiploopError):
        return failed(error.failure_kind, redact(str(error)))
    said = redact(" ".join(f"{type(error).__name__}: {error}".split()))
    return failed(FailureKind.INTERNAL, _in_words(error, _shortened(said)))


def _in_words(error: Exception, said: str) -> str:
    match error:
        case RedisError():
            return f"Redis was away for too long, or refused what it was asked: {said}"
        case httpx.HTTPError() | ObjectNotFound():
            return f"Prefect was away for too long, or refused what it was asked: {said}"
        case _:
            return f"a bug of shiploop's: {said} (see the log, and Sentry where it is set up)"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
