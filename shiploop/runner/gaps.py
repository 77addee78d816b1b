"""Keeps what was declined, so that people learn what the documents lack."""

import logging
from datetime import datetime

from redis.exceptions import RedisError

from shiploop.bootstrap import Services
from shiploop.domain.delivery.task import Outcome, Status, Task
from shiploop.domain.upkeep.gap import DeclinedRequest

log = logging.getLogger(__name__)


def note_declined(services: Services, task: Task, outcome: Outcome, now: datetime) -> None:
    """Keep a settled task that was declined, if everybody may see what was asked.

    What is there already lacks nothing: its outcome names the place. Without Redis it is not
    kept, for which no task is settled again.
    """
    if outcome.status is not Status.DECLINED or outcome.entry_url is not None:
        return
    declined = DeclinedRequest(task.task_id, task.title, outcome.reason, now, outcome.closest)
    try:
        if services.agents.lacks(task.agent, [declined]):
            services.declined.note(task.agent, declined)
    except RedisError as error:
        log.warning("what was declined is not kept: %s", error)
