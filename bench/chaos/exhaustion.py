"""Connections, files and threads are used up or ended from the other side, again and again."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Final

import httpx
import psutil
from redis import Redis

from bench.chaos.exhausted import no_more_files, no_more_threads
from bench.chaos.report import Report
from bench.chaos.troubles import CI_MS, REDIS_AWAY, Trouble, outlive
from bench.chaos.world import ChaosWorld, chaos_world

_LASTS_S: Final = 8.0  # longer than a lease
_AGAIN_S: Final = 0.5
_KNOCK_S: Final = 2.0
_SLOTS: Final = 32
_NO_FILES: Final = ("open files",)
_NO_THREADS: Final = ("can't start new thread",)
_PROMISE: Final = "whatever is used up or ended: it is named, it comes back, and nothing is lost"


def exhaust() -> Report:
    """Use up or end one thing after the other, with tasks on their way."""
    with chaos_world(runners=1, runner_concurrency=_SLOTS) as world:
        world.set_latency(ci_ms=CI_MS)
        return outlive(world, "exhaustion", _PROMISE, _troubles(world))


def _troubles(world: ChaosWorld) -> Iterator[Trouble]:
    for name, begin, named in (
        ("Redis ends all connections, again and again", _kill_clients, ()),
        ("Redis takes no more connections", _no_clients, REDIS_AWAY),
        ("Redis dies, and is started again", _kill_redis, REDIS_AWAY),
        ("PostgreSQL ends all connections, again and again", _kill_backends, ("terminating",)),
        ("PostgreSQL dies, and is started again", _kill_postgres, ("postgres|asyncpg",)),
        ("the API may open no more files", _no_files_for_api, _NO_FILES),
        ("the runner may open no more files", _no_files_for_runner, _NO_FILES),
        ("the runner may start no more threads", _no_threads_for_runner, _NO_THREADS),
    ):
        yield Trouble(name, partial(begin, world), _LASTS_S, named)


@contextmanager
def _kill_clients(world: ChaosWorld) -> Iterator[None]:
    with _again_and_again(lambda: _kill_all(world.redis)):
        yield


def _kill_all(redis: Redis) -> None:
    for kind in ("normal", "pubsub"):
        redis.client_kill_filter(_type=kind, skipme=True)


@contextmanager
def _no_clients(world: ChaosWorld) -> Iterator[None]:
    # By one connection, which is open already.
    address = world.addresses.redis
    with Redis.from_url(address, single_connection_client=True, legacy_responses=False) as admin:
        most = admin.config_get("maxclients")["maxclients"]
        admin.config_set("maxclients", 1)
        _kill_all(admin)
        try:
            yield
        finally:
            admin.config_set("maxclients", most)


@contextmanager
def _kill_backends(world: ChaosWorld) -> Iterator[None]:
    def kill() -> None:
        for each in _backends(world):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGTERM)  # as pg_terminate_backend() does

    with _again_and_again(kill):
        yield


@contextmanager
def _kill_redis(world: ChaosWorld) -> Iterator[None]:
    os.kill(world.pids()["redis"], signal.SIGKILL)
    yield


@contextmanager
def _kill_postgres(world: ChaosWorld) -> Iterator[None]:
    os.kill(_first_of_postgres(world), signal.SIGKILL)
    yield


@contextmanager
def _no_files_for_api(world: ChaosWorld) -> Iterator[None]:
    with no_more_files(world.pids()["api"]):
        with suppress(httpx.TransportError):  # one who comes anew; others have their connection
            httpx.get(f"{world.addresses.api}/healthz", timeout=_KNOCK_S)
        yield


@contextmanager
def _no_files_for_runner(world: ChaosWorld) -> Iterator[None]:
    with no_more_files(world.pids()["runner-1"]):
        yield


@contextmanager
def _no_threads_for_runner(world: ChaosWorld) -> Iterator[None]:
    with no_more_threads(world.pids()["runner-1"]):
        yield


def _first_of_postgres(world: ChaosWorld) -> int:
    return int((world.logs.parent / "postgres/data/postmaster.pid").read_text().split()[0])


def _backends(world: ChaosWorld) -> list[int]:
    children = psutil.Process(_first_of_postgres(world)).children()
    # A backend calls itself by its user, its database, and where its client is.
    return [each.pid for each in children if "[local]" in " ".join(each.cmdline())]


@contextmanager
def _again_and_again(happen: Callable[[], None]) -> Iterator[None]:
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(_AGAIN_S):
            happen()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
