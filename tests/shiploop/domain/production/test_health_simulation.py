"""What the health rule makes of deploys whose probes are noisy: its limits are chosen by this.

In each sample each probe errs in 5 % of all cases and says the opposite in another 5 %. Of
100,000 healthy deploys fewer than one is expected to be taken for a bad one: a probe's lead is
at failure_limit with a chance of 3.77 ** -(2 * 6), 3.77 being the root of the random walk.
"""

import random
from collections.abc import Callable, Collection
from datetime import timedelta

import pytest

from shiploop.domain.production.health_verdict import (
    HealthRule,
    HealthState,
    HealthVerdict,
    decide_health,
)
from shiploop.domain.production.probe import ProbeResult, ProbeScope, ProbeVerdict, Sample
from tests.builders import NOON

ERRORS = 0.05
FLAKES = 0.05
SITE = ("home", "healthz", "faq")
PLATFORM = ("api", "runners")
EVERYTHING = SITE + PLATFORM
SEEDS = range(4)

Broken = Callable[[random.Random], Collection[str]]


def always(*names: str) -> Broken:
    return lambda _rng: names


def each_now_and_then(rng: random.Random) -> Collection[str]:
    """Four of five requests fail, whatever they ask for."""
    return [name for name in SITE if rng.random() < 0.8]


def all_now_and_then(rng: random.Random) -> Collection[str]:
    """Four of five times everything fails."""
    return SITE if rng.random() < 0.8 else ()


def one_now_and_then(rng: random.Random) -> Collection[str]:
    """Four of five times one page fails: nothing else gives it away."""
    return ("faq",) if rng.random() < 0.8 else ()


BAD: dict[str, Broken] = {
    "refused": always(*SITE),
    "answers 500": always(*SITE),
    "healthz only": always("healthz"),
    "faq only": always("faq"),
    "home only": always("home"),
    "intermittent": each_now_and_then,
}


def deploy(rng: random.Random, broken: Broken, site: Collection[str] = SITE) -> HealthVerdict:
    """Look at a deploy until there is a verdict."""
    rule = HealthRule()
    samples: list[Sample] = []
    while (verdict := decide_health(rule, samples)) is None:
        bad = broken(rng)
        results = tuple(look(rng, name, name in bad, name in site) for name in EVERYTHING)
        samples.append(Sample(NOON + timedelta(seconds=len(samples)), None, results))
    return verdict


def look(rng: random.Random, name: str, is_bad: bool, of_site: bool) -> ProbeResult:
    drawn = rng.random()
    if drawn < ERRORS:
        verdict = ProbeVerdict.INCONCLUSIVE
    else:
        fails = is_bad != (drawn < ERRORS + FLAKES)
        verdict = ProbeVerdict.FAIL if fails else ProbeVerdict.PASS
    return ProbeResult(name, verdict, "", ProbeScope.SITE if of_site else ProbeScope.PLATFORM)


@pytest.mark.parametrize("seed", SEEDS)
def test_of_1000_healthy_deploys_none_is_taken_for_a_bad_one(seed: int) -> None:
    rng = random.Random(seed)
    verdicts = [deploy(rng, always(), site=EVERYTHING) for _ in range(1000)]
    assert [one for one in verdicts if one.state is HealthState.UNHEALTHY] == []
    assert sum(one.state is HealthState.INCONCLUSIVE for one in verdicts) <= 2
    assert sorted(one.samples for one in verdicts)[500] <= 10


@pytest.mark.parametrize("seed", SEEDS)
def test_of_200_bad_deploys_of_six_kinds_each_is_detected_and_blamed_on_the_site(
    seed: int,
) -> None:
    rng = random.Random(seed)
    kinds = list(BAD.values())
    verdicts = [deploy(rng, kinds[number % len(kinds)]) for number in range(200)]
    assert {one.state for one in verdicts} == {HealthState.UNHEALTHY}
    assert all(one.failing and not one.failing_platform for one in verdicts)
    assert sorted(one.samples for one in verdicts)[100] <= 7


@pytest.mark.parametrize("kind", ["healthz only", "faq only", "home only"])
def test_a_single_bad_probe_is_the_one_that_is_named(kind: str) -> None:
    rng = random.Random(kind)
    name = kind.removesuffix(" only")
    assert {deploy(rng, BAD[kind]).failing for _ in range(100)} == {(name,)}


@pytest.mark.parametrize("broken", [all_now_and_then, one_now_and_then])
def test_what_fails_four_times_in_five_is_hardly_ever_missed(broken: Broken) -> None:
    """A page that passes five times first, with a chance of 0.00024, has to go through."""
    rng = random.Random(0)
    verdicts = [deploy(rng, broken) for _ in range(500)]
    assert sum(one.state is not HealthState.UNHEALTHY for one in verdicts) <= 2


def test_an_outage_is_told_from_a_bad_deploy() -> None:
    rng = random.Random(0)
    verdicts = [deploy(rng, always(*EVERYTHING)) for _ in range(500)]
    assert all(one.failing_platform for one in verdicts)
    verdicts = [deploy(rng, always(*PLATFORM)) for _ in range(200)]
    assert {one.failing for one in verdicts} == {()}
    assert {one.state for one in verdicts} == {HealthState.UNHEALTHY}
