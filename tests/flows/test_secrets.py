"""No secret of a running stack is anywhere but where it was put, whatever went wrong."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from redis import Redis

from tests.loopback import loopback
from tests.world import World

pytestmark = [pytest.mark.xdist_group("guarded-world"), pytest.mark.timeout(180)]

SECRETS = (
    "GITHUB_APP_PRIVATE_KEY",
    "GITHUB_TOKEN",
    "GITHUB_WEBHOOK_SECRET",
    "OPENAI_API_KEY",
    "SENTRY_AUTH_TOKEN",
    "SENTRY_DSN",
    "SHIPLOOP_PREVIOUS_SIGNING_KEY",
    "SHIPLOOP_SIGNING_KEY",
    "SLACK_WEBHOOK_URL",
)


def test_after_a_success_and_failures_no_secret_is_to_be_found_anywhere(
    guarded_world: World,
) -> None:
    shipped = guarded_world.settle("What is the worker heartbeat mechanism?")
    assert shipped["status"] == "done", shipped
    with guarded_world.fault("llm_down", times=None):
        assert guarded_world.settle("What does the queue hold?")["status"] == "done"
    with guarded_world.fault("ci_red"):
        assert guarded_world.settle("How do I stop a worker?")["failure_kind"] == "ci_failed"
    with guarded_world.fault("github_503", times=3):
        guarded_world.settle("The task stays queued?")
    with guarded_world.fault("merge_applied_then_500"):
        guarded_world.settle("How is the change taken back?")
    model = f"{guarded_world.addresses.github}/_sandbox/openai"
    assert loopback.get(model).json()  # the key was used
    planted = {name: guarded_world.environment[name] for name in SECRETS} | {
        "an API key": guarded_world.api_key
    }
    assert all(len(value) > 10 for value in planted.values())
    seen = set()
    for place, text in everything(guarded_world):
        found = [name for name, value in planted.items() if value in text]
        assert not found, f"{found} in {place}"
        if shipped["task_id"] in text:
            seen.add(place.split()[0].rpartition("/")[2])
    assert {"Redis", "Prefect's", "runner-1.log"} <= seen  # it is looked where things are written


def everything(world: World) -> Iterator[tuple[str, str]]:
    """All that the stack has written and shown, by where it was found."""
    yield from files(world)
    yield from stored(world)
    yield from shown_in_prefect(world)
    yield from processes(world)


def files(world: World) -> Iterator[tuple[str, str]]:
    home = world.mirror.parent
    written = [*(home / "logs").iterdir(), *(home / "results").iterdir()]
    for at, _, names in os.walk(home / "clones"):
        written += [Path(at, name) for name in names if name in ("config", "FETCH_HEAD")]
    assert any(path.name == "runner-1.log" for path in written)
    assert any(path.name == "config" for path in written)
    for path in written:
        with suppress(FileNotFoundError):  # what git or a task has cleared away since
            yield str(path), path.read_text(errors="replace")


def stored(world: World) -> Iterator[tuple[str, str]]:
    # A dump has everything, but may be compressed: what is read by type is not.
    readers: dict[Any, Callable[[Redis, Any], object]] = {
        b"string": lambda redis, key: redis.get(key),
        b"hash": lambda redis, key: redis.hgetall(key),
        b"stream": lambda redis, key: redis.xrange(key),
        b"zset": lambda redis, key: redis.zrange(key, 0, -1),
        b"set": lambda redis, key: redis.smembers(key),
        b"list": lambda redis, key: redis.lrange(key, 0, -1),
        b"none": lambda redis, key: None,  # has run out since it was listed
    }
    with Redis.from_url(world.addresses.redis) as redis:
        for key in redis.scan_iter(count=1000):
            yield f"Redis {key!r}", repr((key, readers[redis.type(key)](redis, key)))


def shown_in_prefect(world: World) -> Iterator[tuple[str, str]]:
    for kind in ("flow_runs", "task_runs", "artifacts", "logs", "deployments", "block_documents"):
        shown = world.prefect("POST", f"/{kind}/filter", {"limit": 200})
        yield f"Prefect's {kind}", json.dumps(shown)


def processes(world: World) -> Iterator[tuple[str, str]]:
    pids = json.loads((world.mirror.parent / "stack.json").read_text())["pids"]
    for name, pid in pids.items():
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            try:
                yield f"the arguments of {name}", " ".join(each.cmdline())
            except psutil.NoSuchProcess:
                continue
