"""Every probe. To add one: write its file, and name it here."""

from tasks.probes import (
    prefect_server,
    redis_server,
    runners,
    sentry_issues,
    site_faq,
    site_health,
    site_home,
    task_route,
)
from tasks.probes.probe import Probe

# What decides how a deploy is judged, several times a second while one is.
DECIDING: tuple[Probe, ...] = (
    site_home.PROBE,
    site_health.PROBE,
    site_faq.PROBE,
    task_route.PROBE,
    runners.PROBE,
)
# What people want to see as well, once a minute.
WATCHED: tuple[Probe, ...] = (redis_server.PROBE, prefect_server.PROBE, sentry_issues.PROBE)
