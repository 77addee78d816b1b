"""Prefect's own two ways to execute a flow run, to stand beside ours."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, assert_never

import httpx
import psutil

from bench.cpu_time import family_cpu_seconds
from bench.journey import milliseconds
from bench.small_flow import ENTRYPOINT, FLOW_NAME, SERVED
from bench.world import BenchFailed, World

_POOL = "bench-process"
_POOLED = "pooled"
_PROJECT = Path(__file__).resolve().parent.parent
_START_TIMEOUT_S = 60.0
_RUN_TIMEOUT_S = 120.0
_STOP_TIMEOUT_S = 10.0
_LOOK_S = 0.05
_STACK = (
    "PREFECT_API_URL",
    "PREFECT_API_AUTH_STRING",
    "PREFECT_HOME",
)  # all else at Prefect's defaults
_ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


class Alternative(StrEnum):
    """What watches for scheduled runs, and starts a process for each."""

    FLOW_SERVE = "flow.serve"
    PROCESS_WORKER = "process worker"


@dataclass(frozen=True, slots=True)
class Started:
    """An alternative that waits for runs of its deployment."""

    prefect: httpx.Client
    deployment_id: str
    process: psutil.Process
    notes: Path

    def dispatch_ms(self, times: int) -> tuple[float, ...]:
        """From a run's creation to the flow's first line, one run at a time."""
        return tuple(self._dispatch_ms() for _ in range(times))

    def loops_a_minute(self, times: int, wait_s: float) -> float:
        """Runs created at once, each waiting that long, until the last has ended."""
        started_s = time.perf_counter()
        self._wait_for([self._create(wait_s)[0] for _ in range(times)], times * _RUN_TIMEOUT_S)
        return times * 60 / (time.perf_counter() - started_s)

    def cpu_seconds(self) -> float:
        """What it and the runs' processes have taken so far; Prefect's server is left out."""
        return family_cpu_seconds(self.process)

    def _dispatch_ms(self) -> float:
        created_at = datetime.now(UTC)
        run_id, began = self._create(wait_s=0)
        self._wait_for([run_id], _RUN_TIMEOUT_S)
        began_at = datetime.fromisoformat(began.read_text(encoding="utf-8"))
        return milliseconds(began_at - created_at)

    def _create(self, wait_s: float) -> tuple[str, Path]:
        began = self.notes / str(len(list(self.notes.iterdir())))
        began.touch()
        body = {
            "parameters": {"began": str(began), "wait_s": wait_s},
            "state": {"type": "SCHEDULED"},
        }
        run = _post(self.prefect, f"/deployments/{self.deployment_id}/create_flow_run", body)
        return str(run["id"]), began

    def _wait_for(self, run_ids: list[str], timeout_s: float) -> None:
        give_up_at = time.monotonic() + timeout_s
        for run_id in run_ids:
            while (state := _state(self.prefect, run_id)) not in _ENDED:
                _look_again(give_up_at)
            if state != "COMPLETED":
                raise BenchFailed(f"a run of an alternative ended {state}")


@contextmanager
def started(world: World, alternative: Alternative) -> Iterator[Started]:
    """Start an alternative on the stack's Prefect server, and stop it. Raises BenchFailed."""
    auth = httpx.BasicAuth(*world.environment["PREFECT_API_AUTH_STRING"].split(":", 1))
    with (
        httpx.Client(base_url=f"{world.addresses.prefect}/api", auth=auth) as prefect,
        TemporaryDirectory(prefix="shiploop-bench-") as notes,
    ):
        match alternative:
            case Alternative.FLOW_SERVE:
                with _process(world.environment, "-m", "bench.small_flow") as process:
                    _wait_until(lambda: _served(prefect) is not None)
                    yield Started(prefect, str(_served(prefect)), process, Path(notes))
            case Alternative.PROCESS_WORKER:
                deployment_id = _deploy_to_pool(prefect)
                worker = ("-m", "prefect", "worker", "start", "--pool", _POOL)
                with _process(world.environment, *worker) as process:
                    _wait_until(lambda: _has_worker(prefect))
                    yield Started(prefect, deployment_id, process, Path(notes))
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
def _process(stack: Mapping[str, str], *arguments: str) -> Iterator[psutil.Process]:
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=_PROJECT,
        env={**os.environ, **{name: stack[name] for name in _STACK}},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield psutil.Process(process.pid)
        finally:
            _end(psutil.Process(process.pid))


def _end(process: psutil.Process) -> None:
    """End a process and its children; Prefect's worker does not always heed SIGTERM."""
    family = [process, *process.children(recursive=True)]
    process.terminate()
    _, left = psutil.wait_procs(family, timeout=_STOP_TIMEOUT_S)
    for each in left:
        each.kill()


def _state(prefect: httpx.Client, run_id: str) -> str:
    return str(prefect.get(f"/flow_runs/{run_id}").raise_for_status().json()["state_type"])


def _post(prefect: httpx.Client, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401
    return prefect.post(path, json=body).raise_for_status().json()


def _wait_until(arrived: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + _START_TIMEOUT_S
    while not arrived():
        _look_again(give_up_at)


def _look_again(give_up_at: float) -> None:
    if time.monotonic() >= give_up_at:
        raise BenchFailed("an alternative, or one of its runs, took too long")
    time.sleep(_LOOK_S)
