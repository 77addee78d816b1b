"""A whole stack of its own, spoken to over HTTP as anybody would."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from redis import Redis

from bench.documents import write_documents
from bench.journey import Call, Journey
from shiploop.cli.api_client import ApiClient
from shiploop.cli.demo import SHARED_CALLS
from shiploop.domain.delivery.autonomy import Levels
from shiploop.domain.delivery.task import Status
from shiploop.errors import ShiploopError
from shiploop.settings import Settings
from shiploop.stack.addresses import Addresses
from shiploop.stack.stack import Stack
from shiploop.stores.autonomy import AutonomyStore

REPOSITORY = "acme/shiploop-docs"
REQUIRED_CHECK = "faq-gate"
_BOT = "shiploop-bot"
_QUESTIONS = Path(__file__).with_name("questions.txt")
_TASK_TIMEOUT_S = 120.0
_LOOK_AT_TASK_S = 0.05
_NO_RATE_LIMIT = "1000000/minute"
_LOOK_AT_CHECK_S = 0.01


class BenchFailed(ShiploopError):
    """Nothing could be measured, because a question was not shipped."""


@dataclass(frozen=True, slots=True)
class World:
    """A running stack."""

    addresses: Addresses
    api: ApiClient
    github: httpx.Client
    environment: Mapping[str, str]

    @property
    def home(self) -> Path:
        """Where the stack keeps its state."""
        return Path(self.environment["SHIPLOOP_HOME"])

    def ship(self, question: str) -> Journey:
        """Ask a question and wait until it is verified live. Raises BenchFailed."""
        return self._journey(self._settled(self._ask(question)), green_at=None)

    def ship_watching_checks(self, question: str) -> Journey:
        """The same, and see when its required check is green. Raises BenchFailed."""
        task_id = self._ask(question)
        self._wait(task_id, lambda task: "pr_url" in task)
        green_at = self._last_seen_pending(task_id)
        return self._journey(self._settled(task_id), green_at)

    def ship_bad(self, question: str) -> int:
        """Ask a question whose merge breaks production; the TRB in ms. Raises BenchFailed."""
        # What broke before has cost the kind of answer its level.
        with Redis.from_url(self.addresses.redis, decode_responses=True) as redis:
            AutonomyStore(redis, Levels()).forgive("faq")
        faults = {"bad_deploy": {"times": 1}}
        self.github.put("/_sandbox/faults", json=faults).raise_for_status()
        task_id, give_up_at = self._ask(question), time.monotonic() + _TASK_TIMEOUT_S
        while time.monotonic() < give_up_at:
            task = self.api.task(task_id)
            if "trb_ms" in task:
                return int(task["trb_ms"])
            time.sleep(_LOOK_AT_TASK_S)
        raise BenchFailed(f"not rolled back after {_TASK_TIMEOUT_S:.0f} s: {task}")

    @contextmanager
    def latency(self, **milliseconds: int) -> Iterator[None]:
        """Slow the world down for the length of the block."""
        before = self.github.get("/_sandbox/latency").raise_for_status().json()
        self.github.put("/_sandbox/latency", json=milliseconds).raise_for_status()
        try:
            yield
        finally:
            self.github.put("/_sandbox/latency", json=before).raise_for_status()

    @contextmanager
    def fault(self, name: str) -> Iterator[None]:
        """Inject a fault, again and again, for the length of the block."""
        self.github.put("/_sandbox/faults", json={name: {"times": None}}).raise_for_status()
        try:
            yield
        finally:
            self.github.delete("/_sandbox/faults").raise_for_status()

    def _ask(self, question: str) -> str:
        self.github.delete("/_sandbox/requests").raise_for_status()
        return str(self.api.ask(question)["task_id"])

    def _settled(self, task_id: str) -> dict[str, Any]:
        task = self._wait(task_id, lambda task: Status(task["status"]).settled)
        if task["status"] != Status.DONE:
            raise BenchFailed(f"not shipped: {task}")
        return task

    def _wait(self, task_id: str, arrived: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        give_up_at = time.monotonic() + _TASK_TIMEOUT_S
        while time.monotonic() < give_up_at:
            task = self.api.task(task_id)
            if arrived(task) or Status(task["status"]).settled:
                return task
            time.sleep(_LOOK_AT_TASK_S)
        raise BenchFailed(f"not shipped after {_TASK_TIMEOUT_S:.0f} s: {task}")

    def _last_seen_pending(self, task_id: str) -> datetime | None:
        """When the required check was last seen unfinished, None when it never was.

        GitHub tells the end of a check in whole seconds only, and a webhook can be lost. This
        is at most one look too early, so what comes after it is never made to look shorter.
        """
        path = f"/repos/{REPOSITORY}/commits/orchestrator/faq-{task_id}/check-runs"
        pending_at, give_up_at = None, time.monotonic() + _TASK_TIMEOUT_S
        while time.monotonic() < give_up_at:
            looked_at = datetime.now(UTC)
            answer = self.github.get(path, params={"check_name": REQUIRED_CHECK})
            if answer.is_error or _completed(answer.json()):  # merged branches are deleted
                return pending_at
            pending_at = looked_at
            time.sleep(_LOOK_AT_CHECK_S)
        raise BenchFailed(f"no green check after {_TASK_TIMEOUT_S:.0f} s: {self.api.task(task_id)}")

    def _journey(self, task: Mapping[str, Any], green_at: datetime | None) -> Journey:
        accepted_at = datetime.fromisoformat(task["created_at"])
        merged_at = datetime.fromisoformat(task["merged_at"])
        log = self.github.get("/_sandbox/requests").raise_for_status().json()
        calls = (_call(entry) for entry in log if entry["login"] == _BOT)
        ours = tuple(
            call
            for call in calls
            if call.operation not in SHARED_CALLS and accepted_at <= call.started_at <= merged_at
        )
        return Journey(accepted_at, merged_at, green_at, ours, task["stages_ms"])


@contextmanager
def running_world(asked: Iterable[str] = ()) -> Iterator[World]:
    """Start a stack with its sandbox on free ports, and stop it at the end.

    Its documents answer what will be asked beside `bench/questions.txt`.
    """
    with TemporaryDirectory(prefix="shiploop-bench-") as name:
        home = Path(name)
        files = write_documents(home / "files", asked)
        stack = Stack(stack_settings(home), lambda process: None, files=files)
        with stack as addresses, httpx.Client(base_url=addresses.github) as github:
            yield World(addresses, ApiClient(addresses.api), github, stack.environment)


def stack_settings(home: Path) -> Settings:
    """The defaults, on free ports, for a client that asks as fast as it can."""
    isolated: dict[str, Any] = {name: 0 for name in Settings.model_fields if name.endswith("_port")}
    isolated |= {"rate_limit_per_address": _NO_RATE_LIMIT, "_env_file": None}
    return Settings(home=home, **isolated)


def forget_environment() -> None:
    """Take our settings out of the environment: a bench has a world of its own."""
    for name, field in Settings.model_fields.items():
        os.environ.pop(str(field.validation_alias or f"SHIPLOOP_{name.upper()}"), None)


def questions(count: int) -> list[str]:
    """Different questions that the sample repository's documents answer. Raises BenchFailed."""
    known = _QUESTIONS.read_text(encoding="utf-8").splitlines()
    if count > len(known):
        raise BenchFailed(f"{_QUESTIONS.name} has only {len(known)} questions")
    return known[:count]


def _completed(checks: Mapping[str, Any]) -> bool:
    return any(run["status"] == "completed" for run in checks["check_runs"])


def _call(entry: Mapping[str, Any]) -> Call:
    started_at = datetime.fromisoformat(entry["started_at"])
    ended_at = started_at + timedelta(milliseconds=entry["milliseconds"])
    return Call(entry["operation"], started_at, ended_at)
