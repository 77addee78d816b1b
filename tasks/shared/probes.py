"""What is looked at to tell how production is. A new probe is a look, named at the end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from prefect.client.orchestration import get_client
from redis.exceptions import RedisError

from shiploop.bootstrap import Services
from shiploop.domain.production.probe import ProbeResult, ProbeScope, ProbeVerdict
from shiploop.errors import ShiploopError, SiteSlow

_OK = 200
# As those answer that have no such page: some show their home page instead.
_NO_SUCH_PAGE = frozenset((_OK, 403, 404, 405, 410))
_LATELY = timedelta(minutes=10)  # a deploy and its verdict fit into it


class Failing(Exception):
    """What was looked at is not as it should be; the message is the evidence."""


class Inconclusive(Exception):
    """The probe could not tell; the message says why."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One question about production, and what an answer to it decides.

    `look` returns the evidence for a pass; it raises Failing or Inconclusive.
    """

    name: str
    scope: ProbeScope
    look: Callable[[Services], str]

    def result(self, ours: Services) -> ProbeResult:
        """Look once. An error of the probe itself is inconclusive: it may as well be us."""
        try:
            verdict, evidence = ProbeVerdict.PASS, self.look(ours)
        except Failing as failure:
            verdict, evidence = ProbeVerdict.FAIL, str(failure)
        except (Inconclusive, SiteSlow, httpx.TimeoutException) as error:
            verdict, evidence = ProbeVerdict.INCONCLUSIVE, f"could not tell: {error}"
        except (ShiploopError, httpx.HTTPError, RedisError) as error:
            verdict, evidence = ProbeVerdict.FAIL, f"no answer: {error}"
        return ProbeResult(self.name, verdict, evidence, self.scope)


def look_at_home(ours: Services) -> str:
    """The site's home page is served (RFC 4.2.1)."""
    return _expect_ok("/", ours.site.status_of("/"))


def look_at_site_health(ours: Services) -> str:
    """The site says of itself that it is well, and which commit it serves (RFC 4.2.1).

    One that has never said so, as most sites of pages alone, is judged by its pages.
    """
    health = ours.site.health()
    if health.sha is None and health.status in _NO_SUCH_PAGE and not ours.health.site_tells():
        return "the site has no /healthz: its pages are looked at"
    evidence = _expect_ok("/healthz", health.status)
    if health.sha is None:
        raise Failing("/healthz names no commit")
    ours.health.note_that_site_tells()
    return f"{evidence} with {health.sha[:12]}"


def look_at_faq_page(ours: Services) -> str:
    """The page that shows the FAQ is served."""
    if (told := ours.site.look_at_faq()) is None:
        raise Inconclusive("no page of the site is known to show the FAQ")
    return _expect_ok(*told)


def look_at_task_route(ours: Services) -> str:
    """Our API tells where tasks stand (RFC 4.2.1)."""
    return _expect_ok("the task route", ours.api.task_route_status())


def look_at_runners(ours: Services) -> str:
    """Some runner lives: it has written a heartbeat a moment ago (RFC 4.2.1)."""
    living = ours.heartbeats.living(datetime.now(UTC))
    if not living:
        raise Failing("no runner has shown a sign of life")
    return f"{len(living)} alive"


def look_at_redis(ours: Services) -> str:
    """Redis answers, and how much there is to do. Who reads this has it: it decides nothing."""
    ours.redis.ping()
    return f"{ours.task_queue.backlog()} tasks queued or running"


def look_at_prefect(_ours: Services) -> str:
    """Prefect's server answers. Tasks outlive its absence, so it decides nothing."""
    with get_client(sync_client=True) as client:
        client.hello()
    return "answers"


def look_at_sentry_issues(ours: Services) -> str:
    """Sentry has seen no new issue of late. Watched only: an issue may have any cause."""
    if ours.sentry_issues is None:
        raise Inconclusive("SENTRY_AUTH_TOKEN and SHIPLOOP_SENTRY_PROJECT are not set")
    found = ours.sentry_issues.new_issues_since(datetime.now(UTC) - _LATELY)
    if found:
        raise Failing(f"{found} new in the last {_LATELY.seconds // 60} minutes")
    return "none is new"


def _expect_ok(what: str, status: int) -> str:
    if status != _OK:
        raise Failing(f"{what} answers {status}")
    return f"{what} answers {status}"


# What decides how a deploy is judged, several times a second while one is.
DECIDING: tuple[Probe, ...] = (
    Probe("site-home", ProbeScope.SITE, look_at_home),
    Probe("site-health", ProbeScope.SITE, look_at_site_health),
    Probe("site-faq", ProbeScope.SITE, look_at_faq_page),
    Probe("task-route", ProbeScope.PLATFORM, look_at_task_route),
    Probe("runners", ProbeScope.PLATFORM, look_at_runners),
)
# What people want to see as well, once a minute.
WATCHED: tuple[Probe, ...] = (
    Probe("redis", ProbeScope.OBSERVED, look_at_redis),
    Probe("prefect", ProbeScope.OBSERVED, look_at_prefect),
    Probe("sentry-issues", ProbeScope.OBSERVED, look_at_sentry_issues),
)
