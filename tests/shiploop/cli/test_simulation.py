"""Simulated traffic: real in every store, and gone without a trace when it is removed."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redis import Redis

from shiploop.bootstrap import Services
from shiploop.cli.simulation import Simulation
from shiploop.domain.delivery.stages import stages_ms
from shiploop.slo_file import read_objectives
from shiploop.stores import keys
from shiploop.stores.simulated import Simulated
from shiploop.stores.task_index import TaskIndex
from tests.builders import TASK_ID, a_request

SLOS = read_objectives(Path("deployments/slo.yaml"))
NOW = datetime(2026, 11, 26, 18, tzinfo=UTC)
DAYS = [NOW.date() - timedelta(days=1), NOW.date()]


def simulate(redis: Redis, count: int) -> None:
    Simulation(redis, SLOS, 90 * 24 * 3600).run(count, 24, NOW, random.Random(1))


def test_simulated_tasks_are_tasks_that_are_marked(services: Services, redis: Redis) -> None:
    simulate(redis, 50)
    tasks = TaskIndex(redis).page(100).tasks
    assert len(tasks) == 50
    assert all(task.simulated and task.settled_at for task in tasks)
    assert all("(simulated" in task.title for task in tasks)
    done = [task for task in tasks if task.status == "done"]
    assert len(stages_ms(done[0])) == 7
    assert services.task_queue.backlog() == 0


def test_simulated_tasks_count_in_every_number(services: Services, redis: Redis) -> None:
    simulate(redis, 300)
    report = services.reports.report(DAYS)
    total = report.total
    assert total.success + total.failure + total.declined == 300
    assert 200 < total.tte.count <= 300
    assert 10_000 < total.tte.p50 < 60_000
    assert report.generators["extractive"] == total.total
    statuses = {one.slo.name: one for one in services.reports.slo_statuses(NOW)}
    assert statuses["success-rate"].counted.total > 100


def test_removed_simulated_tasks_leave_what_is_real_as_it_was(
    services: Services, redis: Redis
) -> None:
    services.intake.accept(TASK_ID, a_request(), NOW, 100)
    before = {key: redis.dump(key) for key in redis.scan_iter()}
    simulate(redis, 30)
    assert Simulated(redis).count() == 30
    assert Simulated(redis).remove_all() == 30
    assert Simulated(redis).remove_all() == 0
    assert services.reports.report(DAYS).total.total == 0
    assert services.reports.report(DAYS).failures == {}
    after = {key: redis.dump(key) for key in redis.scan_iter()}
    noughts = {str(key) for key in after.keys() - before.keys()}
    assert all(name.startswith("agent:metrics:") for name in noughts), noughts
    assert {key: after[key] for key in before} == before
    assert redis.exists(keys.task(TASK_ID))
