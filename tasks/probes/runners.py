"""Some runner lives: it has written a heartbeat a moment ago (RFC 4.2.1)."""

from datetime import UTC, datetime

from shiploop.bootstrap import Services
from shiploop.domain.probe import ProbeScope
from tasks.probes.probe import Failing, Probe


def _look(ours: Services) -> str:
    living = ours.heartbeats.living(datetime.now(UTC))
    if not living:
        raise Failing("no runner has shown a sign of life")
    return f"{len(living)} alive"


PROBE = Probe("runners", ProbeScope.PLATFORM, _look)
