"""Which errors of a step are worth another try."""

import pytest
from redis import Redis
from redis.exceptions import RedisError, ResponseError

from shiploop.errors import GitHubUnavailable, PermanentError
from tasks.shared.durability import is_transient
from tests.until import until


def error_of(redis: Redis, *, transaction: bool) -> RedisError | None:
    """What it answers to a write."""
    try:
        with redis.pipeline(transaction=transaction) as pipe:
            pipe.set("written", "1")
            pipe.execute()
    except RedisError as error:
        return error
    return None


@pytest.mark.parametrize("transaction", [True, False])
@pytest.mark.parametrize("setting", ["maxmemory", "min-replicas-to-write"])
def test_a_redis_that_refuses_writes_for_now_is_asked_again(
    redis: Redis, setting: str, transaction: bool
) -> None:
    redis.config_set(setting, "1")
    try:
        error = until(lambda: error_of(redis, transaction=transaction), bool, timeout_s=5)
    finally:
        redis.config_set(setting, "0")
    assert is_transient(error)


def test_a_disk_that_is_full_may_have_space_again() -> None:
    said = "MISCONF Errors writing to the AOF file: No space left on device"
    assert is_transient(ResponseError(said))


def test_what_is_wrong_stays_wrong(redis: Redis) -> None:
    redis.set("text", "1")
    with pytest.raises(ResponseError) as wrong:
        redis.lpush("text", "1")
    assert not is_transient(wrong.value)
    assert not is_transient(PermanentError("no"))
    assert not is_transient(ValueError("no"))
    assert is_transient(GitHubUnavailable("away"))
