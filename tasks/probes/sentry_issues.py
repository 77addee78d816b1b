"""Sentry has seen no new issue of late. Watched only: an issue may have any cause."""

from datetime import UTC, datetime, timedelta

from shiploop.bootstrap import Services
from shiploop.domain.probe import ProbeScope
from tasks.probes.probe import Failing, Inconclusive, Probe

_LATELY = timedelta(minutes=10)  # a deploy and its verdict fit into it


def _look(ours: Services) -> str:
    if ours.sentry_issues is None:
        raise Inconclusive("SENTRY_AUTH_TOKEN and SHIPLOOP_SENTRY_PROJECT are not set")
    found = ours.sentry_issues.new_issues_since(datetime.now(UTC) - _LATELY)
    if found:
        raise Failing(f"{found} new in the last {_LATELY.seconds // 60} minutes")
    return "none is new"


PROBE = Probe("sentry-issues", ProbeScope.OBSERVED, _look)
