"""One question from accepted to merged, and whose time that was. Values only, no I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

READ_BASE = "ReadBase"
OPEN_PULL_REQUEST = "OpenPullRequest"
MERGE_PULL_REQUEST = "PUT /repos/{owner}/{repo}/pulls/{number}/merge"

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Call:
    """A call that shiploop made to GitHub, by GitHub's own clock."""

    operation: str
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Journey:
    """A question that was merged.

    `calls` are those made for it up to the merge; `green_at` is the last moment at which the
    required check was seen unfinished, None when nobody watched. `stages_ms` is how long the
    task itself says that each of its stages took.
    """

    accepted_at: datetime
    merged_at: datetime
    green_at: datetime | None
    calls: tuple[Call, ...]
    stages_ms: Mapping[str, int]

    @property
    def tte_ms(self) -> float:
        """Time to execute: from accepted to merged."""
        return milliseconds(self.merged_at - self.accepted_at)

    @property
    def github_ms(self) -> float:
        """The time during which GitHub worked on a call that we waited for."""
        return covered_ms(self._awaited_calls())

    @property
    def ci_ms(self) -> float:
        """From the pull request open to the required check green."""
        return covered_ms(self._ci())

    @property
    def overhead_ms(self) -> float:
        """TTE less what GitHub and CI took of it; where they overlap it is taken off once.

        The base read runs while we draft. How much of it we wait for cannot be seen from
        outside, so none of it is taken off.
        """
        return self.tte_ms - covered_ms([*self._awaited_calls(), *self._ci()])

    @property
    def green_to_merged_ms(self) -> float:
        """From the required check green to merged, less the merge call. Raises ValueError."""
        if self.green_at is None:
            raise ValueError("nobody watched the checks of this question")
        call = self.call(MERGE_PULL_REQUEST)
        return milliseconds(self.merged_at - self.green_at - (call.ended_at - call.started_at))

    def call(self, operation: str) -> Call:
        """The one call of an operation. Raises ValueError when there are none or several."""
        (call,) = (call for call in self.calls if call.operation == operation)
        return call

    def _awaited_calls(self) -> list[Span]:
        return [
            (call.started_at, call.ended_at) for call in self.calls if call.operation != READ_BASE
        ]

    def _ci(self) -> list[Span]:
        opened_at = self.call(OPEN_PULL_REQUEST).ended_at
        return [] if self.green_at is None else [(opened_at, max(opened_at, self.green_at))]


def covered_ms(spans: Iterable[Span]) -> float:
    """How long at least one of the spans lasted."""
    covered, end = timedelta(), None
    for span_start, span_end in sorted(spans):
        start = span_start if end is None else max(span_start, end)
        covered += max(timedelta(), span_end - start)
        end = max(start, span_end)
    return milliseconds(covered)


def milliseconds(duration: timedelta) -> float:
    """A duration in milliseconds."""
    return duration / timedelta(milliseconds=1)
