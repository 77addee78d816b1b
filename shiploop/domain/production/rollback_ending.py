"""How a rollback ends, or why it cannot go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shiploop.domain.production.rollback import Reverted, RollbackCase, RollbackStatus, TrbSplit
from shiploop.domain.timestamps import from_iso


@dataclass(frozen=True, slots=True)
class Refused:
    """This rollback is not begun."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """The change cannot be made or merged: a person has to go on."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended. `trb` is there exactly when production was seen to be healthy again."""

    status: RollbackStatus
    reason: str
    reverted: Reverted | None = None
    trb: TrbSplit | None = None


_SAID = {
    RollbackStatus.REQUESTED: "the rollback was asked for",
    RollbackStatus.WAITING_FOR_APPROVAL: "a person was asked",
    RollbackStatus.REVERTING: "the change was begun",
    RollbackStatus.VERIFYING: "the change was merged and live",
    RollbackStatus.HEALTHY: "production was seen to be healthy",
    RollbackStatus.UNHEALTHY: "production was not seen to be healthy",
    RollbackStatus.STUCK: "the rollback could not go on",
    RollbackStatus.DECLINED: "a person declined the rollback",
}


def timeline(case: RollbackCase, fields: Mapping[str, str]) -> tuple[tuple[datetime, str], ...]:
    """What happened when; `fields` has a time for each status that was reached."""
    found = [
        (case.bad_live_at, f"production began to fail with {case.live_sha[:12]} live"),
        (case.detected_at, "it was judged to be unhealthy"),
    ]
    known = [] if case.asked_by_person else found
    reached = [
        (from_iso(fields[f"{status}_at"]), said)
        for status, said in _SAID.items()
        if f"{status}_at" in fields
    ]
    return tuple(sorted([*known, *reached], key=lambda each: each[0]))
