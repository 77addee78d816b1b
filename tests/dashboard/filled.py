"""Stores with a day in them, filled the way the loop fills them."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from shiploop.bootstrap import Services
from shiploop.domain.delivery.autonomy import Harm
from shiploop.domain.delivery.task import (
    FailureKind,
    Merge,
    Outcome,
    Stage,
    Waiting,
    WaitingFor,
    declined,
    done,
    failed,
)
from shiploop.domain.objectives.alerts import Alert, AlertKind, AlertState
from shiploop.domain.production.rollback import RollbackCase, RollbackStatus, TrbSplit
from shiploop.stores.intake import Accepted
from shiploop.stores.tasks import Lease
from tests.builders import a_request, a_rollback_case

CONSUMER = "runner-of-tests"
_LIMIT = 1_000_000
# The stages that lead to the merge, and the share of the time to it that each begins after.
_ROAD = (
    (Stage.DRAFTING, 0.05),
    (Stage.OPENING, 0.2),
    (Stage.CHECKING, 0.35),
    (Stage.MERGING, 0.9),
    (Stage.DEPLOYING, 1.0),
    (Stage.VERIFYING, 1.3),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that a runner has taken."""

    task_id: str
    accepted_at: datetime
    lease: Lease


def ask(services: Services, question: str, now: datetime, prefect_run: bool = True) -> str:
    """Accept a question; returns its task."""
    run_id = str(uuid.uuid4()) if prefect_run else ""
    accepted = services.intake.accept(
        str(uuid.uuid4()), a_request(question), now, _LIMIT, prefect_run_id=run_id
    )
    assert isinstance(accepted, Accepted)
    assert not accepted.duplicate
    return accepted.task_id


def take(services: Services, question: str, now: datetime) -> Asked:
    """Accept a question, and let a runner take it."""
    task_id = ask(services, question, now)
    (item,) = services.task_queue.take(CONSUMER, 1, 50)
    services.tasks.start(task_id, now, worker_id=CONSUMER)
    return Asked(task_id, now, Lease(CONSUMER, item.item_id))


def walk(services: Services, asked: Asked, tte: timedelta, until: Stage = Stage.VERIFYING) -> None:
    """Go along the road as far as a stage."""
    for stage, share in _ROAD:
        at = asked.accepted_at + share * tte
        services.tasks.enter_stage(asked.task_id, stage, at)
        if stage is Stage.CHECKING:
            url = f"http://127.0.0.1:8090/acme/shiploop-docs/pull/{int(tte.total_seconds() * 10)}"
            services.tasks.note(asked.task_id, at, pr_url=url, state="open", generator="extractive")
        if stage is until:
            return


def settle(services: Services, asked: Asked, outcome: Outcome, now: datetime) -> str:
    """End a run; returns its task."""
    run = services.tasks.load(asked.task_id)
    assert run is not None
    assert services.outcomes.settle(run, asked.lease, outcome, now) == "settled"
    return asked.task_id


def merge_of(asked: Asked, tte: timedelta) -> Merge:
    return Merge(asked.task_id.replace("-", "") + "00000000", asked.accepted_at + tte)


def succeed(services: Services, question: str, now: datetime, tte_s: float) -> str:
    """A question whose answer went live."""
    asked, tte = take(services, question, now), timedelta(seconds=tte_s)
    walk(services, asked, tte)
    entry = f"http://127.0.0.1:8091/faq#{asked.task_id}"
    return settle(services, asked, done(merge_of(asked, tte), entry), now + 1.5 * tte)


def fail(
    services: Services,
    question: str,
    now: datetime,
    kind: FailureKind,
    reason: str,
    merged: bool = False,
) -> str:
    """A question that ended as an error."""
    asked, tte = take(services, question, now), timedelta(seconds=21)
    walk(services, asked, tte, Stage.VERIFYING if merged else Stage.CHECKING)
    outcome = failed(kind, reason, merge_of(asked, tte) if merged else None)
    return settle(services, asked, outcome, now + 2 * tte)


def decline(services: Services, question: str, now: datetime) -> str:
    """A question that the documents do not answer."""
    asked = take(services, question, now)
    walk(services, asked, timedelta(seconds=4), Stage.DRAFTING)
    reason = "the repository's documents do not answer this question"
    return settle(services, asked, declined(reason), now + timedelta(seconds=1))


def fill_day(services: Services, now: datetime) -> None:
    """Runs of every kind until now, a rollback, an alert and a runner.

    Yesterday's are there too, so that the last 24 hours are not empty just after midnight.
    """
    services.task_queue.create_group()
    asked: list[tuple[datetime, Callable[[datetime], str]]] = [
        *(
            (now - timedelta(minutes=11 * each + 3), _success(services, each))
            for each in range(120)
        ),
        *(
            (now - timedelta(minutes=67 * number + 12), _failure(services, number, kind))
            for number, kind in enumerate([*FailureKind, FailureKind.CI_FAILED])
        ),
        (now - timedelta(minutes=7), partial(decline, services, "What is the meaning of life?")),
    ]
    for at, end in sorted(asked, key=lambda each: each[0]):
        end(at)
    services.tasks.note_rollback(
        fail(
            services,
            "如何重設密碼？ <b>*Not* bold</b> & `no` [link](http://elsewhere.example)",
            now - timedelta(minutes=2),
            FailureKind.UNHEALTHY_DEPLOY,
            "site-home failed 6 of 6 times: / answers 500",
            merged=True,
        ),
        now,
        rollback="healthy",
        rollback_pr_url="http://127.0.0.1:8090/acme/shiploop-docs/pull/99",
        incident_url="http://127.0.0.1:8090/acme/shiploop-docs/issues/100",
        trb_ms="41234",
    )
    succeed(services, "What has just ended?", now - timedelta(seconds=2), 1.4)  # today for sure
    roll_back(services, now)
    suggest(services, now)
    under_way(services, now)
    beat(services, now)
    raise_alert(services, now)


