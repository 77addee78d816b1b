"""What is done about red checks: run again, waited for, or left as they are."""

import logging
from dataclasses import replace
from datetime import UTC, datetime

from shiploop.bootstrap import services
from shiploop.domain.delivery.checks import ChecksVerdict
from shiploop.domain.delivery.reruns import (
    AwaitAttempt,
    RedForGood,
    Rerun,
    RunAgain,
    decide_on_red,
)
from shiploop.errors import (
    GitHubNotFound,
    GitHubRefused,
    GitHubUnauthorized,
    GitHubUncertain,
    TransientError,
)

log = logging.getLogger(__name__)


def settle_red(
    sha: str, verdict: ChecksVerdict, before: tuple[Rerun, ...], stood_s: float
) -> ChecksVerdict | None:
    """The verdict on red checks once it is final, None while another attempt may come.

    What may be run again is. `stood_s` is for how long they have been red like this.
    """
    now, allowed = datetime.now(UTC), services().settings.rerun_failed_checks
    match decide_on_red(verdict.red, before, allowed, stood_s, now):
        case AwaitAttempt():
            return None
        case RunAgain(workflow_runs):
            for workflow_run in workflow_runs:
                number = sum(rerun.workflow_run == workflow_run for rerun in before)
                _run_again(sha, number, _rerun_of(workflow_run, verdict, now))
            return None
        case RedForGood():
            refused = tuple(rerun.refused for rerun in before if rerun.refused)
            return replace(verdict, failed=(*verdict.failed, *refused))


def _rerun_of(workflow_run: int, verdict: ChecksVerdict, now: datetime) -> Rerun:
    red = [check for check in verdict.red if check.workflow_run == workflow_run]
    names = tuple(dict.fromkeys(check.name for check in red))
    return Rerun(workflow_run, names, tuple(check.id for check in red), now)


def _run_again(sha: str, number: int, rerun: Rerun) -> None:
    facts = services().facts
    if not facts.claim_rerun(sha, number, rerun):
        return  # by an earlier attempt of this step, or by the runner that had the task before
    try:
        services().github.rerun_failed_jobs(rerun.workflow_run)
    except GitHubUncertain as error:
        log.warning("whether the failed jobs are run again is seen by their checks: %s", error)
    except (GitHubNotFound, GitHubRefused, GitHubUnauthorized) as error:
        log.warning("the failed jobs could not be run again: %s", error)
        refused = f"it could not be run again: {error}"
        facts.note_rerun(sha, number, replace(rerun, refused=refused))
    except TransientError:
        facts.forget_rerun(sha, number, rerun)
        raise
