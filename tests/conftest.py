"""The stacks that tests share: one of each kind in a worker, started by who asks first."""

import gc
import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack

import pytest

from tests.rolling import rolling_world
from tests.stacks import PATIENT_DEADLINE_S, running_world
from tests.world import World

# A worker of xdist has all the tests of a group, one after the other; without xdist they are mixed.
_IN_GROUPS = "PYTEST_XDIST_WORKER" in os.environ
_stacks = ExitStack()


def pytest_collection_finish() -> None:
    """Keep what is loaded by now out of each garbage collection: it is 7 % of the tests' CPU."""
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """Stop a group's stacks after its last test: idle, each takes 8 % of a core."""
    try:
        return (yield)
    finally:
        if _IN_GROUPS and nextitem and group_of(item) != group_of(nextitem):
            _stacks.close()


def group_of(item: pytest.Item) -> str | None:
    """The name of the group of tests that share a stack."""
    marker = item.get_closest_marker("xdist_group")
    return marker.args[0] if marker else None


@pytest.fixture(scope="session")
def stacks() -> Iterator[ExitStack]:
    """What runs until the tests of the group are through."""
    with _stacks:
        yield _stacks


@pytest.fixture(scope="session")
def world(stacks: ExitStack) -> World:
    """A stack whose tasks have little patience."""
    return stacks.enter_context(running_world())


@pytest.fixture(scope="session")
def patient_world(stacks: ExitStack) -> World:
    """A stack whose tasks wait for rollbacks, and for other tasks' deploys."""
    return stacks.enter_context(rolling_world(deploy_deadline_s=PATIENT_DEADLINE_S))
