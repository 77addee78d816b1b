"""A stack of its own without runners: asked over HTTP, disturbed from outside, looked at last."""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import httpx
from redis import Redis
from redis.exceptions import RedisError

from bench.chaos.evidence import Evidence
from bench.chaos.left_behind import LeftBehind
from bench.chaos.runners import RunnerProcess
from bench.documents import write_documents
from bench.many_questions import many_questions
from bench.world import REPOSITORY, stack_settings
from shiploop.domain.delivery.autonomy import Levels
from shiploop.errors import ShiploopError
from shiploop.stack.addresses import Addresses
from shiploop.stack.stack import Stack
from shiploop.stores import keys
from shiploop.stores.autonomy import AutonomyStore

_LOOK_S = 0.1
_ANSWER_TIMEOUT_S = 30.0
_MOST_QUESTIONS = 900
_OPEN = (None, "queued", "running")


class ChaosFailed(ShiploopError):
    """Nothing could be shown, because the scenario itself did not come to its end."""


class ChaosWorld:
    """One running stack, its runners, and every task that it has accepted."""

    def __init__(
        self,
        stack: Stack,
        addresses: Addresses,
        home: Path,
        redis: Redis,
        http: httpx.Client,
        questions: Iterable[str],
    ) -> None:
        self.stack = stack
        self.redis = redis
        self.accepted: list[str] = []
        self._addresses = addresses
        self._home = home
        self._http = http
        self._questions = iter(questions)
        self._runners: list[RunnerProcess] = []
        self._settled: set[str] = set()

    def start_runner(
        self, slots: int, kill_at: str | None = None, changed: Mapping[str, str] | None = None
    ) -> RunnerProcess:
        """Start one runner more; `changed` is what it is told otherwise than the stack."""
        log_path = self.logs / f"runner-{len(self._runners) + 1}.log"
        environment = self.stack.environment | dict(changed or {})
        runner = RunnerProcess(environment, log_path, slots, kill_at)
        self._runners.append(runner)
        return runner

    def stop_runners(self) -> None:
        """Stop every runner that still lives."""
        for runner in self._runners:
            if not runner.ended:
                runner.stop()

    def kill_runners(self) -> None:
        """End every runner that still lives with SIGKILL."""
        for runner in self._runners:
            if not runner.ended:
                runner.kill()

    def kill_api(self) -> None:
        """End the API with SIGKILL; the stack starts it again."""
        pid = self.stack.process("api").pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    def ask(self, question: str | None = None) -> None:
        """Ask one question more; again and again, as a client would, until it is answered."""
        asked, give_up_at = question or next(self._questions), time.monotonic() + _ANSWER_TIMEOUT_S
        while time.monotonic() < give_up_at:
            with suppress(httpx.TransportError):
                url = f"{self._addresses.api}/api/agent/faq"
                answer = self._http.post(url, json={"question": asked})
                if answer.is_success:
                    self.accepted.append(answer.json()["task_id"])
                    return
            time.sleep(_LOOK_S)
        raise ChaosFailed(f"the API did not take a question for {_ANSWER_TIMEOUT_S:.0f} s")

    def ask_in_prefect(self) -> None:
        """Start one run more as Prefect's UI does; its task has the id of the flow run."""
        api = f"{self._addresses.prefect}/api/deployments"
        auth = httpx.BasicAuth(*self.stack.environment["PREFECT_API_AUTH_STRING"].split(":", 1))
        found = self._http.get(f"{api}/name/closed-loop/closed-loop", auth=auth)
        named = found.raise_for_status().json()
        body = {"parameters": {"question": next(self._questions)}, "state": {"type": "SCHEDULED"}}
        run = self._http.post(f"{api}/{named['id']}/create_flow_run", json=body, auth=auth)
        self.accepted.append(run.raise_for_status().json()["id"])

    def has_runner(self) -> bool:
        """True once a runner has told Prefect of the deployments, and then made the queue."""
        return bool(self.redis.exists(keys.QUEUE))

    def forgive(self) -> None:
        """Let answers ship unattended although production broke: that is what is looked at."""
        AutonomyStore(self.redis, Levels()).forgive("faq")

    def set_fault(self, name: str, times: int | None) -> None:
        """Let something go wrong in the sandbox world."""
        url = f"{self._addresses.github}/_sandbox/faults"
        self._http.put(url, json={name: {"times": times}}).raise_for_status()

    def clear_faults(self) -> None:
        """Let nothing go wrong in the sandbox world any more."""
        self._http.delete(f"{self._addresses.github}/_sandbox/faults").raise_for_status()

    def set_latency(self, **milliseconds: int) -> None:
        """Set the speed of the sandbox world."""
        url = f"{self._addresses.github}/_sandbox/latency"
        self._http.put(url, json=milliseconds).raise_for_status()

    def statuses(self, task_ids: Iterable[str]) -> dict[str, str | None]:
        """How each task stands; None for one that nobody knows of any more."""
        wanted = tuple(task_ids)
        with self.redis.pipeline(transaction=False) as pipe:
            for task_id in wanted:
                pipe.hget(keys.task(task_id), "status")
            return dict(zip(wanted, cast(list[str | None], pipe.execute()), strict=True))

    def unsettled(self) -> list[str]:
        """The accepted tasks that have no outcome yet."""
        left = self.statuses(each for each in self.accepted if each not in self._settled)
        self._settled |= {task_id for task_id, status in left.items() if status not in _OPEN}
        return [task_id for task_id, status in left.items() if status in _OPEN]

    def wait_until(self, what: str, arrived: Callable[[], object], timeout_s: float) -> float:
        """Wait until something is so; returns after how many seconds. Raises ChaosFailed."""
        started_at = time.monotonic()
        while time.monotonic() - started_at < timeout_s:
            with suppress(RedisError, httpx.HTTPError):
                if arrived():
                    return time.monotonic() - started_at
            time.sleep(_LOOK_S)
        raise ChaosFailed(f"not within {timeout_s:.0f} s: {what}")

    def settle(self, timeout_s: float) -> float:
        """Wait for the outcome of everything accepted; returns after how many seconds.

        What has no outcome by then is a loss.
        """
        with suppress(ChaosFailed):
            return self.wait_until("every outcome", lambda: not self.unsettled(), timeout_s)
        return timeout_s

    def task(self, task_id: str) -> dict[str, Any]:
        """Where a task stands."""
        answer = self._http.get(f"{self._addresses.api}/api/agent/tasks/{task_id}")
        task: dict[str, Any] = answer.raise_for_status().json()
        return task

    def pulls_from(self, branch: str) -> list[Any]:
        """Every pull request, open or closed, of one branch."""
        head = f"{REPOSITORY.partition('/')[0]}:{branch}"
        return self._read("/pulls", state="all", head=head)

    def incidents(self, text: str) -> list[Any]:
        """Every issue about an incident that has this text in it."""
        found = self._read("/issues", state="all", labels="incident", per_page="100")
        return [one for one in found if text in one["body"]]

    def said(self) -> list[str]:
        """Everything that Slack was told."""
        told = self._http.get(f"{self._addresses.github}/_sandbox/slack").raise_for_status()
        return [str(one["text"]) for one in told.json()]

    def frozen(self) -> bool:
        """True while merges are frozen."""
        return bool(self.redis.exists(keys.FREEZE))

    def document(self) -> str:
        """The FAQ as it stands on main."""
        with TemporaryDirectory(prefix="shiploop-chaos-") as clone:
            return LeftBehind(self._addresses.github, Path(clone) / "main.git").document()

    def _read(self, path: str, **query: str) -> list[Any]:
        url = f"{self._addresses.github}/repos/{REPOSITORY}{path}"
        return list(self._http.get(url, params=query).raise_for_status().json())

    @property
    def addresses(self) -> Addresses:
        """Where each part is."""
        return self._addresses

    @property
    def logs(self) -> Path:
        """The folder of what every process says."""
        return self._home / "logs"

    @property
    def dashboard_url(self) -> str:
        """Where the dashboard is; empty where none was started."""
        return self._addresses.dashboard

    def pids(self) -> dict[str, int]:
        """The process id of each process of the stack."""
        note = json.loads((self._home / "stack.json").read_text(encoding="utf-8"))
        return dict(note["pids"])

    def evidence(self) -> Evidence:
        """Look at what everything accepted has left behind."""
        left_behind = LeftBehind(self._addresses.github, self._home / "looked-at.git")
        pull_requests, closed, merged = left_behind.pull_requests()
        return Evidence(
            tasks=self._tasks(),
            outcomes=self._outcomes(),
            pull_requests=pull_requests,
            closed=closed,
            merged=merged,
            commits=left_behind.commits(),
            entries=left_behind.entries(),
            branches=left_behind.branches(),
            successes=self._counted("success"),
            failures=self._counted("failure"),
            backlog=int(self.redis.xlen(keys.QUEUE)),
        )

    def _tasks(self) -> dict[str, dict[str, Any]]:
        api = f"{self._addresses.api}/api/agent/tasks"
        answers = {one: self._http.get(f"{api}/{one}") for one in self.accepted}
        return {one: answer.json() for one, answer in answers.items() if answer.is_success}

    def _outcomes(self) -> Counter[str]:
        counted: Counter[str] = Counter()
        for task_id in self.accepted:
            events = cast(list[Any], self.redis.xrange(keys.events(task_id)))
            counted[task_id] = sum(fields["kind"] == "settled" for _, fields in events)
        return counted

    def _counted(self, name: str) -> int:
        names = self.redis.scan_iter(match=f"agent:metrics:{name}:*")
        return sum(int(cast(str, self.redis.get(each))) for each in names)


