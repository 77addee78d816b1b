"""The stacks that tests share: one of each kind in a worker, started by who asks first."""

from collections.abc import Iterator

import pytest

from tests.rolling import rolling_world
from tests.stacks import PATIENT_DEADLINE_S, running_world
from tests.world import World


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """A stack whose tasks have little patience."""
    with running_world() as running:
        yield running


@pytest.fixture(scope="session")
def patient_world() -> Iterator[World]:
    """A stack whose tasks wait for rollbacks, and for other tasks' deploys."""
    with rolling_world(deploy_deadline_s=PATIENT_DEADLINE_S) as running:
        yield running
