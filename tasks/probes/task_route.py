"""Our API tells where tasks stand (RFC 4.2.1)."""

from shiploop.bootstrap import Services
from shiploop.domain.probe import ProbeScope
from tasks.probes.probe import Failing, Probe

_OK = 200


def _look(ours: Services) -> str:
    status = ours.api.task_route_status()
    if status != _OK:
        raise Failing(f"the task route answers {status}")
    return f"the task route answers {status}"


PROBE = Probe("task-route", ProbeScope.PLATFORM, _look)
