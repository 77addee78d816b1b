"""What a runner does that was paused for longer than its lease: the work is somebody else's."""

import logging
import os
import signal
import threading
from contextlib import suppress

from shiploop.bootstrap import services
from shiploop.domain.delivery.messages import branch_name
from shiploop.domain.delivery.pull_request import PullRequestState
from shiploop.domain.delivery.task import Task
from shiploop.errors import ShiploopError

log = logging.getLogger(__name__)


def end_if_taken_over(task: Task) -> None:
    """Stop this runner when another one has the task: the stack starts it again.

    The flow run goes no step further here, and says no word to Prefect, whose record of it is the
    other runner's by now. What else this runner holds has the usual grace time to end.
    """
    ours = services()
    if not ours.tasks.taken_over(task.task_id, ours.runner_id):
        return
    log.critical("another runner has taken this task over: this one was paused, and stops")
    with suppress(ShiploopError):
        _close_what_came_late(task)
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait()


def _close_what_came_late(task: Task) -> None:
    """Close a pull request that this runner has opened after the other's was merged."""
    record = services().tasks.read(task.task_id)
    if record is None or record.merge_sha is None:
        return
    pull = services().github.find_pull_request(branch_name(task)).pull
    if pull is not None and pull.state is PullRequestState.OPEN:
        services().github.close_pull_request(pull.number)
        services().github.delete_branch(branch_name(task))
