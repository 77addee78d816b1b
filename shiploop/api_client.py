"""Speaks to a running shiploop over its own HTTP API, for the command line."""

import time
from collections.abc import Iterator
from typing import Any

import httpx

from shiploop.domain.run import Status
from shiploop.errors import PermanentError

_TIMEOUT_S = 10.0
_LOOK_S = 0.03  # often enough to see every stage of a sandbox run


class ApiRefused(PermanentError):
    """The API did not accept the request."""


class ApiClient:
    """Asks questions and follows what becomes of them."""

    def __init__(self, api_url: str, api_key: str | None = None) -> None:
        headers = {"X-API-Key": api_key} if api_key else {}
        self._http = httpx.Client(base_url=api_url, timeout=_TIMEOUT_S, headers=headers)

    def ask(self, question: str) -> dict[str, Any]:
        """Ask; returns `task_id`, `status` and `duplicate`. Raises ApiRefused."""
        return self._call("POST", "/api/agent/faq", {"question": question})

    def task(self, task_id: str) -> dict[str, Any]:
        """Where a task stands. Raises ApiRefused."""
        return self._call("GET", f"/api/agent/tasks/{task_id}")

    def cancel(self, task_id: str) -> None:
        """Ask for a task to be cancelled. Raises ApiRefused."""
        self._call("DELETE", f"/api/agent/tasks/{task_id}")

    def follow(self, task_id: str) -> Iterator[dict[str, Any]]:
        """The task each time it has changed, until it is settled."""
        before: dict[str, Any] = {}
        while not before or not Status(before["status"]).settled:
            now = self.task(task_id)
            if now != before:
                yield now
            before = now
            time.sleep(_LOOK_S)

    def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            reply = self._http.request(method, path, json=body)
        except httpx.TransportError as error:
            raise ApiRefused(
                f"no shiploop answers at {self._http.base_url}: start one with `make up`"
            ) from error
        answer: dict[str, Any] = reply.json() if reply.content else {}
        if reply.is_error:
            raise ApiRefused(
                f"{answer.get('title')}: {answer.get('detail', '')} ({reply.status_code})"
            )
        return answer
