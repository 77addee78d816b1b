"""A person's word on a rollback, given in Prefect's UI; the run may wait for days."""

from datetime import timedelta

from prefect import suspend_flow_run
from prefect.input import RunInput
from pydantic import Field

_WAIT_S = int(timedelta(days=7).total_seconds())  # as long as people are told of the incident


class Approval(RunInput):
    """Shall this be rolled back?"""

    approve: bool = Field(description="Roll back. Without it nothing is undone.")


def person_approves() -> bool:
    """Suspend this run until a person resumes it; it survives the death of its runner."""
    answer = suspend_flow_run(wait_for_input=Approval, timeout=_WAIT_S)
    return bool(answer.approve)
