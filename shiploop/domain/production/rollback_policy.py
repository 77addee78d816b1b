"""The rollback policy: the one place that decides what follows from an unhealthy deploy."""

from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from shiploop.domain.production.health_verdict import HealthState, HealthVerdict


class RollbackMode(StrEnum):
    """What is done about a deploy that should be rolled back (`SHIPLOOP_ROLLBACK`)."""

    AUTO = "auto"
    APPROVAL = "approval"
    SHADOW = "shadow"
    OFF = "off"


def read_mode(text: str | None, default: RollbackMode) -> RollbackMode | None:
    """Read what somebody has set; the default where nothing is, None where it is no mode."""
    word = (text or "").strip().casefold()
    if not word:
        return default
    return next((mode for mode in RollbackMode if mode == word), None)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A commit that came to production since it was last healthy.

    `task_id` is None for what is not a merge of ours, such as a person's commit.
    """

    sha: str
    headline: str
    task_id: str | None
    is_rollback: bool = False
    _: KW_ONLY
    committed_at: datetime


@dataclass(frozen=True, slots=True)
class RollbackFacts:
    """Everything that the decision rests on.

    `baseline`: how production was before the first suspect was live, None when nobody looked.
    `suspects`: oldest first. `within_window`: production began to fail soon enough after them.
    `mode`: None when nobody can read it. `running`: the lead sha of a rollback that has not
    ended and covers one of the suspects or what is live.
    """

    verdict: HealthVerdict
    baseline: HealthState | None
    suspects: tuple[Suspect, ...]
    within_window: bool
    mode: RollbackMode | None
    running: str | None


@dataclass(frozen=True, slots=True)
class Keep:
    """Nothing is known to be wrong with what is live."""

    reason: str


@dataclass(frozen=True, slots=True)
class RollBack:
    """Take all the suspects back as one set, once a person has agreed where that is asked for."""

    suspects: tuple[Suspect, ...]
    needs_approval: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """A person's commit may have done it: an incident, and the person decides."""

    reason: str


@dataclass(frozen=True, slots=True)
class RaiseIncident:
    """Something is wrong that taking a merge back would not mend, or must not."""

    reason: str


@dataclass(frozen=True, slots=True)
class ShadowRollBack:
    """The suspects would be taken back, but we are only asked to tell what we would do."""

    suspects: tuple[Suspect, ...]


@dataclass(frozen=True, slots=True)
class AwaitRollback:
    """A rollback is under way already: it verifies production at its end."""

    lead_sha: str


Decision = Keep | RollBack | Hold | RaiseIncident | ShadowRollBack | AwaitRollback


def decide_rollback(facts: RollbackFacts) -> Decision:
    """Decide on one verdict. What the probes say comes first, then who did it, then the mode."""
    verdict = facts.verdict
    match verdict.state:
        case HealthState.HEALTHY:
            return Keep("production is healthy")
        case HealthState.INCONCLUSIVE:
            return Keep("the probes could not tell how production is")
        case HealthState.UNHEALTHY:
            pass
        case _ as never:
            assert_never(never)
    if facts.running is not None:
        return AwaitRollback(facts.running)
    if verdict.failing_platform or not verdict.failing:
        failing = are_failing(verdict.failing_platform)
        return RaiseIncident(f"an outage that no merge of ours can cause: {failing}")
    return _attribute(facts)


def are_failing(probes: tuple[str, ...]) -> str:
    """Which probes fail, in a few words."""
    return f"{', '.join(probes)} {'is' if len(probes) == 1 else 'are'} failing"


def _attribute(facts: RollbackFacts) -> Decision:
    """The site alone is failing: whose doing is it?"""
    suspects = facts.suspects
    if facts.baseline is HealthState.UNHEALTHY:
        return RaiseIncident("production was already unhealthy before the merge")
    if not suspects:
        return RaiseIncident("nothing was merged since production was last healthy")
    if not facts.within_window:
        return RaiseIncident("the last merge is too long ago to be the cause")
    if rollback := next((one for one in suspects if one.is_rollback), None):
        return RaiseIncident(
            f"{rollback.sha[:12]} is itself a rollback, and a rollback is never rolled back"
        )
    if theirs := [one.sha[:12] for one in suspects if one.task_id is None]:
        return Hold(f"not merged by us, so a person decides: {', '.join(theirs)}")
    return _act(facts.mode, suspects)


def _act(mode: RollbackMode | None, suspects: tuple[Suspect, ...]) -> Decision:
    match mode:
        case None:
            return RaiseIncident("SHIPLOOP_ROLLBACK cannot be read, so nothing is rolled back")
        case RollbackMode.OFF:
            return RaiseIncident("rollback is switched off")
        case RollbackMode.SHADOW:
            return ShadowRollBack(suspects)
        case RollbackMode.APPROVAL | RollbackMode.AUTO:
            return RollBack(suspects, needs_approval=mode is RollbackMode.APPROVAL)
        case _ as never:
            assert_never(never)