@contextmanager
def chaos_world(
    dashboard: bool = False,
    prepared: Callable[[Path], AbstractContextManager[object]] = nullcontext,
    questions: Iterable[str] | None = None,
    **changes: object,
) -> Iterator[ChaosWorld]:
    """Start a stack without runners, on free ports; stop it and its runners at the end.

    `prepared` is entered with its home before anything is there. `questions` are what is asked,
    many different ones by default. `changes` are settings that differ from the defaults.
    """
    with TemporaryDirectory(prefix="shiploop-chaos-") as name:
        home = Path(name)
        home.chmod(0o755)  # PostgreSQL runs as a user of its own where we are root
        settings = stack_settings(home).model_copy(update={"runners": 0, **changes})
        with prepared(home), ExitStack() as opened:
            asked = many_questions(_MOST_QUESTIONS) if questions is None else list(questions)
            files = write_documents(home / "files", asked)
            stack = Stack(settings, lambda process: None, dashboard=dashboard, files=files)
            addresses = opened.enter_context(stack)
            http = opened.enter_context(httpx.Client(timeout=_ANSWER_TIMEOUT_S))
            redis = opened.enter_context(
                Redis.from_url(addresses.redis, decode_responses=True, legacy_responses=False)
            )
            world = ChaosWorld(stack, addresses, home, redis, http, asked)
            opened.callback(world.stop_runners)
            yield world
