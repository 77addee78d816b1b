import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.delivery.checks import (
    ChecksState,
    ChecksVerdict,
    Conclusion,
    decide_checks,
    read_conclusion,
    would_be_decided,
)

SUCCESS = Conclusion.SUCCESS
PASSING = [Conclusion.SUCCESS, Conclusion.NEUTRAL, Conclusion.SKIPPED]


def test_a_commit_without_checks_is_not_green() -> None:
    assert decide_checks(("faq-gate",), {}).state is ChecksState.PENDING


def test_nothing_is_green_where_nothing_is_required() -> None:
    assert decide_checks((), {"lint": SUCCESS}).state is ChecksState.PENDING


@pytest.mark.parametrize("conclusion", PASSING)
def test_is_green_when_every_required_check_passed(conclusion: Conclusion) -> None:
    verdict = decide_checks(("faq-gate", "lint"), {"faq-gate": conclusion, "lint": SUCCESS})
    assert verdict == ChecksVerdict(ChecksState.GREEN)


@pytest.mark.parametrize("conclusion", [each for each in Conclusion if each not in PASSING])
def test_is_red_and_names_what_failed_even_while_others_run(conclusion: Conclusion) -> None:
    verdict = decide_checks(("faq-gate", "lint"), {"faq-gate": conclusion, "lint": None})
    assert verdict == ChecksVerdict(ChecksState.RED, ("faq-gate",))


def test_waits_while_one_is_running() -> None:
    verdict = decide_checks(("faq-gate", "lint"), {"faq-gate": SUCCESS, "lint": None})
    assert verdict.state is ChecksState.PENDING


@given(st.dictionaries(st.text(), st.sampled_from([*Conclusion, None])))
def test_checks_that_are_not_required_decide_nothing(
    others: dict[str, Conclusion | None],
) -> None:
    conclusions = {**others, "faq-gate": SUCCESS}
    assert decide_checks(("faq-gate",), conclusions).state is ChecksState.GREEN


def test_pending_checks_of_a_conflicting_head_will_never_run() -> None:
    verdict = decide_checks(("faq-gate",), {}, conflicting=True)
    assert verdict == ChecksVerdict(ChecksState.CONFLICTING)


def test_checks_that_concluded_before_a_conflict_came_still_stand() -> None:
    verdict = decide_checks(("faq-gate",), {"faq-gate": SUCCESS}, conflicting=True)
    assert verdict == ChecksVerdict(ChecksState.GREEN)


@pytest.mark.parametrize("told", list(Conclusion))
def test_a_conclusion_is_read_however_github_spells_it(told: Conclusion) -> None:
    assert read_conclusion(told.value) is told
    assert read_conclusion(told.value.upper()) is told


@pytest.mark.parametrize("told", [None, "pending", "PENDING", "EXPECTED", "waiting"])
def test_what_has_not_concluded_has_no_conclusion(told: str | None) -> None:
    assert read_conclusion(told) is None


@given(st.text())
def test_what_github_may_come_to_say_one_day_is_never_green(told: str) -> None:
    conclusion = read_conclusion(told)
    green = decide_checks(("faq-gate",), {"faq-gate": conclusion}).state is ChecksState.GREEN
    assert green is (told.lower() in PASSING)
    if told.lower() not in {*Conclusion, "pending", "expected", "waiting"}:
        assert conclusion is Conclusion.UNKNOWN


@pytest.mark.parametrize(
    ("read", "told", "expected"),
    [
        ({}, {}, False),
        ({}, {"faq-gate": None}, False),
        ({}, {"faq-gate": Conclusion.SUCCESS}, False),  # lint is still to come
        ({}, {"faq-gate": Conclusion.FAILURE}, True),
        ({}, {"faq-gate": Conclusion.SUCCESS, "lint": Conclusion.SUCCESS}, True),
        ({"lint": Conclusion.SUCCESS}, {"faq-gate": Conclusion.SUCCESS}, True),
        ({"lint": Conclusion.SUCCESS}, {"other": Conclusion.SUCCESS}, False),
        ({"lint": Conclusion.FAILURE}, {"faq-gate": Conclusion.SUCCESS}, False),  # decided
    ],
)
def test_what_webhooks_tell_is_read_when_it_would_decide(
    read: dict[str, Conclusion | None], told: dict[str, Conclusion | None], expected: bool
) -> None:
    assert would_be_decided(("faq-gate", "lint"), read, told) is expected
