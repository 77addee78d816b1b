"""`done` is what the RFC calls success (5.3.1), and every failure has its kind (5.3.2).

The flow alone, over steps that end as they are told; how each step comes to end so, its own
tests and the whole stack's tests show.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import pytest

from flows import closed_loop
from shiploop import errors
from shiploop.bootstrap import SettingMissing
from shiploop.domain.delivery.change import Declined, Source
from shiploop.domain.delivery.checks import ChecksState, ChecksVerdict
from shiploop.domain.delivery.merge_gate import Conflicted
from shiploop.domain.delivery.pull_request import Base, OwnPullRequest
from shiploop.domain.delivery.task import (
    REJECTED,
    FailureKind,
    Merge,
    Outcome,
    Status,
    Waiting,
    WaitingFor,
    declined,
    failed,
    there_already,
)
from shiploop.domain.production.health_verdict import HealthState
from shiploop.domain.production.judgement import Judgement, Reaction
from shiploop.domain.production.live import Live, NotLive, WhyNotLive
from tasks import tidy_up
from tests.builders import NOON, a_proposal, a_pull_request, a_task

MERGE = Merge("c" * 40, NOON)
ENTRY_URL = "http://127.0.0.1/faq#entry"
GREEN, RED, PENDING, CONFLICTING = (
    ChecksVerdict(state)
    for state in (
        ChecksState.GREEN,
        ChecksState.RED,
        ChecksState.PENDING,
        ChecksState.CONFLICTING,
    )
)
REFUSED = failed(FailureKind.MERGE_REFUSED, "somebody else has pushed to the branch")
FROZEN = failed(FailureKind.FROZEN, "merges are frozen: the error budget is spent")
RULED_OUT = failed(FailureKind.RULES, "main asks for signed commits")
BROKEN = failed(FailureKind.UNHEALTHY_DEPLOY, "site-home failing", MERGE)
UNSURE = failed(FailureKind.UNVERIFIED, "the probes could not tell", MERGE)

BASE = Base(
    "R_1",
    "acme/docs",
    "a" * 40,
    {"docs/FAQ.md": "# FAQ\n"},
    "shiploop-bot",
    ("faq-gate",),
    "acme/docs@main",
)
OWN = OwnPullRequest(
    a_pull_request(), "shiploop-bot", "a" * 40, ("docs/FAQ.md",), ("faq-gate",), is_exact_edit=True
)
LATE, NOT_BUILT, SKIPPED = (
    NotLive(why, "it is not live")
    for why in (WhyNotLive.LATE, WhyNotLive.FAILED, WhyNotLive.SKIPPED)
)
THERE = there_already("the FAQ answers this already", ENTRY_URL)

WELL: Final[Mapping[str, object]] = {
    "begin_task": a_task(),
    "refuse_by_rules": None,
    "begin_reading": BASE,
    "draft_change": a_proposal(),
    "find_already_there": None,
    "open_pull_request": OWN,
    "heed_people": OWN,
    "begin_baseline": None,
    "wait_for_checks": GREEN,
    "rebuild_pull_request": replace(OWN, written_sha="b" * 40, edit=2),
    "merge_pull_request": MERGE,
    "wait_until_live": Live(MERGE.sha, NOON),
    "judge_deploy": Judgement(MERGE.sha, HealthState.HEALTHY, Reaction.KEEP, "it is healthy"),
    "react_to_deploy": None,
    "verify_live_change": ENTRY_URL,
}
BEGUN = frozenset({"begin_reading", "begin_baseline"})  # they end when they are waited for
AFTER_THE_MERGE = ("wait_until_live", "judge_deploy", "react_to_deploy", "verify_live_change")

Ship = Callable[..., Outcome]


@dataclass(frozen=True, slots=True)
class Step:
    """A step that ends like this, whether it is called or waited for."""

    ending: object

    def __call__(self, *_arguments: object, **_options: object) -> object:
        if isinstance(self.ending, Exception):
            raise self.ending
        return self.ending

    def result(self) -> object:
        return self()


def not_live(missing: NotLive, merge: Merge) -> Outcome:
    return failed(missing.why.failure_kind, missing.reason, merge)


@pytest.fixture
def ship(monkeypatch: pytest.MonkeyPatch) -> Ship:
    """Run the flow's own body: all goes well but for what is told."""

    def run(**otherwise: object) -> Outcome:
        for name, ending in {**WELL, **otherwise}.items():
            step = Step(Step(ending)) if name in BEGUN else Step(ending)
            monkeypatch.setattr(closed_loop, name, step)
        monkeypatch.setattr(closed_loop, "react_to_missing_deploy", not_live)
        monkeypatch.setattr(tidy_up, "tidy_up", Step(None))
        outcome = closed_loop.closed_loop.fn("What is the worker heartbeat mechanism?").data
        assert isinstance(outcome, Outcome)
        return outcome

    return run


