"""Runners stop in the middle of a task for longer than a lease, and go on as if nothing were."""

from bench.chaos.evidence import losses
from bench.chaos.report import Report
from bench.chaos.restartable_redis import RestartableRedis
from bench.chaos.runners import RunnerProcess
from bench.chaos.world import ChaosWorld, chaos_world

# Where a runner that comes back too late could do harm.
_POINTS = (
    "taken",
    "flow-run-created",
    "entering-opening",
    "sending-OpenPullRequest",
    "applied-OpenPullRequest",
    "entering-merging",
    "sending-PUT-pulls",
    "applied-PUT-pulls",
    "entering-verifying",
    "flow-ended",
)
_CI_MS = 200
_HEALTHY_SLOTS = 16
_PAUSE_TIMEOUT_S = 180.0
_SETTLE_TIMEOUT_S = 120.0
