"""What a person does to the running stack by hand: freeze, roll back, switch rollbacks off."""

import random
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from shiploop.cli.simulation import Simulation
from shiploop.domain.delivery.autonomy import read_levels
from shiploop.domain.delivery.change import Level
from shiploop.errors import PermanentError, TransientError
from shiploop.settings import Settings
from shiploop.slo_file import read_objectives
from shiploop.stack.addresses import find_stack
from shiploop.stack.home import known_prefect_auth_string
from shiploop.stores import keys
from shiploop.stores.alerts import Alerts
from shiploop.stores.autonomy import AutonomyStore
from shiploop.stores.freeze import Freeze, FreezeState
from shiploop.stores.reports import alert_names
from shiploop.stores.simulated import Simulated

_DEPLOYMENT = "rollback/rollback"
_FULL_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REDIS_TIMEOUT_S = 3.0
_PREFECT_TIMEOUT_S = 10.0


class NoStack(PermanentError):
    """No stack runs here, and no settings say where one is."""


class RedisAway(TransientError):
    """The stack's Redis does not answer."""


class PrefectAway(TransientError):
    """The stack's Prefect does not answer."""


class FrozenByAnother(PermanentError):
    """Another person's freeze stands already."""


class UnknownAlert(PermanentError):
    """No objective has an alert of this name."""


class NotRolledBack(PermanentError):
    """A rollback cannot be started like this."""


@dataclass(frozen=True, slots=True)
class StartedRollback:
    """A flow run that rolls back, and where to watch it."""

    run_id: str
    url: str


def freeze(settings: Settings, reason: str, owner: str) -> None:
    """Freeze merges. Raises FrozenByAnother, NoStack and RedisAway."""
    with _redis(settings) as redis:
        ours = Freeze(redis)
        if not ours.set(reason, owner):
            stands = ours.read()
            by = f" by {described(stands)}" if stands else ", or were until just now"
            raise FrozenByAnother(f"merges are frozen already{by}")


def unfreeze(settings: Settings) -> FreezeState | None:
    """Lift the freeze, whoever set it; returns what stood. Raises NoStack and RedisAway."""
    with _redis(settings) as redis:
        return Freeze(redis).lift()


def described(state: FreezeState) -> str:
    """A freeze in a few words: whose it is, since when, and why."""
    since = f" (since {state.since:%Y-%m-%d %H:%M} UTC)" if state.since else ""
    return f"{state.owner}{since}: {state.reason}"


def silence(settings: Settings, alert: str, reason: str, for_s: int) -> None:
    """Tell nobody of an alert for a while. Raises UnknownAlert, NoStack and RedisAway."""
    _check_alert(settings, alert)
    with _redis(settings) as redis:
        Alerts(redis).silence(alert, reason, for_s)


def unsilence(settings: Settings, alert: str) -> bool:
    """Tell people of an alert again; False when it was not silenced. Raises as `silence` does."""
    _check_alert(settings, alert)
    with _redis(settings) as redis:
        return Alerts(redis).end_silence(alert)


def simulate(settings: Settings, count: int, hours: int) -> None:
    """Fill the stores with simulated tasks. Raises NoStack and RedisAway."""
    retention_s = settings.metrics_retention_days * 24 * 3600
    with _redis(settings) as redis:
        simulation = Simulation(redis, read_objectives(settings.slo_file), retention_s)
        simulation.run(count, hours, datetime.now(UTC), random.Random())  # noqa: S311 - not secret


def remove_simulated(settings: Settings) -> int:
    """Take all simulated tasks back; returns how many. Raises NoStack and RedisAway."""
    with _redis(settings) as redis:
        return Simulated(redis).remove_all()


def _check_alert(settings: Settings, alert: str) -> None:
    known = alert_names(read_objectives(settings.slo_file))
    if alert not in known:
        raise UnknownAlert(f"there is no alert {alert!r}, only {', '.join(known)}")


def read_rollback_mode(settings: Settings) -> str | None:
    """The mode that was set while running, None when none was. Raises NoStack and RedisAway."""
    with _redis(settings) as redis:
        mode = redis.get(keys.ROLLBACK_MODE)
        return None if mode is None else str(mode)


def set_rollback_mode(settings: Settings, mode: str | None) -> None:
    """Set the mode for all runners at once; None leaves it to the settings of each again.

    Raises NoStack and RedisAway.
    """
    with _redis(settings) as redis:
        if mode is None:
            redis.delete(keys.ROLLBACK_MODE)
        else:
            redis.set(keys.ROLLBACK_MODE, mode)


def autonomy_lines(settings: Settings, agent: str | None) -> list[str]:
    """How far agents go and why, a line each, of all or of one. Raises NoStack and RedisAway."""
    levels = read_levels(settings.autonomy)
    with _redis(settings) as redis:
        autonomy = AutonomyStore(redis, levels).read()
    agents = {*autonomy.switched, *levels.named, *(name for name, _ in autonomy.standings)}
    lines = [] if agent or levels.named else [f"{levels.default} (SHIPLOOP_AUTONOMY)"]
    for name in [agent] if agent else sorted(agents):
        switched = autonomy.switched.get(name)
        where = "switched" if switched else "SHIPLOOP_AUTONOMY"
        lines.append(f"{name}: {switched or levels.of(name)} ({where})")
        for (of, kind), standing in autonomy.standings.items():
            if of == name:
                lines.append(f"{name}, {kind}: {standing.level}. {standing.reason}")
    return lines


