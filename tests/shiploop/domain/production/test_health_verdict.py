from dataclasses import replace
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

RULE = HealthRule(pass_limit=3, failure_limit=3, consecutive_error_limit=2, count=12)
VERDICTS = {".": ProbeVerdict.PASS, "F": ProbeVerdict.FAIL, "?": ProbeVerdict.INCONCLUSIVE}
SCOPES = {"api": ProbeScope.PLATFORM, "runners": ProbeScope.PLATFORM, "sentry": ProbeScope.OBSERVED}


def samples(**probes: str) -> tuple[Sample, ...]:
    """Samples from what each probe said in turn: `.` pass, `F` fail, `?` error, space nothing."""
    length = max(map(len, probes.values()), default=0)
    return tuple(
        Sample(
            NOON + timedelta(seconds=number),
            "a" * 40,
            tuple(
                ProbeResult(name, VERDICTS[said[number]], f"seen {number}", scope_of(name))
                for name, said in probes.items()
                if said[number : number + 1].strip()
            ),
        )
        for number in range(length)
    )


def scope_of(name: str) -> ProbeScope:
    return SCOPES.get(name, ProbeScope.SITE)


def decided(rule: HealthRule = RULE, **probes: str) -> HealthVerdict:
    """The verdict after all samples, which has to come with the last of them."""
    taken = samples(**probes)
    early = [decide_health(rule, taken[:number]) for number in range(len(taken))]
    assert early == [None] * len(taken)
    verdict = decide_health(rule, taken)
    assert verdict is not None
    return verdict


@pytest.mark.parametrize("said", ["...", "??...", ".?.?.", "F.....", ".F....", "..F..."])
def test_is_healthy_after_enough_passes_and_more_where_there_were_failures(said: str) -> None:
    verdict = decided(home=said)
    assert verdict == HealthVerdict(HealthState.HEALTHY, (), (), (), len(said), None)


@pytest.mark.parametrize("said", ["FFF", "F?F?F", ".FFFF", "F.FFF", "FF.FF", "..FFFF"])
def test_is_unhealthy_after_enough_failures_and_more_where_there_were_passes(said: str) -> None:
    verdict = decided(home=said)
    assert (verdict.state, verdict.failing) == (HealthState.UNHEALTHY, ("home",))


def test_every_probe_has_to_pass() -> None:
    assert decided(home="...   ", faq="F.....", api="?..?. ").state is HealthState.HEALTHY


def test_one_failing_probe_of_the_site_is_enough_and_nothing_else_is_waited_for() -> None:
    verdict = decided(home="FFF", faq="F.?", healthz=".?.", api=".?.")
    assert verdict.state is HealthState.UNHEALTHY
    assert verdict.failing == ("home",)
    assert verdict.failing_platform == ()


def test_says_for_each_failing_probe_what_was_seen_of_it() -> None:
    assert decided(home=".FFFF", api="  FFF").evidence == (
        "home failed 4 of 5 times: seen 4",
        "api failed 3 of 3 times: seen 4",
    )


@pytest.mark.parametrize(
    ("said", "began"), [("FFF", 0), (".FFFF", 1), ("F.FFF", 0), ("..F?FFF", 2), ("F...FFFF", 4)]
)
def test_names_the_round_in_which_the_probe_began_to_fail(said: str, began: int) -> None:
    assert decided(home=said).first_failing == samples(home=said)[began]


def test_the_first_of_several_failing_probes_tells_when_it_began() -> None:
    taken = samples(home="  FFF", faq=".FF?FF")
    verdict = decide_health(RULE, taken)
    assert verdict is not None
    assert verdict.failing == ("faq", "home")
    assert verdict.first_failing == taken[1]


def test_a_probe_that_has_passed_is_seen_to_fail_while_another_is_waited_for() -> None:
    verdict = decided(home="...?FFFFF", faq="F.F.?F.F.")
    assert (verdict.state, verdict.failing) == (HealthState.UNHEALTHY, ("home",))


def test_is_not_healthy_while_what_has_passed_fails() -> None:
    assert decided(home="...F.", faq="?...?").state is HealthState.HEALTHY


# --- outages ---------------------------------------------------------------------------------


def test_only_the_platform_failing_is_unhealthy_without_a_failing_probe_of_the_site() -> None:
    verdict = decided(home="...", api="FFF")
    assert (verdict.state, verdict.failing) == (HealthState.UNHEALTHY, ())
    assert verdict.failing_platform == ("api",)
    assert verdict.first_failing is None


def test_a_failing_platform_waits_for_what_becomes_of_the_site() -> None:
    assert decided(home="?F.....", api="FFFFFFF").failing_platform == ("api",)


def test_an_outage_names_both() -> None:
    verdict = decided(home="FFF", api="FFF", runners="...")
    assert (verdict.failing, verdict.failing_platform) == (("home",), ("api",))


def test_a_site_that_fails_waits_for_a_platform_that_seems_to_fail_as_well() -> None:
    assert decided(home="FFFF", api="?FFF").failing_platform == ("api",)
    assert decided(home="FFFF", api="F?..").failing_platform == ()


def test_one_failure_of_a_passing_platform_is_no_outage() -> None:
    assert decided(home=".FFFF", api="...F.").failing_platform == ()


# --- what cannot be known --------------------------------------------------------------------


def test_a_probe_with_too_many_errors_in_a_row_is_given_up() -> None:
    assert decided(home="...", faq="???").state is HealthState.INCONCLUSIVE
    assert decided(home="...", faq="??.??.?.").state is HealthState.HEALTHY


def test_a_probe_that_cannot_tell_hides_no_failing_one() -> None:
    assert decided(home=".FFFF", faq="?????").failing == ("home",)


def test_at_the_limit_more_failures_than_passes_are_a_failing_probe() -> None:
    verdict = decided(home="F.F..FF..F.F", rule=replace(RULE, failure_limit=6))
    assert verdict.state is HealthState.INCONCLUSIVE
    verdict = decided(home="F..F..F?FF.F", rule=replace(RULE, failure_limit=6))
    assert verdict.failing == ("home",)
    assert verdict.first_failing is not None


def test_a_few_failures_among_errors_are_no_failing_probe() -> None:
    verdict = decided(home="??F??.??F??F", rule=replace(RULE, failure_limit=4))
    assert verdict.state is HealthState.INCONCLUSIVE


def test_without_a_probe_that_decides_nothing_is_known() -> None:
    assert decide_health(RULE, ()) is None
    assert decided(sentry="F" * RULE.count).state is HealthState.INCONCLUSIVE


def test_what_is_only_observed_decides_nothing() -> None:
    assert decided(home="...", sentry="FFF").state is HealthState.HEALTHY
    verdict = decided(home="FFF", sentry="FFF")
    assert (verdict.failing, verdict.failing_platform) == (("home",), ())


@pytest.mark.parametrize(("said", "rounds_taken"), [(".", 5), ("F", 6)])
def test_a_clean_verdict_takes_few_rounds(said: str, rounds_taken: int) -> None:
    assert decided(home=said * rounds_taken, rule=HealthRule()).samples == rounds_taken
