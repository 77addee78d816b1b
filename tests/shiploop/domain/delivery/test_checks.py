import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.delivery.checks import ChecksState, ChecksVerdict, decide_checks


def test_a_commit_without_checks_is_not_green() -> None:
    assert decide_checks(("faq-gate",), {}).state is ChecksState.PENDING


def test_nothing_is_green_where_nothing_is_required() -> None:
    assert decide_checks((), {"lint": "success"}).state is ChecksState.PENDING


@pytest.mark.parametrize("conclusion", ["success", "neutral", "skipped"])
def test_is_green_when_every_required_check_passed(conclusion: str) -> None:
    verdict = decide_checks(("faq-gate", "lint"), {"faq-gate": conclusion, "lint": "success"})
    assert verdict == ChecksVerdict(ChecksState.GREEN)


@pytest.mark.parametrize(
    "conclusion", ["failure", "timed_out", "cancelled", "action_required", "stale", "error"]
)
def test_is_red_and_names_what_failed_even_while_others_run(conclusion: str) -> None:
    verdict = decide_checks(("faq-gate", "lint"), {"faq-gate": conclusion, "lint": None})
    assert verdict == ChecksVerdict(ChecksState.RED, ("faq-gate",))


def test_waits_while_one_is_running() -> None:
    verdict = decide_checks(("faq-gate", "lint"), {"faq-gate": "success", "lint": None})
    assert verdict.state is ChecksState.PENDING


@given(st.dictionaries(st.text(), st.sampled_from(["success", "failure", None])))
def test_checks_that_are_not_required_decide_nothing(others: dict[str, str | None]) -> None:
    conclusions = {**others, "faq-gate": "success"}
    assert decide_checks(("faq-gate",), conclusions).state is ChecksState.GREEN


def test_pending_checks_of_a_conflicting_head_will_never_run() -> None:
    verdict = decide_checks(("faq-gate",), {}, conflicting=True)
    assert verdict == ChecksVerdict(ChecksState.CONFLICTING)


def test_checks_that_concluded_before_a_conflict_came_still_stand() -> None:
    verdict = decide_checks(("faq-gate",), {"faq-gate": "success"}, conflicting=True)
    assert verdict == ChecksVerdict(ChecksState.GREEN)
