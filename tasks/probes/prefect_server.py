"""Prefect's server answers. Tasks outlive its absence, so it decides nothing."""

from prefect.client.orchestration import get_client

from shiploop.bootstrap import Services
from shiploop.domain.probe import ProbeScope
from tasks.probes.probe import Probe


def _look(_ours: Services) -> str:
    with get_client(sync_client=True) as client:
        client.hello()
    return "answers"


PROBE = Probe("prefect", ProbeScope.OBSERVED, _look)
