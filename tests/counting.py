"""Counts what no task has done: the numbers of tests, by the script that settles tasks."""

from redis import Redis

from shiploop.domain.objectives.measurement import Measurement
from shiploop.stores.outcomes import recording
from shiploop.stores.scripts import load_script

_RECORD = load_script("record") + "record(cjson.decode(ARGV[1]), tonumber(ARGV[2]))"


def count(redis: Redis, measurement: Measurement, step: int = 1, days: int = 90) -> None:
    """Add a measurement to the numbers, or take it back with a step of -1."""
    redis.eval(_RECORD, 0, recording(measurement, days * 24 * 3600), str(step))
