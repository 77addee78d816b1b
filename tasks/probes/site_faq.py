"""The page that shows the FAQ is served."""

from shiploop.bootstrap import Services
from shiploop.domain.probe import ProbeScope
from tasks.probes.probe import Failing, Probe

_OK = 200


def _look(ours: Services) -> str:
    path = ours.site.faq_path
    status = ours.site.status_of(path)
    if status != _OK:
        raise Failing(f"{path} answers {status}")
    return f"{path} answers {status}"


PROBE = Probe("site-faq", ProbeScope.SITE, _look)
