"""The site says of itself that it is well, and which commit it serves (RFC 4.2.1)."""

from shiploop.bootstrap import Services
from shiploop.domain.probe import ProbeScope
from tasks.probes.probe import Failing, Probe

_OK = 200


def _look(ours: Services) -> str:
    health = ours.site.health()
    if health.status != _OK:
        raise Failing(f"/healthz answers {health.status}")
    if health.sha is None:
        raise Failing("/healthz names no commit")
    return f"/healthz answers {health.status} with {health.sha[:12]}"


PROBE = Probe("site-health", ProbeScope.SITE, _look)
