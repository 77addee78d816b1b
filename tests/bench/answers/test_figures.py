"""What answers come to: shares with their intervals, rows and the judge's calibration."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.answers.asking import Answered, Outcome
from bench.answers.figures import Share, calibration, hits, recall, rows
from bench.answers.questions import Asked

PLACED = Asked(question="How?", answerable=True, place=re.compile("a"))
UNPLACED = Asked(question="Why?", answerable=True)
NOWHERE = Asked(question="What?", answerable=False)


def answered(
    asked: Asked,
    outcome: Outcome,
    right: bool | None = None,
    found: bool | None = None,
    confidence: float | None = None,
) -> Answered:
    return Answered(
        asked, outcome, (), found, 1.0, expected_place=right, kind="k", confidence=confidence
    )


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [  # as R's prop.test(count, of, correct = FALSE) says
        (0, 10, 0.0, 27.8),
        (5, 10, 23.7, 76.3),
        (95, 100, 88.8, 97.8),
        (198, 198, 98.1, 100.0),
        (0, 0, 0.0, 100.0),
    ],
)
def test_an_interval_is_wilsons(count: int, of: int, low: float, high: float) -> None:
    assert Share(count, of).interval == pytest.approx((low, high), abs=0.05)


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_holds_the_share(counted: tuple[int, int]) -> None:
    low, high = Share(*counted).interval
    assert 0 <= low <= Share(*counted).percent + 1e-9
    assert Share(*counted).percent - 1e-9 <= high <= 100


def test_outcomes_are_counted_apart_for_what_has_an_answer_and_what_has_none() -> None:
    auto, suggest, declined = rows(
        [
            answered(PLACED, Outcome.AUTO, right=True),
            answered(PLACED, Outcome.AUTO, right=False),
            answered(UNPLACED, Outcome.AUTO),
            answered(NOWHERE, Outcome.SUGGEST),
            answered(NOWHERE, Outcome.DECLINED),
        ]
    )
    assert (auto.answerable, auto.not_answerable) == (Share(3, 3), Share(0, 2))
    assert auto.right == Share(1, 2)
    assert (suggest.answerable, suggest.not_answerable) == (Share(0, 3), Share(1, 2))
    assert (declined.not_answerable, declined.right) == (Share(1, 2), Share(0, 0))


def test_recall_and_hits_are_of_all_that_have_a_place() -> None:
    asked = [
        answered(PLACED, Outcome.SUGGEST, right=True, found=True),
        answered(PLACED, Outcome.DECLINED, found=True),
        answered(PLACED, Outcome.AUTO, right=False, found=False),
        answered(UNPLACED, Outcome.AUTO),
        answered(NOWHERE, Outcome.AUTO),
    ]
    assert recall(asked) == Share(1, 3)
    assert hits(asked) == Share(2, 3)


def test_the_judge_is_held_to_what_it_vouched_for() -> None:
    auto, suggest = calibration(
        [
            answered(PLACED, Outcome.AUTO, right=True, confidence=0.9),
            answered(NOWHERE, Outcome.AUTO, confidence=0.7),
            answered(UNPLACED, Outcome.AUTO, confidence=0.1),
            answered(PLACED, Outcome.SUGGEST, right=False),
            answered(PLACED, Outcome.DECLINED),
        ]
    )
    assert (auto.outcome, auto.kind, auto.right) == (Outcome.AUTO, "k", Share(1, 2))
    assert auto.confidence == pytest.approx(0.8)
    assert (suggest.right, suggest.confidence) == (Share(0, 1), None)
