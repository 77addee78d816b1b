"""Watches a drill's world, and puts what changes on the timeline."""

import threading
from collections.abc import Iterator

import httpx
from redis.exceptions import RedisError

from shiploop.cli.api_client import ApiClient, outcome_line
from shiploop.cli.drill.timeline import Timeline
from shiploop.cli.drill.world import World, first_line
from shiploop.domain.delivery.task import Status
from shiploop.errors import ShiploopError

_LOOK_S = 0.1


class Watcher:
    """One thread that looks at everything people can see; says each thing once."""

    def __init__(self, world: World, api: ApiClient, timeline: Timeline) -> None:
        self._world = world
        self._api = api
        self._timeline = timeline
        self._task_id: str | None = None
        self._is_zero_when_live = True
        self._said: set[str] = set()
        self._frozen: str | None = None
        self._heads: list[str] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watcher", daemon=True)

    def start(self) -> None:
        """Begin: what is there already is no news."""
        for _ in self._news():
            pass
        self._thread.start()

    def stop(self) -> None:
        """Say what is new, a last time, and end; nothing where it never began."""
        self._stopping.set()
        if self._thread.ident is None:
            return
        self._thread.join()
        self._look()

    def follow(self, task_id: str, *, zero_when_live: bool) -> None:
        """Watch a task too; with `zero_when_live`, seconds are counted from its deploy."""
        self._is_zero_when_live = zero_when_live
        self._task_id = task_id

    def _watch(self) -> None:
        while not self._stopping.wait(_LOOK_S):
            self._look()

    def _look(self) -> None:
        try:
            for line in self._news():
                self._timeline.say(line)
        except (httpx.HTTPError, RedisError, ShiploopError):
            return  # a part that is away is looked at again

    def _news(self) -> Iterator[str]:
        yield from self._news_of_the_task()
        yield from self._news_of_main()
        for pull in self._world.pulls():
            kind = "draft pull request" if pull["draft"] else "pull request"
            yield from self._once(f"{kind} #{pull['number']}: {pull['title']}")
        for issue in self._world.issues():
            labels = ", ".join(label["name"] for label in issue["labels"])
            yield from self._once(f"issue #{issue['number']} ({labels}): {issue['title']}")
        for number, text in enumerate(self._world.said()):
            yield from self._once(f"Slack: {first_line(text)}", key=f"slack {number}")
        owner = self._world.frozen_by()
        if owner != self._frozen:
            self._frozen = owner
            yield f"merges are frozen by {owner[:21]}" if owner else "merges go on"

    def _news_of_the_task(self) -> Iterator[str]:
        if self._task_id is None:
            return
        task = self._api.task(self._task_id)
        if task.get("stage"):
            yield from self._once(f"task: {task['stage']}")
        if task.get("rollback"):
            yield from self._once(f"rollback: {task['rollback']}")
        if Status(task["status"]) not in (Status.QUEUED, Status.RUNNING):
            yield from self._once(f"task: {outcome_line(task)}")
        if self._is_zero_when_live and task.get("merge_sha"):
            self._start_when_live(task["merge_sha"])

    def _news_of_main(self) -> Iterator[str]:
        head = self._world.head()
        if head["sha"] not in self._heads:
            self._heads.append(head["sha"])
            message = first_line(head["commit"]["message"])
            yield from self._once(f"main is at {head['sha'][:12]}: {message}")
        for sha in self._heads:
            if f"{sha[:12]} is live" not in self._said and self._world.is_live(sha):
                yield from self._once(f"{sha[:12]} is live")

    def _start_when_live(self, sha: str) -> None:
        line = f"{sha[:12]} is live"
        if line not in self._said and self._world.is_live(sha):
            self._said.add(line)
            self._timeline.start(line)

    def _once(self, line: str, key: str | None = None) -> Iterator[str]:
        if (key or line) not in self._said:
            self._said.add(key or line)
            yield line
