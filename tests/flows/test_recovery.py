"""Runners die, or come back late: tasks do neither. `make chaos` does it hundreds of times."""

import pytest

from bench.chaos.kills import kill_runners
from bench.chaos.pauses import pause_runners
from bench.chaos.rollbacks import kill_rollbacks

pytestmark = [pytest.mark.xdist_group("recovery"), pytest.mark.timeout(300)]

POINTS = (
    "entering-drafting",
    "sending-OpenPullRequest",
    "applied-OpenPullRequest",
    "applied-PUT-pulls",
    "entering-verifying",
    "flow-ended",
)


def test_what_runners_held_when_they_were_killed_is_shipped_once() -> None:
    report = kill_runners(POINTS, at_once=len(POINTS))
    assert report.losses == ()


def test_a_runner_that_was_paused_past_its_lease_does_nothing_twice() -> None:
    report = pause_runners(("taken", "sending-OpenPullRequest", "applied-PUT-pulls"))
    assert report.losses == ()


def test_a_rollback_whose_runner_was_killed_is_made_once_and_ends() -> None:
    report = kill_rollbacks(("rollback-claimed", "applied-PUT-pulls:2"))
    assert report.losses == ()