def set_autonomy(settings: Settings, agent: str, level: str | None) -> None:
    """Switch an agent's level for all runners; None leaves it to their settings again.

    Raises NoStack and RedisAway.
    """
    with _redis(settings) as redis:
        store = AutonomyStore(redis, read_levels(settings.autonomy))
        store.switch(agent, Level(level) if level else None)


def forgive(settings: Settings, agent: str) -> None:
    """Give an agent's kinds of answers back what harm has taken. Raises NoStack and RedisAway."""
    with _redis(settings) as redis:
        AutonomyStore(redis, read_levels(settings.autonomy)).forgive(agent)


def roll_back(settings: Settings, what: str, reason: str) -> StartedRollback:
    """Start the rollback of a merge, named by its sha or by its task.

    The flow refuses a merge that was rolled back before.

    Raises NotRolledBack, NoStack and PrefectAway.
    """
    url = _prefect_url(settings)
    try:
        auth_string = known_prefect_auth_string(settings)
        return _start(url, auth_string, {**_named(what), "reason": reason})
    except httpx.HTTPStatusError as error:
        known = error.response.status_code != httpx.codes.UNAUTHORIZED
        why = error if known else "it asks for a password, see PREFECT_API_AUTH_STRING"
        raise NotRolledBack(f"Prefect refuses to start it: {why}") from error
    except (httpx.HTTPError, RuntimeError, ValueError) as error:
        # Prefect's client makes a RuntimeError of a server that it cannot reach, and a
        # ValueError of an answer that is none of Prefect's.
        raise PrefectAway(
            f"Prefect does not answer at {_place(url)}: is the stack up? See `shiploop doctor` "
            f"({type(error).__name__})"
        ) from error


def _named(what: str) -> dict[str, str]:
    if _FULL_SHA.fullmatch(what.lower()):
        return {"merge_sha": what.lower()}
    try:
        return {"task_id": str(uuid.UUID(what))}
    except ValueError as error:
        raise NotRolledBack(
            f"{what!r} is neither the whole sha of a merge (40 digits) nor the id of a task"
        ) from error


def _start(url: str, auth_string: str | None, parameters: dict[str, str]) -> StartedRollback:
    # It takes a second to load, so only where it is used.
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound
    from prefect.settings import (
        PREFECT_API_AUTH_STRING,
        PREFECT_API_REQUEST_TIMEOUT,
        PREFECT_API_URL,
        PREFECT_CLIENT_MAX_RETRIES,
        temporary_settings,
    )
    from prefect.states import Scheduled

    patience = {
        PREFECT_API_URL: f"{url}/api",
        PREFECT_API_AUTH_STRING: auth_string,
        PREFECT_API_REQUEST_TIMEOUT: _PREFECT_TIMEOUT_S,
        PREFECT_CLIENT_MAX_RETRIES: 1,  # a person waits, and can do it again
    }
    with temporary_settings(patience), get_client(sync_client=True) as ours:
        try:
            deployment = ours.read_deployment_by_name(_DEPLOYMENT)
        except ObjectNotFound as error:
            raise NotRolledBack(
                f"Prefect at {_place(url)} knows no deployment {_DEPLOYMENT}: a runner registers "
                "it when it starts, see `shiploop doctor`"
            ) from error
        run = ours.create_flow_run_from_deployment(
            deployment.id, parameters=parameters, state=Scheduled()
        )
    return StartedRollback(str(run.id), f"{url}/runs/flow-run/{run.id}")


@contextmanager
def _redis(settings: Settings) -> Iterator[Redis]:
    stack = find_stack(settings)
    url = stack.redis if stack else settings.redis_url
    if url is None:
        raise _no_stack("REDIS_URL")
    with Redis.from_url(
        url,
        decode_responses=True,
        legacy_responses=False,
        socket_timeout=_REDIS_TIMEOUT_S,
        socket_connect_timeout=_REDIS_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    ) as redis:
        try:
            yield redis
        except RedisError as error:
            raise RedisAway(
                f"Redis at {_place(url)} does not answer: is the stack up? See `shiploop doctor` "
                f"({error})"
            ) from error


def _prefect_url(settings: Settings) -> str:
    stack = find_stack(settings)
    url = stack.prefect if stack else settings.prefect_api_url
    if url is None:
        raise _no_stack("PREFECT_API_URL")
    return url.rstrip("/").removesuffix("/api")


def _no_stack(setting: str) -> NoStack:
    return NoStack(
        f"no stack runs here: start one with `make up`, or set {setting} to that of one elsewhere"
    )


def _place(url: str) -> str:
    # Without the password that it may have.
    parts = urlsplit(url)
    place = parts.hostname or parts.path  # a socket of this machine has no host
    return f"{place}:{parts.port}" if parts.port else place
