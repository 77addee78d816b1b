"""The site's home page is served (RFC 4.2.1)."""

from shiploop.bootstrap import Services
from shiploop.domain.probe import ProbeScope
from tasks.probes.probe import Failing, Probe

_OK = 200


def _look(ours: Services) -> str:
    status = ours.site.status_of("/")
    if status != _OK:
        raise Failing(f"/ answers {status}")
    return f"/ answers {status}"


PROBE = Probe("site-home", ProbeScope.SITE, _look)
