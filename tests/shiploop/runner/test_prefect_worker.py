"""The runner as a Prefect worker: each run that Prefect starts is one task, or says why not."""

import asyncio
import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from shiploop.domain.delivery.task import FailureKind, failed
from shiploop.runner.prefect_worker import keep_going
from shiploop.stores import keys
from shiploop.stores.intake import Accepted, Intake
from shiploop.stores.outcomes import Outcomes, Settlement
from shiploop.stores.queue import Queue
from shiploop.stores.tasks import Lease, Tasks
from tests.builders import a_request
from tests.world import World

pytestmark = pytest.mark.xdist_group("patient-world")


def test_retrying_the_run_of_a_settled_task_is_refused(world: World) -> None:
    with world.fault("ci_red"):
        task = world.settle("What is phase 4: the 99 % objective?")
    assert task["failure_kind"] == "ci_failed", task
    before = world.document()
    run_id = task["prefect_run_id"]
    retry = {"type": "SCHEDULED", "name": "AwaitingRetry", "message": "Retry from the UI"}
    answer = world.prefect("POST", f"/flow_runs/{run_id}/set_state", {"state": retry})
    assert answer["status"] == "ACCEPT", answer
    state = world.wait_for_prefect_state(run_id)
    assert state["type"] == "FAILED", state
    assert "is settled as error" in state["message"]
    assert world.task(task["task_id"]) == task
    assert world.document() == before
    assert len(world.pull_requests(task["task_id"])) == 1


def test_a_run_that_was_accepted_once_is_not_accepted_again_when_its_task_has_failed(
    redis: Redis,
) -> None:
    """The sweep hands a run on once more whose state Prefect still says is Pending."""
    run_id, now = str(uuid.uuid4()), datetime.now(UTC)
    request, intake = a_request(), Intake(redis)
    tasks, queue = Tasks(redis, 600), Queue(redis, redis, keys.QUEUE, "task_id")
    queue.create_group()
    assert intake.accept(run_id, request, now, 10, run_id) == Accepted(run_id, duplicate=False)
    (item,) = queue.take("one", 1, 50)
    run = tasks.load(run_id)
    assert run is not None
    outcome = failed(FailureKind.CRASHED, "5 runners have died of it")
    outcomes = Outcomes(redis, (), retention_s=3600)
    assert outcomes.settle(run, Lease("one", item.item_id), outcome, now) is Settlement.SETTLED
    settled = tasks.read(run_id)
    later = now + timedelta(seconds=15)
    assert intake.accept(run_id, request, later, 10, run_id) == Accepted(run_id, duplicate=True)
    assert tasks.read(run_id) == settled
    assert queue.backlog() == 0


def test_a_run_pending_for_long_is_swept_up_as_if_it_had_just_been_handed_on(
    world: World,
) -> None:
    """A worker died between Prefect's Pending and our queue: nobody else would ask again."""
    name = "closed-loop"
    deployment = world.prefect("GET", f"/deployments/name/{name}/{name}")
    body = {
        "parameters": {"question": "How are forgotten runs found by the worker heartbeat?"},
        "state": {"type": "PENDING"},
    }
    run = world.prefect("POST", f"/deployments/{deployment['id']}/create_flow_run", body)
    task = world.wait_for_task(run["id"])
    assert task["prefect_run_id"] == run["id"]
    assert world.prefect_state(run["id"])["type"] == "COMPLETED"


def test_a_run_scheduled_for_later_is_not_handed_on_before_its_time(world: World) -> None:
    """Until then it would hold a slot, and the stop of the runner that holds it."""
    deployment = world.prefect("GET", "/deployments/name/slo-review/slo-review")
    due = datetime.now(UTC) + timedelta(seconds=3)
    body = {"state": {"type": "SCHEDULED", "state_details": {"scheduled_time": due.isoformat()}}}
    run = world.prefect("POST", f"/deployments/{deployment['id']}/create_flow_run", body)
    world.wait_for_prefect_state(run["id"])
    states = world.prefect("GET", f"/flow_run_states/?flow_run_id={run['id']}")
    pending = [state["timestamp"] for state in states if state["type"] == "PENDING"]
    assert datetime.fromisoformat(min(pending)) >= due


def test_none_of_the_workers_loops_ends_alone_and_unseen() -> None:
    ended = []

    async def goes_on() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("the other")

    async def ends() -> None:
        raise LookupError("by an error")

    with pytest.raises(LookupError, match="by an error"):
        asyncio.run(keep_going(threading.Event(), goes_on(), ends()))
    assert ended == ["the other"]
