from dataclasses import replace
from typing import Any

import pytest

from shiploop.domain.production.health_verdict import HealthState, HealthVerdict
from shiploop.domain.production.rollback_policy import (
    AwaitRollback,
    Hold,
    Keep,
    RaiseIncident,
    RollBack,
    RollbackFacts,
    RollbackMode,
    ShadowRollBack,
    Suspect,
    decide_rollback,
    read_mode,
)
from tests.builders import NOON, TASK_ID

OURS = Suspect("a" * 40, "Update FAQ - Is it?", TASK_ID, committed_at=NOON)
ALSO_OURS = replace(OURS, sha="b" * 40)
THEIRS = replace(OURS, sha="c" * 40, task_id=None)
ROLLBACK = replace(THEIRS, sha="d" * 40, is_rollback=True)


def verdict(state: HealthState, *failing: str, platform: tuple[str, ...] = ()) -> HealthVerdict:
    return HealthVerdict(state, failing, platform, (), samples=6, first_failing=None)


HEALTHY = verdict(HealthState.HEALTHY)
INCONCLUSIVE = verdict(HealthState.INCONCLUSIVE)
UNHEALTHY = verdict(HealthState.UNHEALTHY, "home")
OUTAGE = verdict(HealthState.UNHEALTHY, "home", platform=("api",))
PLATFORM_ONLY = verdict(HealthState.UNHEALTHY, platform=("api",))


def facts(**changes: Any) -> RollbackFacts:
    plain = RollbackFacts(
        verdict=UNHEALTHY,
        baseline=HealthState.HEALTHY,
        suspects=(OURS, ALSO_OURS),
        within_window=True,
        mode=RollbackMode.AUTO,
        running=None,
    )
    return replace(plain, **changes)


def test_takes_back_all_that_is_ours_as_one_set() -> None:
    assert decide_rollback(facts()) == RollBack((OURS, ALSO_OURS), needs_approval=False)


@pytest.mark.parametrize("baseline", [None, HealthState.INCONCLUSIVE])
def test_a_baseline_that_nobody_knows_saves_no_merge(baseline: HealthState | None) -> None:
    assert isinstance(decide_rollback(facts(baseline=baseline)), RollBack)


def test_approval_asks_a_person_first() -> None:
    decision = decide_rollback(facts(mode=RollbackMode.APPROVAL))
    assert decision == RollBack((OURS, ALSO_OURS), needs_approval=True)


def test_shadow_only_tells() -> None:
    decision = decide_rollback(facts(mode=RollbackMode.SHADOW))
    assert decision == ShadowRollBack((OURS, ALSO_OURS))


# In the order in which they are asked: each outranks all that come after it.
RULES: list[tuple[dict[str, Any], type, str]] = [
    ({"verdict": HEALTHY}, Keep, "healthy"),
    ({"verdict": INCONCLUSIVE}, Keep, "could not tell"),
    ({"running": "e" * 40}, AwaitRollback, "e" * 40),
    ({"verdict": OUTAGE}, RaiseIncident, "api"),
    ({"verdict": PLATFORM_ONLY}, RaiseIncident, "api"),
    ({"baseline": HealthState.UNHEALTHY}, RaiseIncident, "already unhealthy before the merge"),
    ({"suspects": ()}, RaiseIncident, "nothing was merged"),
    ({"within_window": False}, RaiseIncident, "too long ago"),
    ({"suspects": (OURS, ROLLBACK, THEIRS)}, RaiseIncident, "d" * 12),
    ({"suspects": (OURS, THEIRS)}, Hold, "c" * 12),
    ({"mode": None}, RaiseIncident, "SHIPLOOP_ROLLBACK cannot be read"),
    ({"mode": RollbackMode.OFF}, RaiseIncident, "switched off"),
    ({"mode": RollbackMode.SHADOW}, ShadowRollBack, ""),
]


@pytest.mark.parametrize(("change", "kind", "says"), RULES)
def test_each_reason_not_to_roll_back_is_enough(
    change: dict[str, Any], kind: type, says: str
) -> None:
    decision = decide_rollback(facts(**change))
    assert type(decision) is kind
    assert says in str(decision)


@pytest.mark.parametrize("rank", range(len(RULES)))
def test_the_first_of_several_reasons_is_the_one_that_counts(rank: int) -> None:
    change, kind, says = RULES[rank]
    everything: dict[str, Any] = {}
    for other, _, _ in reversed(RULES[rank:]):
        everything |= other
    decision = decide_rollback(facts(**everything))
    assert everything | change == everything
    assert type(decision) is kind
    assert says in str(decision)


def test_only_a_commit_of_ours_is_ever_taken_back() -> None:
    for suspects in [(THEIRS,), (OURS, THEIRS), (THEIRS, OURS), (ROLLBACK,), (ROLLBACK, OURS)]:
        assert isinstance(decide_rollback(facts(suspects=suspects)), Hold | RaiseIncident)


@pytest.mark.parametrize("mode", RollbackMode)
def test_a_mode_is_read_however_it_is_written(mode: RollbackMode) -> None:
    assert read_mode(f" {mode.upper()}\n", RollbackMode.OFF) is mode


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_without_a_mode_the_default_holds(text: str | None) -> None:
    assert read_mode(text, RollbackMode.SHADOW) is RollbackMode.SHADOW


@pytest.mark.parametrize("text", ["yes", "auto,off", "autox", "1", "ＡＵＴＯ", "\x00"])
def test_what_is_no_mode_cannot_be_read(text: str) -> None:
    assert read_mode(text, RollbackMode.AUTO) is None
