"""A rollback whose merge somebody gets in the way of: its change is made again."""

from collections.abc import Iterator

import pytest
from redis import Redis

from shiploop.domain.faq_document import find
from shiploop.stores import keys
from tests.builders import a_question
from tests.rolling import approve, ended, pulls_from, redis_of, rolling_world, site_is_well
from tests.until import wait_until
from tests.world import World

pytestmark = [pytest.mark.xdist_group("rollback-edits"), pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def rolling() -> Iterator[World]:
    """A stack of its own: production breaks in it."""
    with rolling_world() as world:
        yield world


@pytest.fixture
def redis(rolling: World) -> Iterator[Redis]:
    """The Redis of that stack; what a test has set there is taken back."""
    with redis_of(rolling) as client:
        yield client


@pytest.mark.parametrize(
    ("fault", "question", "kept"),
    [
        # On main, at the very same place: what somebody else has merged stays.
        ("conflict", "How do I deploy to production?", 1),
        # On the rollback's own branch, where nobody else has any business.
        ("head_moved", "How do I export my data?", 0),
    ],
)
def test_a_rollback_that_cannot_be_merged_as_it_was_written_is_written_again(
    rolling: World, redis: Redis, fault: str, question: str, kept: int
) -> None:
    before = rolling.document()
    redis.set(keys.ROLLBACK_MODE, "approval")
    with rolling.fault("bad_deploy"):
        task = rolling.settle(question)
    wait_until(lambda: rolling.task(task["task_id"]).get("rollback") == "waiting_for_approval")
    with rolling.fault(fault):
        approve(rolling)
        ended(rolling, task, "healthy")
    after = rolling.document()
    assert find(after, a_question(question).hash) is None
    assert after.count("in the meantime") == before.count("in the meantime") + kept
    (pull,) = pulls_from(rolling, f"hotfix/rollback-{task['merge_sha']}")
    assert pull["merged_at"] is not None
    assert site_is_well(rolling)
    assert not redis.exists(keys.FREEZE)
