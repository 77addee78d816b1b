"""What every drill does: ask, break something, wait for what must happen, look that it did."""

import time
from collections.abc import Callable
from typing import Any

from shiploop.cli.api_client import ApiClient, outcome_line
from shiploop.cli.drill.timeline import Timeline
from shiploop.cli.drill.watcher import Watcher
from shiploop.cli.drill.world import World
from shiploop.domain.delivery.task import Status
from shiploop.errors import PermanentError
from shiploop.stack.stack import Stack

BASELINE = "What is the worker heartbeat mechanism?"
QUESTION = "How do I check the deployment status?"

_LOOK_S = 0.1
_PATIENCE_S = 90.0


class NotAsExpected(PermanentError):
    """Production, or what people were told, did not end as it should."""


class Exercise:
    """A healthy stack with one merge in production, and the means to break it."""

    def __init__(
        self, stack: Stack, world: World, api: ApiClient, watcher: Watcher, timeline: Timeline
    ) -> None:
        self.world = world
        self.timeline = timeline
        self._stack = stack
        self._api = api
        self._watcher = watcher
        self.before = b""
        self.task_id: str | None = None

    def make_baseline(self) -> None:
        """Get a first question to production, and look that it is healthy with it."""
        task = self._settled(self._api.ask(BASELINE)["task_id"])
        expect(task["status"] == "done", f"the baseline ended as {outcome_line(task)}")
        expect(self.world.site_is_healthy(), "production was not healthy before the fault")
        self.before = self.world.document()
        self._watcher.start()

    def ask(self, *, zero_when_live: bool = True) -> str:
        """Ask the question whose merge is in for it; returns the task's id."""
        self.timeline.say(f"asked: {QUESTION}")
        self.task_id = str(self._api.ask(QUESTION)["task_id"])
        self._watcher.follow(self.task_id, zero_when_live=zero_when_live)
        return self.task_id

    def task(self) -> dict[str, Any]:
        """The task as it stands."""
        return self._api.task(str(self.task_id))

    def settled(self) -> dict[str, Any]:
        """The task, once it has ended."""
        return self._settled(str(self.task_id))

    def expect_failed(self, kind: str) -> dict[str, Any]:
        """The task, which must have failed like this with its merge on main."""
        task = self.settled()
        ended = (task["status"], task.get("failure_kind"))
        expect(ended == ("error", kind), f"the task ended as {outcome_line(task)}")
        expect(task.get("state") == "merged", "the task's merge is not known")
        return task

    def rolled_back(self, status: str) -> dict[str, Any]:
        """The task, once its rollback has ended like this and its issue is there."""
        ended = ("healthy", "unhealthy", "stuck", "declined")
        self.wait(lambda: self.task().get("rollback") in ended, "the rollback has ended")
        task = self.task()
        expect(task["rollback"] == status, f"the rollback ended as {_rollback_line(task)}")
        self.wait(lambda: "incident_url" in self.task(), "the issue of the rollback is there")
        return self.task()

    def check_health(self) -> str:
        """Run a health check as the schedule does; returns how it ended."""
        self.timeline.say("health check")
        run_id = self.world.start_health_check()
        self.wait(lambda: self.world.ended_as(run_id) is not None, "the health check has ended")
        ended_as = str(self.world.ended_as(run_id))
        self.timeline.say(f"health check: {ended_as}")
        return ended_as

    def runner_pid(self) -> int | None:
        """The process of the runner, as it is now."""
        return self._stack.process("runner-1").pid

    def expect_one_issue(self, *, about: str, labels: set[str]) -> dict[str, Any]:
        """The one issue there is, which must have these labels and say this."""
        self.wait(lambda: bool(self.world.issues()), "an issue is there")
        found = self.world.issues()
        expect(len(found) == 1, f"there are {len(found)} issues: one was expected")
        (issue,) = found
        told = {label["name"] for label in issue["labels"]}
        expect(told == labels, f"the issue is labelled {sorted(told)}")
        expect(about in issue["title"] + issue["body"], f"the issue does not say: {about}")
        return issue

    def expect_nothing_rolled_back(self) -> None:
        """No rollback was begun, and merges go on."""
        begun = [one for one in self.world.pulls() if one["head"]["ref"].startswith("hotfix/")]
        expect(not begun, "something was rolled back")
        expect(self.world.frozen_by() is None, "merges are frozen")

    def expect_told(self, *starts: str) -> None:
        """Slack must have been told so many things, each beginning like this, in this order."""
        self.wait(lambda: len(self.world.said()) >= len(starts), "Slack was told")
        said = self.world.said()
        right = len(said) == len(starts) and all(map(str.startswith, said, starts))
        expect(right, f"Slack was told {len(said)} things: {said}")

    def wait(self, is_so: Callable[[], bool], what: str, patience_s: float = _PATIENCE_S) -> None:
        """Wait until something is so. Raises NotAsExpected."""
        give_up_at = time.monotonic() + patience_s
        while not is_so():
            expect(time.monotonic() < give_up_at, f"waited {patience_s:.0f} s in vain until {what}")
            time.sleep(_LOOK_S)

    def _settled(self, task_id: str) -> dict[str, Any]:
        def has_ended() -> bool:
            status = Status(self._api.task(task_id)["status"])
            return status not in (Status.QUEUED, Status.RUNNING)

        self.wait(has_ended, f"task {task_id} has ended")
        return self._api.task(task_id)


def expect(is_so: bool, otherwise: str) -> None:
    """Raise NotAsExpected with the reason unless something is so."""
    if not is_so:
        raise NotAsExpected(otherwise)


def _rollback_line(task: dict[str, Any]) -> str:
    return f"{task['rollback']}: {task.get('rollback_reason')}"