def suggest(services: Services, now: datetime) -> None:
    """A suggestion that waits, one that a person approved, and a kind that has lost its level."""
    waiting = Waiting(WaitingFor.REVIEW, "nobody has approved it yet", "PR_7", ("a" * 40,))
    for hours, question in ((30, "Who approved this?"), (3, "Who is to approve this?")):
        at = now - timedelta(hours=hours)
        asked = take(services, question, at)
        walk(services, asked, timedelta(seconds=9), Stage.OPENING)
        noted = {"level": "suggest", "answer_kind": "passage", "reasons": '["No heading says it."]'}
        services.tasks.note(asked.task_id, at, **noted)
        task = services.tasks.load(asked.task_id)
        assert task is not None
        services.waiting.park(task, asked.lease, waiting, at)
    services.waiting.wake(services.waiting.all()[0], now - timedelta(minutes=9))
    (item,) = services.task_queue.take(CONSUMER, 1, 50)
    approved = Asked(item.subject_id, now, Lease(CONSUMER, item.item_id))
    shipped = settle(services, approved, done(merge_of(approved, timedelta(0)), ""), now)
    services.autonomy.say_wrong(shipped, Harm.FEEDBACK, "", now)


def _success(services: Services, number: int) -> Callable[[datetime], str]:
    tte_s = 1.4 + (number % 17) * 0.6 + (40 if number % 29 == 7 else 0)
    question = f"How does part {number} of the system work?"
    return lambda at: succeed(services, question, at, tte_s)


def _failure(services: Services, number: int, kind: FailureKind) -> Callable[[datetime], str]:
    merged = kind in _AFTER_THE_MERGE
    question = f"Why did attempt {number} end so?"
    return lambda at: fail(services, question, at, kind, REASONS[kind], merged)


_AFTER_THE_MERGE = (
    FailureKind.DEPLOY_FAILED,
    FailureKind.DEPLOY_SKIPPED,
    FailureKind.NEVER_LIVE,
    FailureKind.UNHEALTHY_DEPLOY,
    FailureKind.UNVERIFIED,
)
REASONS = {
    FailureKind.GITHUB: "GitHub answered 503 for 60 s",
    FailureKind.CI_FAILED: "checks failed: faq-gate",
    FailureKind.CI_TIMEOUT: "faq-gate did not end within 300 s",
    FailureKind.CONFLICT: "the entry conflicted with main 5 times",
    FailureKind.MERGE_REFUSED: "the pull request's author is not shiploop-bot",
    FailureKind.RULES: "the rules let nobody but some accounts update main",
    FailureKind.FROZEN: "merges were frozen: release 2.1 is going out",
    FailureKind.DEPLOY_FAILED: "the platform's deploy ended as failure",
    FailureKind.DEPLOY_SKIPPED: "the platform skipped the deploy",
    FailureKind.NEVER_LIVE: "the merge was not live within 120 s",
    FailureKind.UNHEALTHY_DEPLOY: "site-home failed 6 of 6 times: / answers 500",
    FailureKind.UNVERIFIED: "the live page does not show the entry",
    FailureKind.CANCELLED: "cancelled on request",
    FailureKind.CRASHED: "delivered 5 times, and its runner died each time",
    FailureKind.DEADLINE: "not merged within 600 s",
    FailureKind.INTERNAL: "SHIPLOOP_SIGNING_KEY is not set: see .env.example",
}


def roll_back(services: Services, now: datetime) -> None:
    """A rollback that ended healthy."""
    case: RollbackCase = a_rollback_case("c" * 40, decided_at=now)
    split = TrbSplit(
        detect_ms=2_100, decide_ms=120, revert_ms=6_300, deploy_ms=28_400, verify_ms=4_300
    )
    services.rollback_metrics.record(case, RollbackStatus.HEALTHY, split)


def under_way(services: Services, now: datetime) -> None:
    """Runs that have not ended: one checks, one waits."""
    running = take(services, "What is checked right now?", now - timedelta(seconds=20))
    walk(services, running, timedelta(seconds=40), Stage.CHECKING)
    ask(services, "What waits in the queue?", now - timedelta(seconds=4))


def beat(services: Services, now: datetime) -> None:
    """A runner that lives for as long as the test may take, and one that has died."""
    hearts = services.heartbeats
    hearts.beat("runner-1-4711-a1b2c3", now + timedelta(minutes=2), "ready", 1, 212_400_000)
    hearts.beat("runner-2-4712-d4e5f6", now - timedelta(seconds=70), "ready", 0)
    for minute in reversed(range(600)):
        if minute % 97:
            services.metrics.note_runner_alive(now - timedelta(minutes=minute))


def raise_alert(services: Services, now: datetime) -> None:
    """An alert that fires."""
    services.alerts.write(
        Alert(
            name="success-rate-threshold",
            kind=AlertKind.THRESHOLD,
            state=AlertState.FIRING,
            since=now - timedelta(minutes=12),
            seen_at=now,
            summary="Success rate is 89.6 % today; people are told below 98 %",
            told=AlertState.FIRING,
        )
    )
