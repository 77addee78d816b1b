"""Concurrency groups: one run or job of a group at a time, and one that waits.

Source: https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

from sandbox.ci.expressions import Scope
from sandbox.ci.results import StepFailedError
from sandbox.ci.templates import fill
from sandbox.ci.values import Value, fold, is_truthy, to_text

_POLL_S = 0.05


@dataclass(slots=True)
class Place:
    """A place in a group, or beside all groups; leaving the block gives it up."""

    groups: Groups
    group: str | None
    begin: Callable[[Place], None] | None = None
    cancel: Callable[[Place], None] | None = None
    _begun: threading.Event = field(default_factory=threading.Event)
    _cancelled: threading.Event = field(default_factory=threading.Event)

    def wait(self, is_given_up: Callable[[], bool]) -> bool:
        """Wait for one's turn; False when somebody has taken the place, or one gives up."""
        while not self._begun.wait(_POLL_S):
            if self._cancelled.is_set() or is_given_up():
                return False
        return True

    def is_cancelled(self) -> bool:
        """Whether a newer one has asked for the place."""
        return self._cancelled.is_set()

    def leave(self) -> None:
        """Give the place up."""
        self.groups.leave(self)

    def __enter__(self) -> Place:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.leave()

    def _begin_now(self) -> None:
        self._begun.set()
        if self.begin is not None:
            self.begin(self)

    def _cancel_now(self) -> None:
        self._cancelled.set()
        if self.cancel is not None:
            self.cancel(self)


class Groups:
    """The groups of one repository."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, Place] = {}
        self._pending: dict[str, Place] = {}

    def enter(
        self,
        asked: Value,
        scope: Scope,
        begin: Callable[[Place], None] | None = None,
        cancel: Callable[[Place], None] | None = None,
    ) -> Place:
        """Ask for a place by the value of a `concurrency` key; None asks for no group.

        `begin` is called when it is one's turn, `cancel` when a newer one takes the place.
        Raises ExpressionError, StepFailedError on what names no group.
        """
        filled = fill(asked, scope)
        mapping = filled if isinstance(filled, dict) else {"group": filled}
        group = to_text(mapping.get("group"))
        if asked is not None and not group:
            raise StepFailedError("concurrency names no group")
        place = Place(self, fold(group) if asked is not None else None, begin, cancel)
        flag = mapping.get("cancel-in-progress")
        self._enter(place, is_truthy(flag) and flag != "false")
        return place

    def _enter(self, place: Place, cancels: bool) -> None:
        if place.group is None:
            place._begin_now()
            return
        with self._lock:
            running = self._running.get(place.group)
            superseded = [self._pending.pop(place.group, None)]
            if running is None:
                self._running[place.group] = place
            else:
                self._pending[place.group] = place
                superseded += [running] if cancels else []
        for each in superseded:
            if each is not None:
                each._cancel_now()
        if running is None:
            place._begin_now()

    def leave(self, place: Place) -> None:
        """Give a place up, and let the next one begin; a place may be left twice."""
        if place.group is None:
            return
        following = None
        with self._lock:
            if self._pending.get(place.group) is place:
                del self._pending[place.group]
            if self._running.get(place.group) is place:
                following = self._pending.pop(place.group, None)
                del self._running[place.group]
                if following is not None:
                    self._running[place.group] = following
        if following is not None:
            following._begin_now()
