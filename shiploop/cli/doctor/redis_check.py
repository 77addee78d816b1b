"""Redis, and the runners that are known through it."""

from collections.abc import Iterator
from datetime import datetime

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from shiploop.cli.doctor.diagnosis import (
    Finding,
    Health,
    RedisFacts,
    judge_left_out,
    judge_redis,
)
from shiploop.stores import keys
from shiploop.stores.heartbeats import Heartbeats
from shiploop.stores.left_out import LeftOutStore

_TIMEOUT_S = 3.0


def check_redis(url: str | None) -> Iterator[Finding]:
    """Is Redis there, new enough, and does it keep what it is given?"""
    if url is None:
        advice = "Start the stack with `make up`, which has a server of its own, or set REDIS_URL."
        yield Finding("redis", Health.NOT_CONFIGURED, "REDIS_URL is not set", advice)
        return
    with _redis(url) as redis:
        try:
            facts = _read_facts(redis)
        except RedisError as error:
            advice = "Start the stack with `make up`, or correct REDIS_URL."
            yield Finding("redis", Health.BROKEN, f"does not answer: {error}", advice)
            return
    yield from judge_redis(facts)


def check_runners(redis_url: str | None, now: datetime) -> Iterator[Finding]:
    """Does any runner live?"""
    if redis_url is None:
        what, advice = "they are known through Redis only", "Set REDIS_URL first."
        yield Finding("runners", Health.NOT_CONFIGURED, what, advice)
        return
    with _redis(redis_url) as redis:
        try:
            living = Heartbeats(redis).living(now)
        except RedisError:
            what = "unknown, because Redis does not answer"
            yield Finding("runners", Health.BROKEN, what, "Bring Redis back first.")
            return
    if living:
        yield Finding("runners", Health.OK, f"{len(living)} alive")
    else:
        what, advice = "none is alive: questions are taken, and wait", "Start one with `make up`."
        yield Finding("runners", Health.BROKEN, what, advice)


def check_documents(redis_url: str | None) -> Iterator[Finding]:
    """What was found in the repository, and is there something no answer is taken from?"""
    if redis_url is None:
        return
    with _redis(redis_url) as redis:
        try:
            store = LeftOutStore(redis)
            (count, named), found = store.read(), store.found()
        except RedisError:
            return  # said already
    yield from (Finding("documents", Health.OK, what) for what in found)
    if count:
        yield judge_left_out(count, named)


def _read_facts(redis: Redis) -> RedisFacts:
    told = redis.info()
    try:
        save_points: str | None = redis.config_get("save").get("save", "")
    except ResponseError:  # hosted servers forbid it, or do not know it
        save_points = None
    return RedisFacts(
        version=str(told["redis_version"]),
        append_only=bool(told.get("aof_enabled")),
        save_points=save_points,
        eviction_policy=str(told.get("maxmemory_policy", "noeviction")),
        write_error=_write_error(redis),
    )


def _write_error(redis: Redis) -> str:
    try:
        redis.set(keys.DOCTOR, "", xx=True)  # never there, so this writes nothing
    except ResponseError as error:  # no memory, no disk, or a replica that only reads
        return str(error)
    return ""


def _redis(url: str) -> Redis:
    return Redis.from_url(
        url,
        decode_responses=True,
        legacy_responses=False,
        socket_timeout=_TIMEOUT_S,
        socket_connect_timeout=_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )
