"""Looks at each part that answering a question depends on."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
from prefect import task
from prefect.artifacts import create_table_artifact
from prefect.client.orchestration import get_client
from redis.exceptions import RedisError

from shiploop.bootstrap import Services, services
from shiploop.domain.probe import ProbeResult, ProbeVerdict
from shiploop.errors import SiteUnavailable

_TIMEOUT_S = 5.0


@task(name="probe-production")
def probe_production() -> tuple[ProbeResult, ...]:
    """Look at the API, Redis, Prefect, the runners and the site."""
    ours = services()
    return tuple(_result(name, probe, ours) for name, probe in _PROBES.items())


@task(name="record-health")
def record_health(results: tuple[ProbeResult, ...]) -> None:
    """Show the results in Prefect's UI."""
    create_table_artifact(
        key="health",
        table=[
            {"probe": one.name, "verdict": str(one.verdict), "evidence": one.evidence}
            for one in results
        ],
    )


def _result(name: str, probe: Callable[[Services], str], ours: Services) -> ProbeResult:
    try:
        return ProbeResult(name, ProbeVerdict.PASS, probe(ours))
    except _Failing as failure:
        return ProbeResult(name, ProbeVerdict.FAIL, str(failure))
    except httpx.TimeoutException as error:
        # Slow is not broken: it may as well be us.
        return ProbeResult(name, ProbeVerdict.INCONCLUSIVE, f"no answer in time: {error}")
    except (httpx.HTTPError, RedisError, SiteUnavailable) as error:
        return ProbeResult(name, ProbeVerdict.FAIL, f"no answer: {error}")


class _Failing(Exception):
    """What was looked at is not as it should be."""


def _api(ours: Services) -> str:
    # Whether its dependencies are well is asked below, of themselves.
    address = f"http://127.0.0.1:{ours.settings.api_port}/healthz"
    status = httpx.get(address, timeout=_TIMEOUT_S).status_code
    if status >= httpx.codes.INTERNAL_SERVER_ERROR and status != httpx.codes.SERVICE_UNAVAILABLE:
        raise _Failing(f"answers {status}")
    return f"answers {status}"


def _redis(ours: Services) -> str:
    ours.redis.ping()
    return f"{ours.task_queue.backlog()} tasks queued or running"


def _prefect(_ours: Services) -> str:
    with get_client(sync_client=True) as client:
        client.hello()
    return "answers"


def _runners(ours: Services) -> str:
    living = ours.heartbeats.living(datetime.now(UTC))
    if not living:
        raise _Failing("no runner has shown a sign of life")
    return f"{len(living)} alive"


def _site(ours: Services) -> str:
    return f"live at {ours.site.live_sha()[:12]}"


_PROBES: dict[str, Callable[[Services], str]] = {
    "api": _api,
    "redis": _redis,
    "prefect": _prefect,
    "runners": _runners,
    "site": _site,
}
