"""What was concluded of one deploy: made once per live sha, shared by every task it contains."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from shiploop.domain.production.health_verdict import HealthState
from shiploop.domain.production.rollback import read_suspect
from shiploop.domain.production.rollback_policy import Suspect


class Reaction(StrEnum):
    """What follows from a judgement."""

    KEEP = "keep"
    ROLL_BACK = "roll_back"
    AWAIT_ROLLBACK = "await_rollback"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class PastState:
    """How production was at a moment, and which commit was live; None where it was not told."""

    at: datetime
    state: HealthState
    live_sha: str | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The state of production with one live sha, and what follows from it.

    `lead_sha` names the rollback, where one is under way; `suspects` are the merges that may
    have done it, oldest first; `site_fails` is False where only parts of ours fail.
    """

    live_sha: str
    state: HealthState
    reaction: Reaction
    reason: str
    site_fails: bool = False
    lead_sha: str | None = None
    suspects: tuple[Suspect, ...] = ()
    evidence: tuple[str, ...] = ()


def write_judgement(judgement: Judgement) -> str:
    """The judgement as JSON."""
    return json.dumps(asdict(judgement), default=datetime.isoformat, ensure_ascii=False)


def read_judgement(text: str) -> Judgement:
    """Read what `write_judgement` wrote. Raises ValueError."""
    fields = json.loads(text)
    return Judgement(
        live_sha=fields["live_sha"],
        state=HealthState(fields["state"]),
        reaction=Reaction(fields["reaction"]),
        reason=fields["reason"],
        site_fails=fields["site_fails"],
        lead_sha=fields["lead_sha"],
        suspects=tuple(read_suspect(one) for one in fields["suspects"]),
        evidence=tuple(fields["evidence"]),
    )
