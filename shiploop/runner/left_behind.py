"""Takes out of the merge queue what its task has left there: nobody would see it merged."""

import logging

from shiploop.bootstrap import Services
from shiploop.domain.delivery.task import Outcome, Status
from shiploop.domain.delivery.task_record import TaskRecord
from shiploop.errors import ShiploopError

log = logging.getLogger(__name__)


def leave_merge_queue(services: Services, outcome: Outcome, record: TaskRecord | None) -> None:
    """Dequeue the pull request of a settled task that is an error and was not merged.

    A task that ends by itself has done so; one whose runners have died of it has not.
    """
    unmerged = outcome.status is Status.ERROR and outcome.merge is None
    if record is None or record.pull_id is None or not unmerged:
        return
    try:
        if services.rules.known().merge_queue and services.merge_queue.dequeue(record.pull_id):
            log.warning("%s was left in the merge queue, and is taken out", record.pr_url)
    except ShiploopError as error:
        log.warning("%s may be in the merge queue still: %s", record.pr_url, error)
