"""A person's word on a rollback, given in Prefect's UI; the run may wait for days."""

from datetime import timedelta

from prefect import suspend_flow_run
from prefect.input import RunInput
from pydantic import Field

from shiploop.domain.production.rollback import RollbackCase
from tasks.rollback_case import note_approval_wanted

_WAIT_S = int(timedelta(days=7).total_seconds())  # as long as people are told of the incident


class Approval(RunInput):
    """Shall this be rolled back?"""

    approve: bool = Field(description="Roll back. Without it nothing is undone.")


def person_approves(case: RollbackCase) -> bool:
    """Ask a person, and suspend this run until one resumes it, however long that takes.

    It survives the death of its runner.
    """
    note_approval_wanted(case)
    answer = suspend_flow_run(wait_for_input=Approval, timeout=_WAIT_S)
    return bool(answer.approve)
