"""Prefect's own two ways to start a flow run, to stand beside ours."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, assert_never

import httpx

from bench.empty_flow import ENTRYPOINT, FLOW_NAME, SERVED
from bench.journey import milliseconds
from bench.world import BenchFailed, World

_POOL = "bench-process"
_POOLED = "pooled"
_PROJECT = Path(__file__).resolve().parent.parent
_START_TIMEOUT_S = 60.0
_RUN_TIMEOUT_S = 60.0
_LOOK_S = 0.05
_OURS = ("PREFECT_API_URL", "PREFECT_HOME")  # everything else at Prefect's defaults
_ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


class Alternative(StrEnum):
    """What watches for scheduled runs and starts a process for each."""

    FLOW_SERVE = "flow_serve"
    PROCESS_WORKER = "process_worker"


def dispatch_ms(world: World, alternative: Alternative, times: int) -> tuple[float, ...]:
    """From a run's creation to its flow's first line, one run at a time. Raises BenchFailed."""
    with (
        httpx.Client(base_url=f"{world.addresses.prefect}/api") as prefect,
        _started(alternative, prefect, world.environment) as deployment_id,
        TemporaryDirectory(prefix="shiploop-bench-") as notes,
    ):
        return tuple(
            _dispatch_ms(prefect, deployment_id, Path(notes) / str(number))
            for number in range(times)
        )


def _dispatch_ms(prefect: httpx.Client, deployment_id: str, began: Path) -> float:
    body = {"parameters": {"began": str(began)}, "state": {"type": "SCHEDULED"}}
    created_at = datetime.now(UTC)
    run = _post(prefect, f"/deployments/{deployment_id}/create_flow_run", body)
    _wait(lambda: _state(prefect, run["id"]) in _ENDED, _RUN_TIMEOUT_S)
    if not began.exists():
        raise BenchFailed(f"the flow run {run['id']} never began: {_state(prefect, run['id'])}")
    return milliseconds(datetime.fromisoformat(began.read_text(encoding="utf-8")) - created_at)


def _state(prefect: httpx.Client, run_id: str) -> str:
    return str(prefect.get(f"/flow_runs/{run_id}").raise_for_status().json()["state_type"])


@contextmanager
def _started(
    alternative: Alternative, prefect: httpx.Client, stack: Mapping[str, str]
) -> Iterator[str]:
    """Start what executes the runs of a deployment; yields the deployment's id."""
    match alternative:
        case Alternative.FLOW_SERVE:
            with _process(stack, "-m", "bench.empty_flow"):
                _wait(lambda: _served(prefect) is not None, _START_TIMEOUT_S)
                yield str(_served(prefect))
        case Alternative.PROCESS_WORKER:
            deployment_id = _deploy_to_pool(prefect)
            with _process(stack, "-m", "prefect", "worker", "start", "--pool", _POOL):
                _wait(lambda: _has_worker(prefect), _START_TIMEOUT_S)
                yield deployment_id
        case _:
            assert_never(alternative)


def _served(prefect: httpx.Client) -> str | None:
    answer = prefect.get(f"/deployments/name/{FLOW_NAME}/{SERVED}")
    return str(answer.json()["id"]) if answer.is_success else None


def _deploy_to_pool(prefect: httpx.Client) -> str:
    _post(prefect, "/work_pools/", {"name": _POOL, "type": "process"})
    deployment = {
        "name": _POOLED,
        "flow_id": _post(prefect, "/flows/", {"name": FLOW_NAME})["id"],
        "entrypoint": ENTRYPOINT,
        "path": str(_PROJECT),
        "work_pool_name": _POOL,
    }
    return str(_post(prefect, "/deployments/", deployment)["id"])


def _has_worker(prefect: httpx.Client) -> bool:
    return bool(_post(prefect, f"/work_pools/{_POOL}/workers/filter", {}))


@contextmanager
def _process(stack: Mapping[str, str], *arguments: str) -> Iterator[None]:
    environment = {**os.environ, **{name: stack[name] for name in _OURS}}
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=_PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield
        finally:
            process.terminate()  # leaving the block waits for it


def _post(prefect: httpx.Client, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401
    return prefect.post(path, json=body).raise_for_status().json()


def _wait(arrived: Callable[[], bool], timeout_s: float) -> None:
    give_up_at = time.monotonic() + timeout_s
    while not arrived():
        if time.monotonic() >= give_up_at:
            raise BenchFailed(f"an alternative was not there after {timeout_s:.0f} s")
        time.sleep(_LOOK_S)
