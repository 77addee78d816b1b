"""Waits until the required checks of a head commit have all concluded."""

import threading
from datetime import UTC, datetime

from prefect import task

from shiploop.bootstrap import services
from shiploop.domain.checks import ChecksState, ChecksVerdict, decide_checks
from shiploop.domain.pull_request import Base, Proposal
from shiploop.domain.run import Run, Stage
from tasks.durability import RETRIED
from tasks.stage import enter_stage, raise_if_cancelled

_LOOK_AGAIN_S = 1.0  # for a cancellation, and for facts whose news was lost with Redis


@task(name="wait-for-checks", **RETRIED)
def wait_for_checks(run: Run, proposal: Proposal, base: Base) -> ChecksVerdict:
    """Wait for green, red or a conflict; at the run's deadline it may still be pending."""
    enter_stage(run, Stage.CHECKING)
    sha = proposal.written_sha
    required = base.required_checks or services().settings.required_checks
    with services().facts.watching(sha) as news, services().check_poll.covering(proposal.pull.id):
        while True:
            news.clear()
            known = services().facts.known(sha)
            verdict = decide_checks(required, known.conclusions, conflicting=known.conflicting)
            if verdict.state is not ChecksState.PENDING or not _wait(run, news):
                return verdict
            raise_if_cancelled(run)


def _wait(run: Run, news: threading.Event) -> bool:
    left_s = (run.deadline_at - datetime.now(UTC)).total_seconds()
    if left_s <= 0:
        return False
    news.wait(min(left_s, _LOOK_AGAIN_S))
    return True
