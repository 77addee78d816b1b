"""The one place where a step is tried again, and where finished steps are remembered."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from prefect import Task, runtime
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ReadOnlyError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from shiploop.domain.limits import MAX_WAIT_DAYS
from shiploop.errors import TransientError

# Roughly doubling, a minute in all, then twice the minute that GitHub's secondary limit
# asks for. Jitter keeps a burst from coming back as a burst.
_RETRY_DELAYS_S = [0.2, 0.5, 1, 2, 4, 8, 15, 30, 60, 60]

# With these a server refuses writes until it has a disk or its replicas again; the client library
# has no errors of its own for them. https://redis.io/docs/latest/develop/reference/protocol-spec/
_REFUSES_FOR_NOW = ("MISCONF ", "NOREPLICAS ")

# A task may be parked for as long, and goes on with what it has done.
_KEPT_FOR = timedelta(days=MAX_WAIT_DAYS + 1)

# Of what steps store: what another version has stored is not read as if it were of this one.
_RECORD_VERSION = 2


def is_transient(error: object) -> bool:
    """True for what may work when it is tried again."""
    match error:
        case TransientError() | RedisConnectionError() | RedisTimeoutError():
            return True
        case OutOfMemoryError() | ReadOnlyError():
            return True
        case ResponseError():  # of a pipeline the code is somewhere in the sentence
            return any(code in str(error) for code in _REFUSES_FOR_NOW)
        case _:
            return False


def _failed_in_passing(_task: Task[..., Any], _task_run: TaskRun, state: State[Any]) -> bool:
    return is_transient(state.result(raise_on_failure=False))


RETRIED: dict[str, Any] = {
    "retries": len(_RETRY_DELAYS_S),
    "retry_delay_seconds": _RETRY_DELAYS_S,
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": _failed_in_passing,
}


def remembered(step: str, *, anew_after_wait: bool = False) -> dict[str, Any]:
    """Options of a step whose result a later attempt of the same task takes over.

    The key is the task id and the step, not the source of the step, so that a new version
    goes on where the old one was, as long as it stores the same. A step on a pull request is
    another one after each edit, and with `anew_after_wait` each time that its task was parked.
    """

    def key(context: TaskRunContext, parameters: dict[str, Any]) -> str:
        own = parameters.get("own")
        edit = f"-{own.edit}" if own else ""
        task = parameters["task"]
        wait = f"-wait{task.waits}" if anew_after_wait and task.waits else ""
        return f"{task.task_id}-{step}{edit}{wait}.{_RECORD_VERSION}"

    cache_key_fn: Callable[[TaskRunContext, dict[str, Any]], str] = key
    return {
        "cache_key_fn": cache_key_fn,
        "cache_expiration": _KEPT_FOR,
        "persist_result": True,
        "result_serializer": "json",
    }


def on_first_attempt() -> bool:
    """True when neither this step nor the flow run it belongs to was ever tried before.

    On a later attempt something may have been done already: look before doing it.
    """
    return bool(runtime.task_run.run_count <= 1 and runtime.flow_run.run_count <= 1)


def on_last_attempt() -> bool:
    """True when this step is not tried again, whatever it raises."""
    return bool(runtime.task_run.run_count > len(_RETRY_DELAYS_S))
