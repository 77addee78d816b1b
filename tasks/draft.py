"""Lets the task's agent draft the change, while the base is being read."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

import prefect
from prefect.futures import PrefectFuture
from redis.exceptions import RedisError

from shiploop.bootstrap import services
from shiploop.domain.delivery.change import AlreadyThere, Declined, Proposal
from shiploop.domain.delivery.pull_request import Base
from shiploop.domain.delivery.task import Outcome, Stage, Task, declined
from tasks.pull_request import read_base
from tasks.shared.change import conclude_already_there
from tasks.shared.durability import RETRIED, on_first_attempt, remembered
from tasks.shared.earlier import draft_of_version_1
from tasks.shared.stage import enter_stage

log = logging.getLogger(__name__)


def begin_reading(task: Task) -> PrefectFuture[Base]:
    """Begin to read the base, with the files that the task's edit will need."""
    return read_base.submit(services().agents.reads(task))


@prefect.task(name="draft-change", **RETRIED, **remembered("draft"))
def draft_change(task: Task) -> Proposal | Declined:
    """Let the agent decide on the change, and keep what that took with the task."""
    enter_stage(task, Stage.DRAFTING)
    earlier = {} if on_first_attempt() else draft_of_version_1(task.task_id)
    drafted = services().agents.draft(task, earlier)
    _note(task, drafted.notes)
    return drafted


def find_already_there(task: Task, drafted: Proposal | Declined, base: Base) -> Outcome | None:
    """The outcome of a task whose change is there already, None when it is not."""
    proposal = drafted.looked_for if isinstance(drafted, Declined) else drafted
    if proposal is None:
        return None
    edited = services().agents.edit(proposal, base.files)
    return conclude_already_there(edited) if isinstance(edited, AlreadyThere) else None


def decline(drafted: Declined) -> Outcome:
    """The outcome of a task of which its agent makes nothing."""
    return declined(drafted.reason, drafted.closest)


def _note(task: Task, notes: Mapping[str, str]) -> None:
    if not notes:
        return
    try:
        services().tasks.note(task.task_id, datetime.now(UTC), **notes)
    except RedisError as error:
        # Tried again, the step would ask, and pay for, the model again.
        log.warning("what the draft took is not noted: %s", error)
