"""Waits until a merge is live in production."""

from datetime import timedelta

from prefect import task

from shiploop.bootstrap import services
from shiploop.domain.delivery.task import Merge, Run, Stage
from shiploop.domain.production.judgement import Live
from tasks.shared.durability import RETRIED
from tasks.shared.liveness import await_live
from tasks.shared.stage import enter_stage


@task(name="wait-until-live", **RETRIED)
def wait_until_live(run: Run, merge: Merge) -> Live | None:
    """What is live once the merge, or a descendant, is; None at the deploy's deadline."""
    enter_stage(run, Stage.DEPLOYING)
    patience = timedelta(seconds=services().settings.deploy_deadline_s)
    return await_live(merge.sha, merge.merged_at + patience)
