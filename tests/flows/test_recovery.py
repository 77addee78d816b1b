"""Runners die, tasks do not. `make chaos` does it hundreds of times, and much else."""

import pytest

from bench.chaos.kills import kill_runners

# One group of all that start a stack for a single test: groups are begun before single tests,
# and the longest would come last.
pytestmark = [pytest.mark.xdist_group("stacks-of-their-own"), pytest.mark.timeout(300)]

POINTS = (
    "entering-drafting",
    "sending-OpenPullRequest",
    "applied-OpenPullRequest",
    "applied-PUT-pulls",
    "entering-verifying",
    "flow-ended",
)


def test_what_runners_held_when_they_were_killed_is_shipped_once() -> None:
    # How soon is for `make chaos` to say, on a machine that runs no other tests meanwhile.
    report = kill_runners(POINTS, at_once=len(POINTS), takeover_p95_s=60)
    assert report.losses == ()