def test_done_is_exactly_what_the_rfc_calls_success(ship: Ship) -> None:
    ends = {
        "open_pull_request": (WELL["open_pull_request"], errors.GitHubRefused("no", 422)),
        "wait_for_checks": (GREEN, RED, PENDING, CONFLICTING),
        "merge_pull_request": (MERGE, REFUSED, FROZEN, Conflicted(), errors.MergeNotReady("405")),
        "wait_until_live": (WELL["wait_until_live"], LATE, NOT_BUILT),
        "react_to_deploy": (None, BROKEN, UNSURE),
        "verify_live_change": (ENTRY_URL, None),
    }
    for road in product(*ends.values()):
        opened, checks, merged, live, reaction, entry = road
        outcome = ship(**dict(zip(ends, road, strict=True)))
        # RFC 5.3.1, a line each; that a reader can see the answer is our own condition.
        created = isinstance(opened, OwnPullRequest)  # "PR 成功建立"
        passed = checks == GREEN  # "CI 全部通過"
        was_merged = merged == MERGE  # "Auto-merge 成功"
        healthy = isinstance(live, Live) and reaction is None  # "Post-deploy health check 通過"
        succeeded = created and passed and was_merged and healthy and entry == ENTRY_URL
        assert (outcome.status is Status.DONE) is succeeded, road
        if succeeded:
            assert (outcome.merge, outcome.entry_url) == (MERGE, ENTRY_URL)
        else:
            assert (outcome.status, outcome.entry_url) == (Status.ERROR, None), road
            assert outcome.failure_kind is not None, road


LIMITED = errors.GitHubRateLimited("slow down")
REACHING_GITHUB = (
    "begin_reading",
    "draft_change",
    "open_pull_request",
    "wait_for_checks",
    "merge_pull_request",
)
FAILURES: list[tuple[str, object, FailureKind]] = [
    # RFC 5.3.2: "GitHub API 失敗（rate limit）", once trying again has not helped.
    *((step, LIMITED, FailureKind.GITHUB) for step in REACHING_GITHUB),
    ("draft_change", errors.MirrorUnavailable("git"), FailureKind.GITHUB),
    # RFC 5.3.2: "CI 失敗（code issue）"
    ("wait_for_checks", RED, FailureKind.CI_FAILED),
    ("wait_for_checks", PENDING, FailureKind.CI_TIMEOUT),
    # RFC 5.3.2: "Auto-merge 失敗（權限）"
    ("merge_pull_request", REFUSED, FailureKind.MERGE_REFUSED),
    ("merge_pull_request", errors.MergeNotReady("405"), FailureKind.MERGE_REFUSED),
    ("merge_pull_request", errors.GitHubUnauthorized("403", "Give a right"), FailureKind.GITHUB),
    # What the RFC has no row for.
    ("merge_pull_request", FROZEN, FailureKind.FROZEN),
    ("merge_pull_request", Conflicted(), FailureKind.CONFLICT),
    ("wait_for_checks", CONFLICTING, FailureKind.CONFLICT),
    ("open_pull_request", errors.DeadlinePassed("late"), FailureKind.DEADLINE),
    ("wait_for_checks", errors.TaskCancelled("cancelled"), FailureKind.CANCELLED),
    ("wait_until_live", LATE, FailureKind.NEVER_LIVE),
    ("wait_until_live", NOT_BUILT, FailureKind.DEPLOY_FAILED),
    ("wait_until_live", SKIPPED, FailureKind.DEPLOY_SKIPPED),
    ("wait_until_live", LIMITED, FailureKind.UNVERIFIED),
    ("judge_deploy", LIMITED, FailureKind.UNVERIFIED),
    ("react_to_deploy", BROKEN, FailureKind.UNHEALTHY_DEPLOY),
    ("react_to_deploy", UNSURE, FailureKind.UNVERIFIED),
    ("verify_live_change", None, FailureKind.UNVERIFIED),
    ("refuse_by_rules", RULED_OUT, FailureKind.RULES),
    ("open_pull_request", RULED_OUT, FailureKind.RULES),
    ("merge_pull_request", RULED_OUT, FailureKind.RULES),
    ("draft_change", errors.UnknownTask("who?"), FailureKind.INTERNAL),
    ("open_pull_request", SettingMissing("IT is not set"), FailureKind.INTERNAL),
]


