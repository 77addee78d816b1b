"""Redis answers, and how much there is to do. Who reads this has it: it decides nothing."""

from shiploop.bootstrap import Services
from shiploop.domain.probe import ProbeScope
from tasks.probes.probe import Probe


def _look(ours: Services) -> str:
    ours.redis.ping()
    return f"{ours.task_queue.backlog()} tasks queued or running"


PROBE = Probe("redis", ProbeScope.OBSERVED, _look)
