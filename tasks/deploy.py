"""Waits until a merge is live in production."""

from datetime import timedelta

import prefect

from shiploop.bootstrap import services
from shiploop.domain.delivery.task import Merge, Stage, Task
from shiploop.domain.production.live import Live, NotLive
from tasks.shared.durability import RETRIED
from tasks.shared.live_commit import await_live
from tasks.shared.stage import enter_stage


@prefect.task(name="wait-until-live", **RETRIED)
def wait_until_live(task: Task, merge: Merge) -> Live | NotLive:
    """What is live once the merge, or a descendant, is, or why it does not go live."""
    enter_stage(task, Stage.DEPLOYING)
    patience = timedelta(seconds=services().settings.deploy_deadline_s)
    return await_live(merge.sha, merge.merged_at + patience)