@pytest.mark.parametrize(("step", "ending", "kind"), FAILURES)
def test_a_step_that_fails_ends_the_task_as_the_kind_that_somebody_can_act_on(
    ship: Ship, step: str, ending: object, kind: FailureKind
) -> None:
    outcome = ship(**{step: ending})
    assert (outcome.status, outcome.failure_kind) == (Status.ERROR, kind)
    # Every merged task has its TTE, whatever came after.
    assert outcome.merge == (MERGE if step in AFTER_THE_MERGE else None)


def test_every_kind_of_failure_is_some_steps() -> None:
    # RFC 5.3.2: "Worker crash". No step tells of it: see test_executor.py.
    assert {kind for _, _, kind in FAILURES} == set(FailureKind) - {FailureKind.CRASHED}


def test_a_declined_question_is_neither_success_nor_failure(ship: Ship) -> None:
    closest = (Source("docs/workers.md", "heartbeats", "Workers › Heartbeats"),)
    outcome = ship(draft_change=Declined("the documents do not answer this question", closest))
    assert (outcome.status, outcome.failure_kind, outcome.merge) == (Status.DECLINED, None, None)
    assert outcome.reason == "the documents do not answer this question"
    assert outcome.closest == closest


def test_what_the_files_hold_already_is_declined_whatever_was_drafted(ship: Ship) -> None:
    unreached = AssertionError("a change that is there was opened")
    for drafted in (a_proposal(), Declined("the documents do not answer this question")):
        steps = {"draft_change": drafted, "open_pull_request": unreached}
        assert ship(find_already_there=THERE, **steps) == THERE


def test_what_the_files_hold_by_the_time_that_it_is_opened_or_made_again_is_declined(
    ship: Ship,
) -> None:
    unreached = AssertionError("a change that is there was merged")
    assert ship(open_pull_request=THERE, wait_for_checks=unreached) == THERE
    steps = {"wait_for_checks": CONFLICTING, "merge_pull_request": unreached}
    assert ship(rebuild_pull_request=THERE, **steps) == THERE
    assert ship(rebuild_pull_request=THERE, merge_pull_request=Conflicted()) == THERE


def test_a_resumed_task_that_had_merged_is_done_once_it_is_seen_live(ship: Ship) -> None:
    merged = replace(a_task(), merge=MERGE)
    never = errors.GitHubRefused("this step is not for it", 422)
    steps = ("open_pull_request", "wait_for_checks", "merge_pull_request")
    outcome = ship(begin_task=merged, **dict.fromkeys(steps, never))
    assert (outcome.status, outcome.merge) == (Status.DONE, MERGE)
    outcome = ship(begin_task=merged, react_to_deploy=BROKEN)
    assert (outcome.failure_kind, outcome.merge) == (FailureKind.UNHEALTHY_DEPLOY, MERGE)


def test_what_the_gate_refuses_is_declined_and_waits_for_nothing(ship: Ship) -> None:
    refused = declined("the answer was not safe to ship: The answer shows an image.")
    unreached = AssertionError("a refused answer went on")
    assert ship(open_pull_request=refused, wait_for_checks=unreached) == refused


@pytest.mark.parametrize("step", ["heed_people", "merge_pull_request"])
def test_a_task_that_waits_for_a_person_goes_no_further_and_is_not_tidied_up(
    monkeypatch: pytest.MonkeyPatch, ship: Ship, step: str
) -> None:
    waiting = Waiting(WaitingFor.REVIEW, "nobody has approved it yet", "PR_1", ("a" * 40,))
    ship()
    monkeypatch.setattr(closed_loop, step, Step(waiting))
    monkeypatch.setattr(closed_loop, "wait_until_live", Step(AssertionError("it goes further")))
    monkeypatch.setattr(tidy_up, "tidy_up", Step(AssertionError("it is tidied up")))
    state = closed_loop.closed_loop.fn()
    assert (state.name, state.data, state.is_completed()) == ("Waiting", waiting, True)


def test_what_a_person_has_merged_is_seen_live(ship: Ship) -> None:
    assert ship(heed_people=MERGE).status is Status.DONE
    rejected = declined(REJECTED)
    assert ship(heed_people=rejected) == rejected
