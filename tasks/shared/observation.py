"""Looks at production: each look is taken once, and shared by all who wait for one."""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from shiploop.bootstrap import services
from shiploop.domain.production.deployment import deployed_sha
from shiploop.domain.production.health_verdict import HealthRule, HealthVerdict, decide_health
from shiploop.domain.production.probe import ProbeResult, ProbeScope, ProbeVerdict, Sample
from shiploop.domain.production.probe_definition import Probe
from shiploop.errors import ShiploopError, SiteUnavailable
from tasks.shared.probes import result_of

log = logging.getLogger(__name__)


def watch_production(since: datetime, rule: HealthRule | None = None) -> HealthVerdict:
    """The verdict on production from what is seen of it after `since`."""
    rule = rule or health_rule()
    while (verdict := decide_health(rule, services().health.samples_since(since))) is None:
        if services().health.take_turn(rule.interval_s):
            services().health.record_sample(sample := take_sample())
            _log_unwell(sample)
        else:
            time.sleep(rule.interval_s / 2)
    return verdict


def _log_unwell(sample: Sample) -> None:
    """Say what fails, or that nothing of the site can be told: nobody else does."""
    passed = {one.scope for one in sample.results if one.verdict is ProbeVerdict.PASS}
    if sample.failing or ProbeScope.SITE not in passed:
        unwell = [one for one in sample.results if one.verdict is not ProbeVerdict.PASS]
        how = "is seen failing" if sample.failing else "cannot be told"
        log.warning("production %s: %s", how, "; ".join(f"{o.name}: {o.evidence}" for o in unwell))


def health_rule() -> HealthRule:
    """How often to look, and how much to see before anything is said."""
    return HealthRule(interval_s=services().settings.health_interval_s)


def take_sample() -> Sample:
    """One look at everything that decides, all at the same time."""
    at, sha = datetime.now(UTC), live_sha()
    deciding = [one for one in services().probes if one.scope is not ProbeScope.OBSERVED]
    taken = Sample(at, sha, ask_all(deciding))
    if taken.failing and live_sha() != sha:
        # A deploy came in between: what fails may be either, and would be blamed on the old one.
        return replace(taken, live_sha=None)
    return taken


def ask_all(probes: Sequence[Probe]) -> tuple[ProbeResult, ...]:
    """Every probe's result, in the order of the probes."""
    ours = services()
    with ThreadPoolExecutor(len(probes)) as pool:
        return tuple(pool.map(lambda probe: result_of(probe, ours), probes))


def live_sha() -> str | None:
    """What production serves: as the site says, or else the platform; None if neither does."""
    with suppress(SiteUnavailable):
        return services().site.live_sha()
    with suppress(ShiploopError):
        return deployed_sha(services().deployments.of_production())
    return None
