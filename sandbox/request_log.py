"""The log of calls to the sandbox GitHub's API, for counting what a task costs."""

import collections
import dataclasses
import threading
from datetime import datetime

_KEPT = 10_000  # what hundreds of tasks cost; a sandbox may live for thousands


@dataclasses.dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One call: REST `PUT /repos/{owner}/{repo}/…` or the GraphQL operation's name."""

    operation: str
    status: int
    milliseconds: float
    login: str | None
    started_at: datetime


class RequestLog:
    """The newest calls since the start or the last clearing."""

    def __init__(self) -> None:
        self._requests: collections.deque[LoggedRequest] = collections.deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def add(self, request: LoggedRequest) -> None:
        """Append one call."""
        with self._lock:
            self._requests.append(request)

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._requests.clear()

    def requests(self) -> tuple[LoggedRequest, ...]:
        """Return the calls in the order in which they ended."""
        with self._lock:
            return tuple(self._requests)
