"""What an error means that no flow has caught: it is tried again, or ends the task in words."""

from collections.abc import Callable

import httpx
from prefect.exceptions import ObjectNotFound, PausedRun, UnfinishedRun
from redis.exceptions import RedisError

from shiploop.domain.delivery.task import FailureKind, Outcome, failed
from shiploop.errors import ShiploopError, TransientError

_ASK_TO_WAIT = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS)
# In CPython's words, and in those of contextlib: Prefect 3.9 says so of a flow run whose threads it
# could not start, and of which nothing has begun.
_NO_THREAD = ("can't start new thread", "generator didn't yield")
_LONGEST = 300  # of what another's error says: it may quote whatever was read


def lacks_room(error: BaseException) -> bool:
    """True where this machine had no thread or memory left for what was to be done."""
    match error:
        case MemoryError():
            return True
        case RuntimeError():
            return str(error) in _NO_THREAD
        case _:
            return False


def may_pass(error: BaseException) -> bool:
    """True for what may be over when it is tried again, such as an outage of Redis or Prefect."""
    match error:
        case ShiploopError():
            return isinstance(error, TransientError)
        case httpx.HTTPStatusError() if error.response.is_client_error:
            return error.response.status_code in _ASK_TO_WAIT  # any other says no for good
        case RedisError() | httpx.HTTPError() | OSError():
            return True
        # A flow that has returned has not ended where somebody cancels or pauses its run at
        # that very moment: the next attempt hears of it.
        case UnfinishedRun() | PausedRun():
            return True
        case MemoryError() | RuntimeError() if lacks_room(error):
            return True
        case BaseException(__cause__=BaseException() as cause):
            return may_pass(cause)
        case _:
            return False


def outcome_of_error(error: Exception, redact: Callable[[str], str]) -> Outcome:
    """How a task ends by this error: as an error of ours says itself, and as `internal` else."""
    if isinstance(error, ShiploopError):
        return failed(error.failure_kind, redact(str(error)))
    said = _shortened(redact(" ".join(f"{type(error).__name__}: {error}".split())))
    if (who := _who_was_away(error)) is not None:
        reason = f"{who} was away for too long, or refused what it was asked: {said}"
    else:
        reason = f"a bug of shiploop's: {said} (see the log, and Sentry where it is set up)"
    return failed(FailureKind.INTERNAL, reason)


def _who_was_away(error: BaseException) -> str | None:
    match error:
        case RedisError():
            return "Redis"
        case httpx.HTTPError() | ObjectNotFound():  # all other clients raise errors of ours
            return "Prefect"
        case BaseException(__cause__=BaseException() as cause):
            return _who_was_away(cause)
        case _:
            return None


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
