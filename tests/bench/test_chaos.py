"""What counts as a loss, and which runner is killed where."""

from collections import Counter
from dataclasses import replace

import pytest

from bench.chaos.evidence import Evidence, losses
from bench.chaos.kills import POINTS, plan

ONE = {"a": 1}
WELL = Evidence(
    tasks={"a": {"status": "done"}},
    outcomes=ONE,
    pull_requests=ONE,
    closed={},
    merged=ONE,
    commits=ONE,
    entries=ONE,
    branches=(),
    successes=1,
    failures=0,
    backlog=0,
)


def test_a_task_that_was_shipped_once_is_no_loss() -> None:
    assert losses(["a"], WELL) == ()


@pytest.mark.parametrize(
    ("evidence", "loss"),
    [
        (replace(WELL, tasks={}), "a: nobody knows of it any more"),
        (
            replace(
                WELL, tasks={"a": {"status": "error", "failure_kind": "crashed", "error": "why"}}
            ),
            "a: error crashed, why",
        ),
        (replace(WELL, outcomes={"a": 2}), "a: 2 outcomes"),
        (replace(WELL, pull_requests={"a": 2}), "a: 2 pull requests"),
        (replace(WELL, merged={}), "a: 0 merged pull requests"),
        (replace(WELL, commits={"a": 2}), "a: 2 commits on main"),
        (replace(WELL, entries={}), "a: 0 entries in the FAQ"),
        (replace(WELL, branches=("orchestrator/faq-a",)), "branch left behind: orchestrator/faq-a"),
        (replace(WELL, backlog=2), "2 entries are left on the queue"),
        (replace(WELL, successes=2), "the counters say 2 successes and 0 failures of 1 tasks"),
        (replace(WELL, failures=1), "the counters say 1 successes and 1 failures of 1 tasks"),
    ],
)
def test_everything_else_is_one(evidence: Evidence, loss: str) -> None:
    assert losses(["a"], evidence) == (loss,)


def test_what_a_late_runner_opened_and_closed_is_no_loss() -> None:
    evidence = replace(WELL, pull_requests={"a": 2}, closed={"a": 1})
    assert losses(["a"], evidence, late=True) == ()
    assert losses(["a"], evidence) == ("a: 2 pull requests",)
    assert losses(["a"], replace(evidence, closed={}), late=True) == ("a: 2 pull requests",)


def test_one_task_for_two_questions_is_a_loss() -> None:
    assert "a: two questions were given the same task" in losses(["a", "a"], WELL)


def test_a_seed_gives_the_same_plan_again_and_another_seed_another() -> None:
    assert plan(200, seed=1) == plan(200, seed=1) != plan(200, seed=2)


def test_every_point_kills_as_often_as_the_others() -> None:
    assert max(Counter(plan(200, seed=1)).values()) - min(Counter(plan(200, seed=1)).values()) <= 1
    assert set(plan(len(POINTS), seed=1)) == set(POINTS)
