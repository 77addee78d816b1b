"""What sweeps remember, and who may sweep."""

from dataclasses import replace

from redis import Redis

from shiploop.domain.upkeep.kept import Standing
from shiploop.domain.upkeep.kept_record import Birth
from shiploop.stores import keys
from shiploop.stores.kept_records import KeptRecords
from tests.builders import NOON, TASK_ID
from tests.shiploop.domain.upkeep.test_kept_record import a_record, asked


def test_records_are_read_as_they_were_written_and_others_go(redis: Redis) -> None:
    store, first = KeptRecords(redis), a_record()
    second = replace(asked(), key="cd" * 32, standing=Standing.LEFT, merged_at=None)
    store.replace("faq", [first, second])
    assert store.read("faq") == {first.key: first, second.key: second}
    assert store.read("notes") == {}
    store.replace("faq", [second])
    assert store.read("faq") == {second.key: second}
    store.replace("faq", [])
    assert store.read("faq") == {}


def test_what_another_version_has_written_is_none(redis: Redis) -> None:
    store, record = KeptRecords(redis), a_record()
    store.replace("faq", [record])
    redis.hset(keys.kept("faq"), mapping={"a": "{}", "b": "no JSON", "c": '{"standing": "new"}'})
    assert store.read("faq") == {record.key: record}


def test_tasks_tell_what_they_have_shipped(redis: Redis) -> None:
    redis.hset(keys.task("one"), mapping={"made_of": "x y", "merged_at": "2026-11-22T12:00:00Z"})
    told = KeptRecords(redis).births(["one", TASK_ID])
    assert told == {"one": Birth("x y", NOON), TASK_ID: Birth()}


def test_one_run_sweeps_at_a_time_and_may_begin_again(redis: Redis) -> None:
    store = KeptRecords(redis)
    assert store.begin_sweep("faq", "run-1")
    assert store.begin_sweep("faq", "run-1")
    assert not store.begin_sweep("faq", "run-2")
    assert store.begin_sweep("notes", "run-2")
    store.end_sweep("faq")
    assert store.begin_sweep("faq", "run-2")
