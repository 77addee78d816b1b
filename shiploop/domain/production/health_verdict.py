"""Decides, from samples of probes of one live commit, whether production is well.

Each probe is judged alone, by its lead: a pass adds one to it, a failure takes two from it, an
error of the probe nothing. `pass_limit` passes in a row, or a few more where failures came
between them, make it passing; `failure_limit` failures in a row, or a few more, failing.

A row that every other result breaks, and begins anew, would be simpler and is worse on both
sides: with 5 % flaky failures it takes twice as long, often ends without a verdict, and is
found by chance in a page that fails four times in five. The limits are chosen by simulation:
tests/shiploop/domain/production/test_health_simulation.py.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final, assert_never

from shiploop.domain.production.probe import ProbeResult, ProbeScope, ProbeVerdict, Sample

# Of what is well one look in twenty fails, of what is broken far more do.
_FAILURE_WEIGHT: Final = 2


class HealthState(StrEnum):
    """How production is; inconclusive when the probes could not tell."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class HealthRule:
    """How often is looked, and how much must be seen; `count` is the most samples looked at.

    After more than `consecutive_error_limit` errors in a row a probe is given up.
    """

    interval_s: float = 5.0
    count: int = 30
    pass_limit: int = 5
    failure_limit: int = 6
    consecutive_error_limit: int = 4


@dataclass(frozen=True, slots=True)
class HealthVerdict:
    """What came of it, with a sentence of evidence for each failing probe.

    `failing` are probes of the site; with none of them, only what is not the site's fails.
    `first_failing` is the sample in which the first of them began to fail.
    """

    state: HealthState
    failing: tuple[str, ...]
    failing_platform: tuple[str, ...]
    evidence: tuple[str, ...]
    samples: int
    first_failing: Sample | None


class _State(Enum):
    UNSETTLED = auto()
    PASSING = auto()
    FAILING = auto()
    INCONCLUSIVE = auto()


class _Tally:
    """What one probe has shown so far; samples are counted from 0."""

    def __init__(self, rule: HealthRule, first: ProbeResult) -> None:
        self._rule = rule
        self.name, self.scope = first.name, first.scope
        self._looks = self._passes = self._failures = self._errors_in_row = 0
        self._lead = self._greatest_lead = 0
        self._has_passed = self._failed_last = False
        self._last_failure = ""
        self.failing_since: int | None = None

    def add(self, number: int, result: ProbeResult) -> None:
        """Take the result of one more sample."""
        self._looks += 1
        match result.verdict:
            case ProbeVerdict.PASS:
                self._add_pass()
            case ProbeVerdict.FAIL:
                self._add_failure(number, result.evidence)
            case ProbeVerdict.INCONCLUSIVE:
                self._errors_in_row += 1
            case _ as never:
                assert_never(never)

    def _add_pass(self) -> None:
        self._passes += 1
        self._errors_in_row, self._failed_last = 0, False
        self._lead = min(self._lead + 1, self._rule.pass_limit)
        self._has_passed |= self._lead == self._rule.pass_limit
        if self._lead >= self._greatest_lead:
            self._greatest_lead, self.failing_since = self._lead, None

    def _add_failure(self, number: int, evidence: str) -> None:
        self._failures += 1
        self._errors_in_row, self._failed_last = 0, True
        self._lead = max(self._lead - _FAILURE_WEIGHT, self._lowest_lead)
        if self.failing_since is None:
            self.failing_since = number
        self._last_failure = evidence

    @property
    def _lowest_lead(self) -> int:
        return -_FAILURE_WEIGHT * self._rule.failure_limit

    def state(self, *, at_limit: bool) -> _State:
        """What the probe comes to; at the limit it comes to something in any case."""
        if self._lead == self._lowest_lead:
            return _State.FAILING
        if self._errors_in_row > self._rule.consecutive_error_limit:
            return _State.INCONCLUSIVE
        # The others may be waited for long after it has passed: it must not fail meanwhile.
        if self._has_passed and self._lead > 0 and not self._failed_last:
            return _State.PASSING
        if not at_limit:
            return _State.UNSETTLED
        mostly = self._failures > self._passes and self._failures >= self._rule.failure_limit
        return _State.FAILING if mostly else _State.INCONCLUSIVE

    @property
    def leans_to_fail(self) -> bool:
        """It fails more than it passes, which may yet be nothing."""
        return self._lead < 0

    @property
    def evidence(self) -> str:
        """How often it failed, and what was seen last."""
        return f"{self.name} failed {self._failures} of {self._looks} times: {self._last_failure}"


def decide_health(rule: HealthRule, samples: Sequence[Sample]) -> HealthVerdict | None:
    """Judge production by all its samples so far, oldest first; None: look again.

    A failing site is a verdict at once, unless a probe of the platform seems to fail as well:
    what becomes of that tells a bad deploy from an outage.
    """
    at_limit = len(samples) >= rule.count
    probes = [(tally, tally.state(at_limit=at_limit)) for tally in _tallies(rule, samples)]
    failing = [tally for tally, state in probes if state is _State.FAILING]
    site = [tally for tally in failing if tally.scope is ProbeScope.SITE]
    platform = [tally for tally in failing if tally.scope is ProbeScope.PLATFORM]
    unsettled = [tally for tally, state in probes if state is _State.UNSETTLED]
    if site:
        unsettled = [
            tally
            for tally in unsettled
            if tally.scope is ProbeScope.PLATFORM and tally.leans_to_fail
        ]
    if unsettled or not (probes or at_limit):
        return None
    since = min(
        (tally.failing_since for tally in site if tally.failing_since is not None), default=None
    )
    return HealthVerdict(
        _overall([state for _, state in probes]),
        failing=tuple(tally.name for tally in site),
        failing_platform=tuple(tally.name for tally in platform),
        evidence=tuple(tally.evidence for tally in (*site, *platform)),
        samples=len(samples),
        first_failing=None if since is None else samples[since],
    )


def _overall(states: Sequence[_State]) -> HealthState:
    if _State.FAILING in states:
        return HealthState.UNHEALTHY
    if states and all(state is _State.PASSING for state in states):
        return HealthState.HEALTHY
    return HealthState.INCONCLUSIVE


def _tallies(rule: HealthRule, samples: Sequence[Sample]) -> Collection[_Tally]:
    """One for each probe that decides something, in the order in which they first appear."""
    tallies: dict[str, _Tally] = {}
    for number, taken in enumerate(samples):
        for result in taken.results:
            if result.scope is not ProbeScope.OBSERVED:
                if result.name not in tallies:
                    tallies[result.name] = _Tally(rule, result)
                tallies[result.name].add(number, result)
    return tallies.values()
