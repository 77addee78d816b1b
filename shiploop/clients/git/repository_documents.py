"""The target repository's files as they were last fetched, and what agents make of them."""

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from shiploop.clients.git.mirror import Mirror
from shiploop.domain.limits import MAX_LEFT_OUT_NAMED, LeftOut
from shiploop.errors import ShiploopError

_NOTICE_STOP_S = 1.0  # how soon a stop is noticed

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of one commit, and what nobody reads of them because it is over a limit."""

    mirror: Mirror
    sha: str
    left_out: dict[LeftOut, None] = field(default_factory=dict)
    found: dict[str, None] = field(default_factory=dict)

    def markdown(self) -> dict[str, str]:
        """Every Markdown file in UTF-8 that is within the limits, by path."""
        pages = self.mirror.pages(self.sha)
        self.left_out.update(dict.fromkeys(pages.left_out))
        return pages.texts

    def leave_out(self, path: str, reason: str) -> None:
        """Note what an agent leaves out of the files, and why."""
        self.left_out[LeftOut(path, reason)] = None

    def named(self, names: Collection[str]) -> tuple[str, ...]:
        """The paths of files that are called so, the nearest to the top first."""
        return self.mirror.named(self.sha, names)

    def note(self, what: str) -> None:
        """Note what an agent has found out about the files."""
        self.found[what] = None

    def text(self, path: str) -> str | None:
        """One file; None where there is none, or none in UTF-8. Raises MirrorUnavailable."""
        return self.mirror.text(self.sha, path)


Build = Callable[[Snapshot], Any]


class RepositoryDocuments:
    """Fetches one branch, and keeps what agents make of it as new as the branch."""

    def __init__(self, mirror: Callable[[], Mirror], refresh_s: float) -> None:
        self._make_mirror = mirror
        self._refresh_s = refresh_s
        self._mirror: Mirror | None = None
        self._head_sha = ""
        self._builds: list[Build] = []
        self._built: dict[Build, Any] = {}
        self._left_out: tuple[LeftOut, ...] = ()
        self._found: tuple[str, ...] = ()
        self._lock = threading.RLock()

    def keep_ready(self, build: Callable[[Snapshot], T]) -> Callable[[], T]:
        """What `build` makes of the newest files: made anew with each fetch that brings some.

        What is returned fetches by itself where nobody has, and raises MirrorUnavailable.
        """
        self._builds.append(build)
        return lambda: cast(T, self._newest(build))

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What is left out of the newest files, because it is over a limit."""
        return self._left_out

    @property
    def found(self) -> tuple[str, ...]:
        """What agents have found out about the newest files, in sentences."""
        return self._found

    def _newest(self, build: Build) -> Any:  # noqa: ANN401 - each build's own
        if build not in self._built:
            with self._lock:
                if build not in self._built:  # somebody else may have fetched meanwhile
                    self.refresh()
        return self._built[build]

    def refresh(self) -> str:
        """Fetch, and build again when the branch has moved; returns its head sha.

        Raises MirrorUnavailable.
        """
        with self._lock:
            if self._mirror is None:
                self._mirror = self._make_mirror()
            head_sha = self._mirror.fetch()
            if head_sha != self._head_sha or len(self._built) < len(self._builds):
                snapshot = Snapshot(self._mirror, head_sha)
                self._built = {build: build(snapshot) for build in self._builds}
                self._head_sha = head_sha
                self._note_left_out(tuple(snapshot.left_out))
                self._found = tuple(snapshot.found)
            return head_sha

    def _note_left_out(self, left_out: tuple[LeftOut, ...]) -> None:
        known = frozenset(self._left_out)
        for each in [each for each in left_out if each not in known][:MAX_LEFT_OUT_NAMED]:
            log.warning("no answer is taken from %r: %s", each.path, each.reason)
        self._left_out = left_out

    def keep_fresh(self, stopping: threading.Event, pushed: threading.Event) -> None:
        """Refresh after each push, and now and then in case that one was not told of.

        Until told to stop; blocks, so it wants a thread of its own.
        """
        while self._wait(stopping, pushed):
            pushed.clear()  # before the fetch: what is pushed during it is fetched after it
            try:
                self.refresh()
            except ShiploopError as error:
                log.warning("the documents are as old as before: %s", error)

    def _wait(self, stopping: threading.Event, pushed: threading.Event) -> bool:
        """Wait for the next turn; False when told to stop before."""
        due_at = time.monotonic() + self._refresh_s
        while not stopping.is_set():
            left_s = due_at - time.monotonic()
            if left_s <= 0 or pushed.wait(min(left_s, _NOTICE_STOP_S)):
                return True
        return False
