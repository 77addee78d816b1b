"""Judges a deploy, once for all tasks that it contains, and claims the rollback it calls for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import assert_never

import prefect
from prefect.cache_policies import NO_CACHE
from redis.exceptions import RedisError

from shiploop.bootstrap import services
from shiploop.domain.delivery.task import Merge, Stage, Task
from shiploop.domain.production.health_verdict import HealthState, HealthVerdict
from shiploop.domain.production.judgement import Judgement, PastState, Reaction
from shiploop.domain.production.live import Live
from shiploop.domain.production.rollback import RollbackCase
from shiploop.domain.production.rollback_policy import (
    AwaitRollback,
    Hold,
    Keep,
    RaiseIncident,
    RollBack,
    RollbackFacts,
    ShadowRollBack,
    Suspect,
    are_failing,
    decide_rollback,
)
from shiploop.kill_points import reach
from tasks.shared.durability import RETRIED
from tasks.shared.observation import health_rule, live_sha, watch_production
from tasks.shared.stage import enter_stage
from tasks.shared.suspects import find_suspects, rollback_mode, within_window

_BASELINE_FRESH = timedelta(seconds=10)
# Who had to wait for others to decide looks again: they may have mended what was seen.
_VERDICT_FRESH = timedelta(seconds=5)


def begin_baseline() -> Callable[[], object]:
    """Begin to see how production is before the merge; call what is returned to await it."""
    try:
        newest = services().health.newest_state()
    except RedisError:
        newest = None  # the task tries again, here nobody does
    if newest is not None and datetime.now(UTC) - newest.at < _BASELINE_FRESH:
        return lambda: None  # nearly always on a busy day: that needs no row in the UI
    return take_baseline.submit().wait


@prefect.task(name="take-baseline", cache_policy=NO_CACHE, **RETRIED)  # a parked task waits days
def take_baseline() -> None:
    """See how production is before the merge."""
    # One look that finds all well is enough: it only has to be told from a broken production.
    rule = replace(health_rule(), pass_limit=1)
    began, sha = datetime.now(UTC), live_sha()
    note_state(watch_production(began, rule), sha, began)


@prefect.task(name="judge-deploy", **RETRIED)
def judge_deploy(task: Task, live: Live) -> Judgement:
    """Judge production with this commit live, or take over what was judged of it already."""
    enter_stage(task, Stage.VERIFYING)
    if (known := services().health.judgement(live.sha)) is not None:
        return known
    since = live.seen_at
    while True:
        verdict, looked_at = watch_site(since), datetime.now(UTC)
        with services().health.deciding():
            if (known := services().health.judgement(live.sha)) is not None:
                return known
            if datetime.now(UTC) - looked_at < _VERDICT_FRESH:
                judgement = judge(live.sha, verdict)
                services().health.record_judgement(judgement, datetime.now(UTC))
                return judgement
        since = datetime.now(UTC)


def judge_failed_deploy(merge: Merge, evidence: str) -> Judgement:
    """What follows from a merge that the platform cannot build: main is undeployable by it."""
    verdict = HealthVerdict(
        HealthState.UNHEALTHY, ("deploy",), (), (evidence,), samples=0, first_failing=None
    )
    with services().health.deciding():
        now, suspects = datetime.now(UTC), find_suspects(merge.sha)
        facts = RollbackFacts(
            verdict=verdict,
            baseline=services().health.state_before(now, merge.sha),
            suspects=suspects,
            within_window=within_window(suspects, now),
            mode=rollback_mode(),
            running=services().rollbacks.running(),
        )
        return _judgement(merge.sha, merge.sha, facts, now)


@prefect.task(name="judge-production", **RETRIED)
def judge_production() -> Judgement:
    """Judge production as it is now, whatever was said of its deploy."""
    while True:
        verdict, looked_at = watch_production(datetime.now(UTC)), datetime.now(UTC)
        with services().health.deciding():
            if datetime.now(UTC) - looked_at < _VERDICT_FRESH:
                return judge(live_sha() or "unknown", verdict)


def watch_site(since: datetime) -> HealthVerdict:
    """The verdict on the site; what only parts of ours keep from being known is waited for."""
    give_up_at = since + timedelta(seconds=services().settings.verify_deadline_s)
    verdict = watch_production(since)
    while not _tells_of_the_site(verdict) and datetime.now(UTC) < give_up_at:
        verdict = watch_production(datetime.now(UTC))
    return verdict


def _tells_of_the_site(verdict: HealthVerdict) -> bool:
    return verdict.state is HealthState.HEALTHY or bool(verdict.failing)


def note_state(verdict: HealthVerdict, sha: str | None, at: datetime) -> None:
    """Keep how production is, for what is merged later to be compared with."""
    services().health.record_state(PastState(at, verdict.state, sha))
    if verdict.state is HealthState.HEALTHY and sha is not None:
        services().health.begin_with(sha)


def judge(sha: str, verdict: HealthVerdict) -> Judgement:
    """What follows from a verdict. A rollback that it calls for is claimed, merges are frozen."""
    if verdict.state is HealthState.HEALTHY:
        services().health.note_healthy(sha)
    began = verdict.first_failing
    bad_sha = (began.live_sha if began else None) or sha
    failing_since = began.at if began else datetime.now(UTC)
    baseline = services().health.state_before(failing_since, bad_sha)
    note_state(verdict, sha, datetime.now(UTC))
    suspects = find_suspects(bad_sha) if verdict.failing else ()
    facts = RollbackFacts(
        verdict=verdict,
        baseline=baseline,
        suspects=suspects,
        within_window=within_window(suspects, failing_since),
        mode=rollback_mode(),
        running=services().rollbacks.running(),
    )
    return _judgement(sha, bad_sha, facts, failing_since)


def _judgement(sha: str, bad_sha: str, facts: RollbackFacts, failing_since: datetime) -> Judgement:
    verdict = facts.verdict
    plain = Judgement(
        live_sha=sha,
        state=verdict.state,
        reaction=Reaction.KEEP,
        reason="",
        site_fails=bool(verdict.failing),
        suspects=facts.suspects,
        evidence=verdict.evidence,
    )
    match decide_rollback(facts):
        case Keep(reason):
            return replace(plain, reason=reason)
        case AwaitRollback(lead_sha):
            return _awaiting(plain, lead_sha)
        case RaiseIncident(reason) | Hold(reason):
            return replace(plain, reaction=Reaction.INCIDENT, reason=reason)
        case ShadowRollBack(suspects):
            shas = ", ".join(one.sha[:12] for one in suspects)
            reason = f"in shadow: would have rolled back {shas}"
            return replace(plain, reaction=Reaction.INCIDENT, reason=reason)
        case RollBack(suspects, needs_approval):
            case = _case(facts, suspects, bad_sha, failing_since, needs_approval=needs_approval)
            other = services().rollbacks.claim(case, case.decided_at)
            if other is not None:
                return _awaiting(plain, other)
            reach("rollback-claimed")
            return replace(
                plain, reaction=Reaction.ROLL_BACK, reason=case.reason, lead_sha=case.lead_sha
            )
        case never:
            assert_never(never)


def _awaiting(plain: Judgement, lead_sha: str) -> Judgement:
    reason = f"the rollback of {lead_sha[:12]} is under way"
    return replace(plain, reaction=Reaction.AWAIT_ROLLBACK, reason=reason, lead_sha=lead_sha)


def _case(
    facts: RollbackFacts,
    suspects: tuple[Suspect, ...],
    bad_sha: str,
    failing_since: datetime,
    *,
    needs_approval: bool,
) -> RollbackCase:
    now = datetime.now(UTC)
    return RollbackCase(
        lead_sha=suspects[-1].sha,
        suspects=suspects,
        reason=are_failing(facts.verdict.failing),
        evidence=facts.verdict.evidence,
        live_sha=bad_sha,
        bad_live_at=failing_since,
        detected_at=now,
        decided_at=now,
        needs_approval=needs_approval,
        branch_prefix=services().settings.rollback_branch_prefix,
    )
