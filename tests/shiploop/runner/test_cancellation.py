"""What somebody cancels in Prefect's UI is passed on to the task, whatever is away meanwhile."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling, Pending

from shiploop.bootstrap import Services
from shiploop.runner.cancellation import CancellationWatch
from shiploop.stack.addresses import free_port
from shiploop.stores.queue import QueueItem
from tests.builders import a_request
from tests.until import wait_until
from tests.world import World

pytestmark = pytest.mark.xdist_group("patient-world")


@pytest.fixture
def prefect(world: World) -> Iterator[SyncPrefectClient]:
    """A client of the stack's Prefect."""
    url, auth = world.prefect_environment.values()
    with SyncPrefectClient(url, auth_string=auth) as client:
        yield client


@contextmanager
def watching(
    services: Services, prefect: SyncPrefectClient, held: Callable[[], tuple[QueueItem, ...]]
) -> Iterator[None]:
    """Watch for the length of the block."""
    stopping = threading.Event()
    watch = CancellationWatch(services, prefect, held).watch
    thread = threading.Thread(target=watch, args=[stopping])
    thread.start()
    try:
        yield
        assert thread.is_alive()
    finally:
        stopping.set()
        thread.join(timeout=10)
    assert not thread.is_alive()


def begun(services: Services, prefect: SyncPrefectClient, question: str) -> tuple[str, FlowRun]:
    """A task that is being worked on, with its flow run."""
    task_id = str(uuid.uuid4())
    deployment = prefect.read_deployment_by_name("closed-loop/closed-loop")
    run = prefect.create_flow_run_from_deployment(
        deployment.id,
        parameters={"question": question},
        state=Pending(),
        idempotency_key=task_id,
    )
    now = datetime.now(UTC)
    services.intake.accept(task_id, a_request(question), now, 10, prefect_run_id=str(run.id))
    return task_id, run


def items_of(*task_ids: str) -> Callable[[], tuple[QueueItem, ...]]:
    held = tuple(QueueItem(f"{number}-0", task_id) for number, task_id in enumerate(task_ids, 1))
    return lambda: held


def test_the_task_of_a_run_that_is_being_cancelled_hears_of_it_and_no_other(
    services: Services, prefect: SyncPrefectClient
) -> None:
    cancelled, run = begun(services, prefect, "Why?")
    other, _ = begun(services, prefect, "How?")
    prefect.set_flow_run_state(run.id, Cancelling(), force=True)
    with watching(services, prefect, items_of(other, cancelled)):
        wait_until(lambda: services.tasks.cancellation_requested(cancelled))
    assert not services.tasks.cancellation_requested(other)


def test_what_is_held_but_has_no_flow_run_yet_or_no_task_any_more_does_no_harm(
    services: Services, prefect: SyncPrefectClient
) -> None:
    queued = str(uuid.uuid4())
    services.intake.accept(queued, a_request("When?"), datetime.now(UTC), 10)
    cancelled, run = begun(services, prefect, "Why?")
    prefect.set_flow_run_state(run.id, Cancelling(), force=True)
    with watching(services, prefect, items_of(queued, "gone", cancelled)):
        wait_until(lambda: services.tasks.cancellation_requested(cancelled))
    assert not services.tasks.cancellation_requested(queued)


def test_a_prefect_that_is_away_does_not_end_the_watch(
    services: Services, prefect: SyncPrefectClient, caplog: pytest.LogCaptureFixture
) -> None:
    task_id, _ = begun(services, prefect, "Why?")
    with (
        SyncPrefectClient(
            f"http://127.0.0.1:{free_port()}/api", httpx_settings={"timeout": httpx.Timeout(1)}
        ) as away,
        watching(services, away, items_of(task_id)),
    ):
        wait_until(lambda: caplog.text.count("could not be looked for") >= 2, timeout_s=30)
