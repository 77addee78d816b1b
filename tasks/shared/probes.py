"""What is looked at to tell how production is, as the file of the probes names it."""

from datetime import UTC, datetime, timedelta
from typing import assert_never

import httpx
from prefect.client.orchestration import get_client
from redis.exceptions import RedisError

from shiploop.bootstrap import Services
from shiploop.domain.production.probe import ProbeResult, ProbeVerdict
from shiploop.domain.production.probe_definition import (
    Address,
    Look,
    Probe,
    fault_of,
    is_no_such_page,
)
from shiploop.errors import ShiploopError, SiteSlow

_LATELY = timedelta(minutes=10)  # a deploy and its verdict fit into it


class Failing(Exception):
    """What was looked at is not as it should be; the message is the evidence."""


class Inconclusive(Exception):
    """The probe could not tell; the message says why."""


def result_of(probe: Probe, ours: Services) -> ProbeResult:
    """Look once. An error of the probe itself is inconclusive: it may as well be us."""
    try:
        verdict, evidence = ProbeVerdict.PASS, _evidence(probe, ours)
    except Failing as failure:
        verdict, evidence = ProbeVerdict.FAIL, str(failure)
    except (Inconclusive, SiteSlow, httpx.TimeoutException) as error:
        verdict, evidence = ProbeVerdict.INCONCLUSIVE, f"could not tell: {error}"
    except (ShiploopError, httpx.HTTPError, RedisError) as error:
        verdict, evidence = ProbeVerdict.FAIL, f"no answer: {error}"
    return ProbeResult(probe.name, verdict, evidence, probe.scope)


def _evidence(probe: Probe, ours: Services) -> str:
    """The evidence for a pass. Raises Failing or Inconclusive."""
    match probe.asks:
        case Address() as asked:
            return _ask(probe.name, asked, ours)
        case Look.RUNNERS:
            return _look_at_runners(ours)
        case Look.REDIS:
            return _look_at_redis(ours)
        case Look.PREFECT:
            return _look_at_prefect()
        case Look.SENTRY_ISSUES:
            return _look_at_sentry_issues(ours)
        case never:
            assert_never(never)


def _ask(name: str, asked: Address, ours: Services) -> str:
    answer = ours.probed.ask(asked)
    if answer is None:
        raise Inconclusive("no page of the site is known to show the FAQ")
    if fault := fault_of(answer, asked):
        if asked.if_there and is_no_such_page(answer) and not ours.health.was_ever_well(name):
            return f"there is no {answer.of}: the others are looked at"
        raise Failing(f"{answer.of} {fault}")
    if asked.if_there:
        ours.health.note_well(name)
    return f"{answer.of} answers {answer.status}"


def _look_at_runners(ours: Services) -> str:
    """Some runner lives: it has written a heartbeat a moment ago (RFC 4.2.1)."""
    living = ours.heartbeats.living(datetime.now(UTC))
    if not living:
        raise Failing("no runner has shown a sign of life")
    return f"{len(living)} alive"


def _look_at_redis(ours: Services) -> str:
    """Redis answers, and how much there is to do. Who reads this has it."""
    ours.redis.ping()
    return f"{ours.task_queue.backlog()} tasks queued or running"


def _look_at_prefect() -> str:
    """Prefect's server answers. Tasks outlive its absence."""
    with get_client(sync_client=True) as client:
        client.hello()
    return "answers"


def _look_at_sentry_issues(ours: Services) -> str:
    """Sentry has seen no new issue of late, which may have any cause."""
    if ours.sentry_issues is None:
        raise Inconclusive("SENTRY_AUTH_TOKEN and SHIPLOOP_SENTRY_PROJECT are not set")
    found = ours.sentry_issues.new_issues_since(datetime.now(UTC) - _LATELY)
    if found:
        raise Failing(f"{found} new in the last {_LATELY.seconds // 60} minutes")
    return "none is new"
