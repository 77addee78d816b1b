"""The reasons that decisions give: they stand in issues, in Slack and in what the API tells."""

from collections.abc import Callable, Iterable
from typing import Final

import pytest

from shiploop.agents.faq.dialects.dialect import Unwritable
from shiploop.agents.faq.gate.gate import refusal_reason
from shiploop.agents.faq.gate.refusal import Refusal
from shiploop.cli.drill.scenarios import SCENARIOS
from shiploop.domain.production.health_verdict import HealthState, HealthVerdict
from shiploop.domain.production.rollback import RollbackStatus
from shiploop.domain.production.rollback_messages import standing
from shiploop.domain.production.rollback_policy import (
    Hold,
    Keep,
    RaiseIncident,
    RollbackFacts,
    RollbackMode,
    Suspect,
    decide_rollback,
)
from tests.builders import a_suspect
from tests.snapshots.conftest import ReadsAs
from tests.snapshots.story import A_PERSONS, EVIDENCE, NEWER, NEWER_SHA, OLDER


def listed(sentences: Iterable[tuple[str, str]]) -> str:
    """Each sentence below the name of what it is about."""
    return "".join(f"{name}\n    {sentence}\n" for name, sentence in sentences)


def gate_refusals() -> str:
    """Every sentence of the gate, then how it is told that an answer was declined."""
    several = refusal_reason((Refusal.NO_CITATION, Refusal.OUTSIDE_LINK))
    reasons = ((one.name, one.value) for one in (*Refusal, *Unwritable))
    return listed([*reasons, ("two of them", several)])


def rollback_decisions() -> str:
    """What is said of each decision that is not to roll back."""
    return listed((name, _reason(facts)) for name, facts in _UNDECIDED.items())


def _reason(facts: RollbackFacts) -> str:
    decision = decide_rollback(facts)
    assert isinstance(decision, Keep | Hold | RaiseIncident)
    return f"{type(decision).__name__}: {decision.reason}"


def _facts(
    state: HealthState = HealthState.UNHEALTHY,
    *,
    failing: tuple[str, ...] = ("site-home", "site-faq"),
    failing_platform: tuple[str, ...] = (),
    baseline: HealthState | None = HealthState.HEALTHY,
    suspects: tuple[Suspect, ...] = (OLDER, NEWER),
    within_window: bool = True,
    mode: RollbackMode | None = RollbackMode.AUTO,
) -> RollbackFacts:
    verdict = HealthVerdict(state, failing, failing_platform, EVIDENCE, 6, None)
    return RollbackFacts(verdict, baseline, suspects, within_window, mode, running=None)


_UNDECIDED: Final = {
    "healthy": _facts(HealthState.HEALTHY, failing=()),
    "inconclusive": _facts(HealthState.INCONCLUSIVE, failing=()),
    "our own parts fail": _facts(failing=(), failing_platform=("task-route", "runners")),
    "broken before": _facts(baseline=HealthState.UNHEALTHY),
    "nothing merged": _facts(suspects=()),
    "merged long ago": _facts(within_window=False),
    "a rollback": _facts(suspects=(a_suspect(NEWER_SHA, is_rollback=True),)),
    "a person's commit": _facts(suspects=(OLDER, A_PERSONS)),
    "unreadable mode": _facts(mode=None),
    "switched off": _facts(mode=RollbackMode.OFF),
}

TEXTS: Final[dict[str, Callable[[], str]]] = {
    "decisions/gate_refusals.txt": gate_refusals,
    "decisions/rollback_decisions.txt": rollback_decisions,
    "decisions/rollback_standing.txt": lambda: listed(
        (status.name, standing(status)) for status in RollbackStatus
    ),
    "decisions/drills.txt": lambda: listed(
        (fault, f"{scenario.run.__doc__}\n    As it should be: {scenario.ends}.")
        for fault, scenario in SCENARIOS.items()
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_reasons_read_like_this(name: str, reads_as: ReadsAs) -> None:
    reads_as(name, TEXTS[name]())
