"""Speaks to a running shiploop over its own HTTP API, for the command line."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
import httpx

from shiploop.cli.checked_settings import checked_settings
from shiploop.domain.delivery.task import Status
from shiploop.domain.timestamps import from_iso
from shiploop.errors import PermanentError
from shiploop.stack.addresses import api_address

_TIMEOUT_S = 10.0
_SILENCE_S = 60.0  # of a stream: the API says every 15 s that it is there
_RESUMES = 30
_RESUME_PAUSE_S = 0.5

# What a person who waits wants to hear of, besides the stages.
_NEWS = {
    "queued": "queued",
    "waiting": "waiting",
    "goes_on": "going on",
    "cancel_requested": "cancelling",
}


def open_api(api_url: str | None = None) -> "ApiClient":
    """The API of the stack that the settings lead to, until the command ends."""
    settings = checked_settings()
    keys = [key.get_secret_value() for key in settings.api_keys.values()]
    api = ApiClient(api_url or api_address(settings), next(iter(keys), None))
    click.get_current_context().call_on_close(api.close)
    return api


class ApiRefused(PermanentError):
    """The API did not accept the request, or does not answer."""


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """One change of a task: `changes` has the fields of the task that are new or different."""

    event_id: str
    kind: str
    at: datetime
    changes: Mapping[str, str]

    @property
    def ends_task(self) -> bool:
        """True for the last event there is."""
        return self.kind == "settled"

    @property
    def parks_task(self) -> bool:
        """True where the task waits for a person from here on."""
        return self.kind == "waiting"


class ApiClient:
    """Asks questions and follows what becomes of them."""

    def __init__(
        self, api_url: str, api_key: str | None = None, resume_pause_s: float = _RESUME_PAUSE_S
    ) -> None:
        headers = {"X-API-Key": api_key} if api_key else {}
        self._http = httpx.Client(base_url=api_url, timeout=_TIMEOUT_S, headers=headers)
        self._resume_pause_s = resume_pause_s

    def close(self) -> None:
        """Close the connections to the API."""
        self._http.close()

    def ask(self, question: str) -> dict[str, Any]:
        """Ask; returns `task_id`, `status` and `duplicate`. Raises ApiRefused."""
        return self._call("POST", "/api/agent/faq", {"question": question})

    def task(self, task_id: str) -> dict[str, Any]:
        """Where a task stands. Raises ApiRefused."""
        return self._call("GET", f"/api/agent/tasks/{task_id}")

    def cancel(self, task_id: str) -> None:
        """Ask for a task to be cancelled. Raises ApiRefused."""
        self._call("DELETE", f"/api/agent/tasks/{task_id}")

    def approve(self, task_id: str) -> None:
        """Let a suggestion go on that waits for a person. Raises ApiRefused."""
        self._call("POST", f"/api/agent/tasks/{task_id}/approve")

    def follow(self, task_id: str) -> Iterator[TaskEvent]:
        """Every change of a task, those of the past first, until it is settled or parked.

        A connection that is cut is resumed where it was. Raises ApiRefused for an unknown
        task, and when one resume after the other has brought nothing new.
        """
        last_event_id, resumes, parked = None, 0, False
        while resumes <= _RESUMES:
            for event in self._events(task_id, last_event_id):
                yield event
                if event.ends_task:
                    return
                last_event_id, resumes, parked = event.event_id, 0, event.parks_task
            if parked:  # and nothing has come after that: it may take days
                return
            resumes += 1
            time.sleep(self._resume_pause_s)
        raise ApiRefused(
            f"lost sight of task {task_id}: {self._http.base_url} has nothing new to say of it, "
            f"or does not answer; see `shiploop status {task_id}`"
        )

    def _events(self, task_id: str, after: str | None) -> Iterator[TaskEvent]:
        """What one connection brings, until it ends or is cut."""
        headers = {"Last-Event-ID": after} if after else {}
        timeout = httpx.Timeout(_TIMEOUT_S, read=_SILENCE_S)
        path = f"/api/agent/tasks/{task_id}/events"
        try:
            with self._http.stream("GET", path, headers=headers, timeout=timeout) as reply:
                if reply.is_client_error:
                    reply.read()
                    raise _refusal(reply)
                if reply.is_success:
                    yield from _read_events(reply.iter_lines())
        except httpx.TransportError:
            return

    def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            reply = self._http.request(method, path, json=body)
        except httpx.TransportError as error:
            raise ApiRefused(
                f"no shiploop answers at {self._http.base_url}: start one with `make up`"
            ) from error
        answer = _json_object(reply)
        if reply.is_error or answer is None:
            raise _refusal(reply)
        return answer


def stage_lines(events: Iterator[TaskEvent]) -> Iterator[str]:
    """A line for each stage as it begins, with the seconds since the question was accepted."""
    accepted_at = None
    for event in events:
        accepted_at = accepted_at or event.at
        if news := event.changes.get("stage") or _NEWS.get(event.kind):
            yield f"{(event.at - accepted_at).total_seconds():6.2f} s  {news}"


def outcome_line(task: Mapping[str, Any]) -> str:
    """How a task ended, or for whom it waits, in a line."""
    status = Status(task["status"])
    if status is Status.WAITING:
        return f"waiting for {task.get('waiting_for')}: {task.get('pr_url')}"
    if status is Status.DONE:
        return f"done {task['entry_url']}"
    if status is Status.DECLINED:
        return f"declined: {task.get('reason')}"
    return f"error {task.get('failure_kind')}: {task.get('error')}"


def _read_events(lines: Iterator[str]) -> Iterator[TaskEvent]:
    """Parse `id` and `data`, which our API writes on a line each.

    Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
    """
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name:
            fields[name] = value.removeprefix(" ")
        elif not line and "data" in fields:
            told = json.loads(fields["data"])
            yield TaskEvent(fields["id"], told["kind"], from_iso(told["at"]), told["changes"])
            fields = {}


def _refusal(reply: httpx.Response) -> ApiRefused:
    problem = _json_object(reply)
    if problem is None or "title" not in problem:
        return ApiRefused(f"what answers at {reply.url} is no shiploop ({reply.status_code})")
    told = [str(problem[name]) for name in ("title", "detail") if problem.get(name)]
    return ApiRefused(f"{': '.join(told)} ({reply.status_code})")


def _json_object(reply: httpx.Response) -> dict[str, Any] | None:
    try:
        answer = reply.json()
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None
