"""What follows when a merge does not go live: taken back, told, or merges stop."""

from datetime import UTC, datetime, timedelta
from typing import assert_never

import prefect

from shiploop.bootstrap import services
from shiploop.domain.delivery.task import Merge, Outcome, failed
from shiploop.domain.production.incident import ToDo
from shiploop.domain.production.judgement import Judgement, Reaction
from shiploop.domain.production.live import Live, NotLive, WhyNotLive
from tasks.incident import raise_incident
from tasks.judge import judge_failed_deploy
from tasks.reaction import others_are_rolled_back, start_rollback
from tasks.shared.durability import RETRIED
from tasks.shared.live_commit import await_live

_SKIPPED, _PINNED = "deploy-skipped", "production-pinned"
_OWNER = "pinned:"  # begins the owner of such a freeze; the merge follows that was not served


@prefect.task(name="react-to-missing-deploy", **RETRIED)
def react_to_missing_deploy(missing: NotLive, merge: Merge) -> Live | Outcome:
    """Do what it calls for: the task's outcome, or what is live after another's rollback."""
    match missing.why:
        case WhyNotLive.FAILED:
            return _react_to_failure(missing, merge)
        case WhyNotLive.SKIPPED:
            # One incident for all: whoever skips this path skips it for each question.
            raise_incident(_SKIPPED, _sentence(missing, merge), to_do=ToDo.MEND_PLATFORM)
        case WhyNotLive.PINNED:
            services().freeze.set(missing.reason, f"{_OWNER}{merge.sha}")
            raise_incident(_PINNED, _sentence(missing, merge), to_do=ToDo.UNPIN)
        case WhyNotLive.LATE:
            reason = f"{merge.sha[:12]} was merged and never went live"
            raise_incident(f"never-live-{merge.sha}", reason, to_do=ToDo.MEND_DEPLOY)
        case never:
            assert_never(never)
    return _failed(missing, merge)


@prefect.task(name="mend-pin", **RETRIED)
def mend_pin() -> None:
    """Let merges go on once production serves again what it was pinned before."""
    freeze = services().freeze.read()
    if freeze is None or not freeze.owner.startswith(_OWNER):
        return
    sha = freeze.owner.removeprefix(_OWNER)
    if isinstance(await_live(sha, datetime.now(UTC)), Live):
        services().freeze.lift_if_owned(freeze.owner)
        services().incidents.close(_PINNED)


def _react_to_failure(missing: NotLive, merge: Merge) -> Live | Outcome:
    judgement = judge_failed_deploy(merge, missing.reason)
    match judgement.reaction:
        case Reaction.ROLL_BACK:
            start_rollback(str(judgement.lead_sha), judgement.reason)
        case Reaction.AWAIT_ROLLBACK:
            if others_are_rolled_back(str(judgement.lead_sha), merge):
                return _live_without_the_others(merge)
        case Reaction.INCIDENT | Reaction.KEEP:
            _raise_for_person(judgement, missing, merge)
        case never:
            assert_never(never)
    return _failed(missing, merge)


def _raise_for_person(judgement: Judgement, missing: NotLive, merge: Merge) -> None:
    raise_incident(
        f"deploy-failed-{merge.sha}",
        _sentence(missing, merge),
        (judgement.reason,),
        judgement.suspects,
        ToDo.MEND_DEPLOY,
    )


def _live_without_the_others(merge: Merge) -> Live | Outcome:
    patience = timedelta(seconds=services().settings.deploy_deadline_s)
    live = await_live(merge.sha, datetime.now(UTC) + patience)
    return live if isinstance(live, Live) else _failed(live, merge)


def _sentence(missing: NotLive, merge: Merge) -> str:
    return f"{merge.sha[:12]} was merged and is not live: {missing.reason}"


def _failed(missing: NotLive, merge: Merge) -> Outcome:
    return failed(missing.why.failure_kind, missing.reason, merge)
