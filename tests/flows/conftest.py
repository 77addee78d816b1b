"""What the tests of rollbacks share, each file over a stack `rolling` of its own."""

from collections.abc import Iterator

import pytest
from redis import Redis

from tests.rolling import redis_of
from tests.world import World


@pytest.fixture
def redis(rolling: World) -> Iterator[Redis]:
    """The Redis of the stack that the file runs; what a test has set there is taken back."""
    with redis_of(rolling) as client:
        yield client
