"""A rollback: what it takes back and why, how far it is, and how long each part of it took."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import Any, Final, assert_never

from shiploop.domain.delivery.branches import ROLLBACK_PREFIX
from shiploop.domain.production.rollback_policy import Suspect
from shiploop.domain.timestamps import from_iso


class RollbackStatus(StrEnum):
    """Where a rollback stands. STUCK: its change conflicts, was refused, or has red checks."""

    REQUESTED = "requested"
    WAITING_FOR_APPROVAL = "waiting_for_approval"
    REVERTING = "reverting"
    VERIFYING = "verifying"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    STUCK = "stuck"
    DECLINED = "declined"

    @property
    def ended(self) -> bool:
        """True when nothing more will happen to the rollback."""
        match self:
            case (
                RollbackStatus.REQUESTED
                | RollbackStatus.WAITING_FOR_APPROVAL
                | RollbackStatus.REVERTING
                | RollbackStatus.VERIFYING
            ):
                return False
            case (
                RollbackStatus.HEALTHY
                | RollbackStatus.UNHEALTHY
                | RollbackStatus.STUCK
                | RollbackStatus.DECLINED
            ):
                return True
            case _ as never:
                assert_never(never)


@dataclass(frozen=True, slots=True)
class RollbackCase:
    """What is to be taken back, oldest first, and why; `lead_sha` names the rollback.

    `live_sha` is what was live when production was found to be broken. `asked_by_person`: a person
    asked for it, and nobody had found production to be broken; the moments are that of asking.
    `branch_prefix` was set as it was decided.
    """

    lead_sha: str
    suspects: tuple[Suspect, ...]
    reason: str
    evidence: tuple[str, ...]
    live_sha: str
    bad_live_at: datetime
    detected_at: datetime
    decided_at: datetime
    needs_approval: bool
    asked_by_person: bool = False
    branch_prefix: str = ROLLBACK_PREFIX


def freeze_owner(lead_sha: str) -> str:
    """Who has frozen merges, when a rollback has."""
    return f"rollback:{lead_sha}"


@dataclass(frozen=True, slots=True)
class Reverted:
    """The merged pull request that took the suspects back."""

    pull_url: str
    pull_number: int
    head_sha: str
    merge_sha: str
    merged_at: datetime


@dataclass(frozen=True, slots=True)
class TrbSplit:
    """The time to roll back, from the bad commit being live to production seen healthy."""

    detect_ms: int
    decide_ms: int
    revert_ms: int
    deploy_ms: int
    verify_ms: int

    @property
    def total_ms(self) -> int:
        """All of it."""
        return self.detect_ms + self.decide_ms + self.execute_ms + self.verify_ms

    @property
    def execute_ms(self) -> int:
        """What the RFC (4.3) calls so: revert, pull request, merge and deploy."""
        return self.revert_ms + self.deploy_ms


def split_trb(
    case: RollbackCase, merged_at: datetime, live_at: datetime, healthy_at: datetime
) -> TrbSplit:
    """Split the time to roll back. Clocks differ: what seems to go back in time took none."""
    moments = (case.detected_at, case.decided_at, merged_at, live_at, healthy_at)
    reached = accumulate((case.bad_live_at, *moments), max)
    # Rounded before they are subtracted, so that the parts add up to the whole.
    offsets = [round((moment - case.bad_live_at) / timedelta(milliseconds=1)) for moment in reached]
    return TrbSplit(*(later - earlier for earlier, later in pairwise(offsets)))


# RFC 4.3.
TRB_TARGETS_S: Final[Mapping[str, int]] = {
    "detect": 180,
    "decide": 30,
    "execute": 300,
    "total": 480,
}


def trb_by_target(split: TrbSplit) -> Mapping[str, int]:
    """The milliseconds that count against each of `TRB_TARGETS_S`."""
    return {
        "detect": split.detect_ms,
        "decide": split.decide_ms,
        "execute": split.execute_ms,
        "total": split.total_ms,
    }


def missed_targets(split: TrbSplit) -> tuple[str, ...]:
    """The names of the targets that were not met."""
    took_ms = trb_by_target(split)
    return tuple(name for name, most_s in TRB_TARGETS_S.items() if took_ms[name] > most_s * 1000)


def write_case(case: RollbackCase) -> str:
    """The case as JSON."""
    return json.dumps(asdict(case), default=datetime.isoformat, ensure_ascii=False)


def read_case(text: str) -> RollbackCase:
    """Read what `write_case` wrote. Raises ValueError, KeyError or TypeError."""
    fields: dict[str, Any] = json.loads(text)
    fields["suspects"] = tuple(map(read_suspect, fields["suspects"]))
    fields["evidence"] = tuple(fields["evidence"])
    for name in ("bad_live_at", "detected_at", "decided_at"):
        fields[name] = from_iso(fields[name])
    return RollbackCase(**fields)


def read_suspect(fields: Mapping[str, Any]) -> Suspect:
    """Read one suspect of what `write_case` wrote. Raises ValueError, KeyError or TypeError."""
    return Suspect(**{**fields, "committed_at": from_iso(fields["committed_at"])})
