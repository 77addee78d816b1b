"""What is remembered of a piece that is kept true, from one sweep to the next."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from shiploop.domain.delivery.change import Source
from shiploop.domain.delivery.task import FailureKind
from shiploop.domain.delivery.task_record import TaskRecord
from shiploop.domain.upkeep.kept import Kept, Noted, Standing

# What is over without anybody's doing; anything else would end in the same way again.
_MAY_PASS: Final = frozenset(
    {
        FailureKind.GITHUB,
        FailureKind.FROZEN,
        FailureKind.DEADLINE,
        FailureKind.CRASHED,
        FailureKind.CI_TIMEOUT,
        FailureKind.CONFLICT,
    }
)
_MOST_TRIES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRecord:
    """One piece as the last sweep saw it.

    `merged_at` is None where nobody remembers, and `seen_at` the first sweep that saw this
    version. What follows is about its being asked again.
    """

    key: str
    title: str
    task_id: str
    page: str
    anchor: str
    sources: tuple[Source, ...]
    standing: Standing
    made_of: str
    seen_at: datetime
    checked_at: datetime
    merged_at: datetime | None = None
    asked: str = ""
    asked_task_id: str | None = None
    asked_at: datetime | None = None
    tries: int = 0
    is_to_be_repeated: bool = False

    @property
    def noted(self) -> Noted:
        """What the agent has to know of it."""
        return Noted(self.made_of, "" if self.is_to_be_repeated else self.asked)


@dataclass(frozen=True, slots=True)
class Birth:
    """What its task's record tells of a new piece: what it was made of, and when it was merged."""

    made_of: str = ""
    merged_at: datetime | None = None


def noted_of(task_id: str, before: KeptRecord | None, birth: Birth) -> Noted:
    """What the agent has to know of a piece that this task has shipped.

    What the version before was asked for is told as well: where a rollback brings that one back,
    it is not asked again.
    """
    if before is None:
        return Noted(birth.made_of)
    return before.noted if before.task_id == task_id else Noted(birth.made_of, before.noted.asked)


def begin_record(kept: Kept, birth: Birth, before: KeptRecord | None, now: datetime) -> KeptRecord:
    """The record of a piece that no sweep has seen in this version."""
    return KeptRecord(
        key=kept.key,
        title=kept.title,
        task_id=kept.task_id,
        page=kept.place.page,
        anchor=kept.place.anchor,
        sources=kept.sources,
        standing=kept.standing,
        made_of=birth.made_of,
        seen_at=now,
        checked_at=now,
        merged_at=birth.merged_at,
        asked=before.asked if before else "",
        asked_task_id=before.asked_task_id if before else None,
        asked_at=before.asked_at if before else None,
        tries=before.tries if before else 0,
    )


def see(record: KeptRecord, kept: Kept, now: datetime) -> KeptRecord:
    """What a sweep has seen of it. What it is made of is noted only where that is current."""
    return replace(
        record,
        title=kept.title,
        page=kept.place.page,
        anchor=kept.place.anchor,
        sources=kept.sources,
        standing=kept.standing,
        made_of=kept.made_of if kept.standing is Standing.CURRENT else record.made_of,
        checked_at=now,
    )


def note_asked(record: KeptRecord, kept: Kept, task_id: str, now: datetime) -> KeptRecord:
    """It was asked again, for what it cites as that is now."""
    return replace(
        record,
        standing=Standing.ASKED,
        asked=kept.made_of,
        asked_task_id=task_id,
        asked_at=now,
        tries=record.tries + 1 if record.asked == kept.made_of else 1,
        is_to_be_repeated=False,
    )


def note_answer(record: KeptRecord, task: TaskRecord | None) -> KeptRecord:
    """What became of the task that has asked again, None where nobody remembers it.

    After a failure that passes the next sweep asks once more, but not for ever.
    """
    if record.standing is not Standing.ASKED or (task and not task.status.settled):
        return record
    failed = task.failure_kind if task and task.merge is None else None
    if failed in _MAY_PASS and record.tries < _MOST_TRIES:
        return replace(record, is_to_be_repeated=True)
    return replace(record, standing=Standing.LEFT)
