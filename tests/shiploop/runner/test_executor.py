"""What the executor does with an item: run it once, settle it, or give it up, never more.

The flow is a short one of the test's own; Prefect and Redis are real.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect import flow, suspend_flow_run
from prefect._internal.result_records import ResultRecordMetadata
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.context import SyncClientContext
from prefect.serializers import JSONSerializer
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_HOME,
    PREFECT_LOGGING_TO_API_ENABLED,
    temporary_settings,
)
from prefect.states import Cancelled, Cancelling, Completed, Crashed, Failed, Pending
from pydantic import SecretStr
from redis import Redis

from flows.closed_loop import closed_loop
from shiploop.bootstrap import Services, SettingMissing, build
from shiploop.bootstrap import services as the_services
from shiploop.domain.delivery.task import FailureKind, Merge, Outcome, done, failed
from shiploop.domain.delivery.task_record import TaskRecord
from shiploop.errors import GitHubUnavailable, StateChanged
from shiploop.runner.executor import Executor
from shiploop.settings import Settings
from shiploop.stores import keys
from shiploop.stores.queue import QueueItem
from tasks.tidy_up import conclude
from tests.builders import a_question, a_request
from tests.sandbox_process import REPOSITORY
from tests.world import REPOSITORY as WORLDS_REPOSITORY
from tests.world import World

pytestmark = pytest.mark.xdist_group("patient-world")

WORKER = "the-runner-under-test"
CAP = 3
MERGE = Merge("a" * 40, datetime.now(UTC))
DONE = done(MERGE, "http://127.0.0.1/faq#x")
TOKEN = "the-token-of-nobody"
A_BUG, SEE = "a bug of shiploop's: ", "(see the log, and Sentry where it is set up)"


class Flows:
    """Stands where our flows stand; `ends` decides how a run of it ends."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.ends: Callable[[], Outcome | State[Any] | None] = lambda: DONE

        @flow(name="flow-of-the-test")
        def closed_loop(
            question: str = "", agent: str = "faq", request: dict[str, str] | None = None
        ) -> Any:
            self.ran.append(question or f"{agent}: {(request or {})['question']}")
            return self.ends()

        self.closed_loop = closed_loop


@pytest.fixture
def flows() -> Flows:
    return Flows()


@pytest.fixture
def services(redis_url: str, tmp_path: Path) -> Services:
    ours = build(
        Settings(
            _env_file=None,
            redis_url=redis_url,
            github_repo=REPOSITORY,
            github_token=TOKEN,
            home=tmp_path,
            delivery_cap=CAP,
        )
    )
    ours.task_queue.create_group()
    ours.flow_queue.create_group()
    return ours


@pytest.fixture
def prefect(world: World, tmp_path: Path) -> Iterator[SyncPrefectClient]:
    """A client of the stack's Prefect, which runs of this test use as well."""
    with (
        temporary_settings(
            {
                PREFECT_API_URL: f"{world.addresses.prefect}/api",
                PREFECT_API_AUTH_STRING: world.prefect_auth_string,
                PREFECT_HOME: tmp_path / "prefect",
                PREFECT_LOGGING_TO_API_ENABLED: False,
            }
        ),
        SyncClientContext() as context,
    ):
        yield context.client


@pytest.fixture
def deployment_id(prefect: SyncPrefectClient) -> uuid.UUID:
    return prefect.read_deployment_by_name("closed-loop/closed-loop").id


@pytest.fixture
def executor(
    services: Services, prefect: SyncPrefectClient, flows: Flows, deployment_id: uuid.UUID
) -> Executor:
    named = {"closed-loop": flows.closed_loop}
    return Executor(services, prefect, named, {"closed-loop": deployment_id}, WORKER)


def accepted(
    services: Services,
    prefect_run_id: str = "",
    text: str = "What is the worker heartbeat mechanism?",
) -> str:
    """Accept a question; returns the id of its task."""
    task_id = str(uuid.uuid4())
    now = datetime.now(UTC)
    services.intake.accept(task_id, a_request(text), now, 10, prefect_run_id=prefect_run_id)
    return task_id


def taken(services: Services, consumer: str = WORKER) -> QueueItem:
    (item,) = services.task_queue.take(consumer, 1, 50)
    return item


def task(services: Services, task_id: str) -> TaskRecord:
    record = services.tasks.read(task_id)
    assert record is not None
    return record


def ending(services: Services, task_id: str) -> tuple[str | None, ...]:
    record = task(services, task_id)
    return record.status, record.failure_kind, record.error


def counted(redis: Redis) -> dict[str, int]:
    """How many successes and failures were counted today."""
    today = datetime.now(UTC).date()
    return {n: int(redis.get(keys.metrics(n, today)) or 0) for n in ("success", "failure")}


def pending_run(prefect: SyncPrefectClient, deployment_id: uuid.UUID, key: str) -> FlowRun:
    """A run of the closed loop as the runner creates it."""
    return prefect.create_flow_run_from_deployment(
        deployment_id,
        parameters={"question": "Why?"},
        state=Pending(),
        idempotency_key=key,
    )


@contextmanager
def not_run(flows: Flows, services: Services) -> Iterator[None]:
    """In the block no flow runs; after it no item is left."""
    yield
    assert flows.ran == []
    assert services.task_queue.backlog() == 0


def test_a_task_is_run_once_and_settled_as_its_flow_says(
    executor: Executor, services: Services, flows: Flows, prefect: SyncPrefectClient, redis: Redis
) -> None:
    task_id = accepted(services)
    executor.run_task(taken(services), 1)
    assert flows.ran == [f"faq: {a_question().text}"]
    settled = task(services, task_id)
    assert (settled.status, settled.merge_sha) == ("done", MERGE.sha)
    assert services.task_queue.backlog() == 0
    assert counted(redis) == {"success": 1, "failure": 0}
    run = prefect.read_flow_run(uuid.UUID(settled.prefect_run_id))
    assert run.idempotency_key == task_id
    assert run.name == f"faq: {a_question().text}"
    assert run.parameters == {"agent": "faq", "request": {"question": a_question().text}}
    assert run.state is not None
    assert run.state.is_completed()


def test_the_outcome_of_a_run_that_failed_in_prefect_is_the_flows_own(
    executor: Executor, services: Services, flows: Flows
) -> None:
    outcome = failed(FailureKind.CI_FAILED, "checks failed: lint")
    flows.ends = lambda: conclude(outcome)
    task_id = accepted(services)
    executor.run_task(taken(services), 1)
    assert ending(services, task_id) == ("error", "ci_failed", "checks failed: lint")


class Raised:
    """Ends a flow, or whatever it stands for, by an error."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def __call__(self, *_arguments: object, **_named: object) -> Any:
        raise self._error


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (ZeroDivisionError("by 0"), "internal", f"{A_BUG}ZeroDivisionError: by 0 {SEE}"),
        (KeyError(TOKEN), "internal", f"{A_BUG}KeyError: '[redacted]' {SEE}"),
        (SettingMissing("IT is not set"), "internal", "IT is not set"),
        (GitHubUnavailable("503"), "github", "503"),
    ],
)
def test_a_flow_that_raises_ends_the_task_as_what_the_error_is(
    executor: Executor,
    services: Services,
    flows: Flows,
    redis: Redis,
    error: Exception,
    kind: str,
    reason: str,
) -> None:
    flows.ends = Raised(error)
    task_id = accepted(services)
    executor.run_task(taken(services), 1)
    assert ending(services, task_id) == ("error", kind, reason)
    assert services.task_queue.backlog() == 0
    assert counted(redis) == {"success": 0, "failure": 1}


def test_a_run_that_prefect_calls_crashed_is_one(
    executor: Executor, services: Services, flows: Flows
) -> None:
    flows.ends = lambda: Crashed(message="its process is gone")
    task_id = accepted(services)
    executor.run_task(taken(services), 1)
    reason = "the flow ended as Crashed: its process is gone"
    assert ending(services, task_id) == ("error", "crashed", reason)


def test_a_bug_outside_the_flow_ends_the_task_at_once(
    services: Services,
    prefect: SyncPrefectClient,
    flows: Flows,
    deployment_id: uuid.UUID,
    redis: Redis,
) -> None:
    run = pending_run(prefect, deployment_id, str(uuid.uuid4()))
    task_id = accepted(services, prefect_run_id=str(run.id))
    executor = Executor(services, prefect, {}, {"closed-loop": deployment_id}, WORKER)
    executor.run_task(taken(services), 1)  # it knows no flow of that name
    reason = f"{A_BUG}KeyError: 'closed-loop' {SEE}"
    assert ending(services, task_id) == ("error", "internal", reason)
    assert services.task_queue.backlog() == 0
    assert counted(redis) == {"success": 0, "failure": 1}
    state = state_of(prefect, run.id)
    assert (state.type, state.name, state.message) == (StateType.FAILED, "internal", reason)


def test_what_prefect_refuses_for_good_ends_the_task_at_once(
    services: Services, prefect: SyncPrefectClient, flows: Flows
) -> None:
    unknown = {"closed-loop": uuid.uuid4()}  # as of a database that was there before
    task_id = accepted(services)
    executor = Executor(services, prefect, {"closed-loop": flows.closed_loop}, unknown, WORKER)
    executor.run_task(taken(services), 1)
    status, kind, reason = ending(services, task_id)
    assert (status, kind) == ("error", "internal")
    assert str(reason).startswith("Prefect was away for too long, or refused what it was asked: ")
    assert "404" in str(reason)
    assert services.task_queue.backlog() == 0


def test_an_outage_is_left_to_whoever_calls_again(
    executor: Executor, services: Services, flows: Flows
) -> None:
    task_id = accepted(services)
    item = taken(services)
    named, away = {"closed-loop": flows.closed_loop}, SyncPrefectClient("http://127.0.0.1:1/api")
    cut_off = Executor(services, away, named, {"closed-loop": uuid.uuid4()}, WORKER)
    with pytest.raises(httpx.ConnectError):
        cut_off.run_task(item, 1)
    assert task(services, task_id).status == "queued"
    assert services.task_queue.backlog() == 1
    executor.run_task(item, 1)
    assert ending(services, task_id)[0] == "done"


def test_who_leaves_settles_nothing_for_what_fails_by_it(
    services: Services, prefect: SyncPrefectClient, deployment_id: uuid.UUID
) -> None:
    task_id = accepted(services)
    executor = Executor(services, prefect, {}, {"closed-loop": deployment_id}, WORKER)
    executor.leave()
    with pytest.raises(KeyError):
        executor.run_task(taken(services), 1)
    assert task(services, task_id).status == "running"
    assert services.task_queue.backlog() == 1


def test_a_bug_that_comes_after_the_lease_was_lost_settles_nothing(
    services: Services, prefect: SyncPrefectClient, deployment_id: uuid.UUID
) -> None:
    task_id = accepted(services)
    item = taken(services)

    class Overtaken(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            assert services.task_queue.take_over("another", 0) == (item, 2)
            raise KeyError(name)

    executor = Executor(services, prefect, {}, {"closed-loop": deployment_id}, WORKER)
    executor._flows = Overtaken()
    executor.run_task(item, 1)
    assert task(services, task_id).status == "running"
    assert services.task_queue.backlog() == 1


@pytest.fixture
def services_without_a_key(
    redis_url: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Services]:
    """What the steps of the real flow find by themselves: all is set but the key that signs."""
    settings = Settings(
        _env_file=None,
        redis_url=redis_url,
        github_repo=WORLDS_REPOSITORY,
        github_token=SecretStr(world.token),
        github_api_url=world.addresses.github,
        home=tmp_path,
    )
    for name, value in settings.as_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SHIPLOOP_SIGNING_KEY", raising=False)
    the_services.cache_clear()
    ours = the_services()
    ours.task_queue.create_group()
    yield ours
    the_services.cache_clear()
    ours.github._transport._http.close()  # type: ignore[attr-defined]
    ours.site._http.close()


def test_a_task_that_nobody_can_sign_says_which_setting_is_missing(
    services_without_a_key: Services,
    prefect: SyncPrefectClient,
    deployment_id: uuid.UUID,
    world: World,
) -> None:
    ours = services_without_a_key
    task_id = accepted(ours, text="How are webhooks verified?")
    flows, ids = {"closed-loop": closed_loop}, {"closed-loop": deployment_id}
    executor = Executor(ours, prefect, flows, ids, ours.runner_id)
    executor.run_task(taken(ours, ours.runner_id), 1)
    reason = "SHIPLOOP_SIGNING_KEY is not set: see .env.example, or start with `make up`"
    assert ending(ours, task_id) == ("error", "internal", reason)
    run_id = task(ours, task_id).prefect_run_id
    assert run_id is not None
    state = state_of(prefect, uuid.UUID(run_id))
    assert (state.type, state.name, state.message) == (StateType.FAILED, "internal", reason)
    assert world.pull_requests(task_id) == []
    assert world.branches(task_id) == []


def test_who_was_overtaken_before_it_began_runs_nothing(
    executor: Executor, services: Services, flows: Flows
) -> None:
    task_id = accepted(services)
    item = taken(services)
    assert services.task_queue.take_over("another", 0) == (item, 2)
    executor.run_task(item, 1)
    assert flows.ran == []
    assert task(services, task_id).status == "queued"
    assert services.task_queue.backlog() == 1


def test_what_so_many_runners_have_died_of_is_not_run_again(
    executor: Executor, services: Services, flows: Flows, redis: Redis
) -> None:
    task_id = accepted(services)
    with not_run(flows, services):
        executor.run_task(taken(services), CAP + 1)
    assert ending(services, task_id) == ("error", "crashed", "3 runners have died of it")
    assert counted(redis) == {"success": 0, "failure": 1}


def test_the_last_delivery_that_is_allowed_runs(
    executor: Executor, services: Services, flows: Flows
) -> None:
    task_id = accepted(services)
    executor.run_task(taken(services), CAP)
    assert flows.ran == [f"faq: {a_question().text}"]
    assert ending(services, task_id)[0] == "done"


def test_the_run_of_a_task_that_is_given_up_has_ended_in_prefect(
    executor: Executor,
    services: Services,
    prefect: SyncPrefectClient,
    deployment_id: uuid.UUID,
) -> None:
    run = pending_run(prefect, deployment_id, str(uuid.uuid4()))
    accepted(services, prefect_run_id=str(run.id))
    executor.run_task(taken(services), CAP + 1)
    state = prefect.read_flow_run(run.id).state
    assert state is not None
    assert state.is_crashed()


def test_the_item_of_a_task_that_is_gone_is_dropped(
    executor: Executor, services: Services, flows: Flows, redis: Redis
) -> None:
    task_id = accepted(services)
    item = taken(services)
    redis.delete(keys.task(task_id))
    with not_run(flows, services):
        executor.run_task(item, 1)
    assert services.tasks.read(task_id) is None
    assert counted(redis) == {"success": 0, "failure": 0}


def test_a_task_that_nobody_can_read_is_dropped_in_the_end(
    executor: Executor, services: Services, flows: Flows, redis: Redis
) -> None:
    redis.hset(keys.task(accepted(services)), "status", "a-status-of-tomorrow")
    item = taken(services)
    with pytest.raises(ValueError, match="a-status-of-tomorrow"):
        executor.run_task(item, CAP)
    assert services.task_queue.backlog() == 1
    executor.run_task(item, CAP + 1)
    assert services.task_queue.backlog() == 0
    assert flows.ran == []


@pytest.mark.parametrize("failed_in_prefect", [False, True])
def test_a_settled_task_is_not_run_again(
    executor: Executor, services: Services, flows: Flows, redis: Redis, failed_in_prefect: bool
) -> None:
    if failed_in_prefect:
        flows.ends = lambda: conclude(failed(FailureKind.CI_FAILED, "checks failed: lint"))
    task_id = accepted(services)
    executor.run_task(taken(services), 1)
    before, once = task(services, task_id), counted(redis)
    flows.ran.clear()
    services.task_queue.add(task_id)
    with not_run(flows, services):
        executor.run_task(taken(services), 1)
    assert task(services, task_id) == before
    assert counted(redis) == once


@pytest.mark.parametrize("state", [Cancelling(), Cancelled()], ids=["cancelling", "cancelled"])
def test_the_flow_of_a_run_that_was_cancelled_in_prefect_hears_of_it(
    executor: Executor,
    services: Services,
    flows: Flows,
    prefect: SyncPrefectClient,
    deployment_id: uuid.UUID,
    state: State[Any],
) -> None:
    run = pending_run(prefect, deployment_id, str(uuid.uuid4()))
    prefect.set_flow_run_state(run.id, state, force=True)
    task_id = accepted(services, prefect_run_id=str(run.id))

    def tidied_up() -> State[Any]:
        assert services.tasks.cancellation_requested(task_id)
        return conclude(failed(FailureKind.CANCELLED, "cancelled on request"))

    flows.ends = tidied_up
    executor.run_task(taken(services), 1)
    assert ending(services, task_id) == ("error", "cancelled", "cancelled on request")
    ended = prefect.read_flow_run(run.id).state
    assert ended is not None
    assert ended.is_cancelled()


def forged(home: Path) -> State[Any]:
    """A state that names a result which nobody of ours has written; harmless, but telling."""
    written = {"status": "done", "reason": "as somebody else wishes", "merge": None}
    record = {"metadata": {"serializer": {"type": "json"}}, "result": json.dumps(written)}
    (home / "forged").write_text(json.dumps(record))
    metadata = ResultRecordMetadata(
        storage_key=str(home / "forged"), serializer=JSONSerializer(), expiration=None
    )
    return Completed(data=metadata)


@pytest.mark.parametrize("set_by_somebody", [Completed, Failed, Crashed, "forged"])
def test_a_state_that_somebody_has_set_in_prefect_decides_nothing(
    executor: Executor,
    services: Services,
    flows: Flows,
    prefect: SyncPrefectClient,
    deployment_id: uuid.UUID,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    set_by_somebody: Any,
) -> None:
    run = pending_run(prefect, deployment_id, str(uuid.uuid4()))
    state = forged(tmp_path) if set_by_somebody == "forged" else set_by_somebody()
    prefect.set_flow_run_state(run.id, state, force=True)
    task_id = accepted(services, prefect_run_id=str(run.id))
    executor.run_task(taken(services), 1)
    assert flows.ran == [f"faq: {a_question().text}"]
    assert task(services, task_id).merge_sha == MERGE.sha
    assert "its run is" in caplog.text
    assert state_of(prefect, run.id).is_completed()


def test_a_state_that_is_set_while_the_flow_runs_is_not_taken_for_its_end(
    executor: Executor,
    services: Services,
    flows: Flows,
    prefect: SyncPrefectClient,
    tmp_path: Path,
) -> None:
    task_id = accepted(services)
    item = taken(services)

    def set_meanwhile() -> Outcome:
        run_id = task(services, task_id).prefect_run_id
        assert run_id is not None
        prefect.set_flow_run_state(uuid.UUID(run_id), forged(tmp_path), force=True)
        return DONE

    flows.ends = set_meanwhile
    with suppress(StateChanged):
        executor.run_task(item, 1)
        assert ending(services, task_id)[0] == "done"  # Prefect took our end as the last word
        return
    flows.ends = lambda: DONE
    executor.run_task(item, 1)
    assert task(services, task_id).merge_sha == MERGE.sha


def test_parameters_that_somebody_has_changed_in_prefect_change_nothing(
    executor: Executor,
    services: Services,
    flows: Flows,
    prefect: SyncPrefectClient,
    deployment_id: uuid.UUID,
) -> None:
    run = prefect.create_flow_run_from_deployment(
        deployment_id, parameters={"question": "Another one?", "no": "parameter"}, state=Pending()
    )
    accepted(services, prefect_run_id=str(run.id))
    executor.run_task(taken(services), 1)
    assert flows.ran == [f"faq: {a_question().text}"]


def test_who_has_lost_its_lease_settles_nothing(
    executor: Executor, services: Services, flows: Flows, redis: Redis
) -> None:
    task_id = accepted(services)
    item = taken(services)

    def taken_over_meanwhile() -> Outcome:
        assert services.task_queue.take_over("another", 0) == (item, 2)
        return DONE

    flows.ends = taken_over_meanwhile
    executor.run_task(item, 1)
    assert task(services, task_id).status == "running"
    assert services.task_queue.backlog() == 1
    assert counted(redis) == {"success": 0, "failure": 0}


def test_a_task_that_is_taken_over_goes_on_with_the_same_flow_run(
    executor: Executor,
    services: Services,
    prefect: SyncPrefectClient,
    deployment_id: uuid.UUID,
) -> None:
    task_id = accepted(services)
    item = taken(services, "a runner that died")
    run = pending_run(prefect, deployment_id, task_id)  # all that it came to
    assert services.task_queue.take_over(WORKER, 0) == (item, 2)
    executor.run_task(item, 2)
    assert task(services, task_id).prefect_run_id == str(run.id)
    assert ending(services, task_id)[0] == "done"


@pytest.fixture
def scheduled(
    services: Services, prefect: SyncPrefectClient, deployment_id: uuid.UUID
) -> tuple[QueueItem, uuid.UUID]:
    """A flow run that is no task's, as the worker hands it on."""
    run = pending_run(prefect, deployment_id, str(uuid.uuid4()))
    services.flow_queue.add_once(str(run.id))
    (item,) = services.flow_queue.take(WORKER, 1, 50)
    return item, run.id


def state_of(prefect: SyncPrefectClient, run_id: uuid.UUID) -> "State[Any]":
    state = prefect.read_flow_run(run_id).state
    assert state is not None
    return state


def test_a_scheduled_run_is_run_and_off_the_queue(
    executor: Executor,
    services: Services,
    flows: Flows,
    prefect: SyncPrefectClient,
    scheduled: tuple[QueueItem, uuid.UUID],
) -> None:
    flows.ends = Completed
    item, run_id = scheduled
    executor.run_scheduled(item, 1)
    assert flows.ran == ["Why?"]
    assert services.flow_queue.backlog() == 0
    assert state_of(prefect, run_id).is_completed()


def test_a_run_that_waits_for_a_person_is_on_no_queue_meanwhile(
    executor: Executor,
    services: Services,
    flows: Flows,
    prefect: SyncPrefectClient,
    scheduled: tuple[QueueItem, uuid.UUID],
) -> None:
    flows.ends = lambda: suspend_flow_run(timeout=60)
    item, run_id = scheduled
    executor.run_scheduled(item, 1)
    assert state_of(prefect, run_id).is_paused()
    assert services.flow_queue.backlog() == 0
    assert services.flow_queue.add_once(str(run_id))  # as soon as it is resumed


def test_a_run_that_is_resumed_while_it_is_still_being_suspended_is_queued_again(
    executor: Executor,
    services: Services,
    flows: Flows,
    prefect: SyncPrefectClient,
    scheduled: tuple[QueueItem, uuid.UUID],
) -> None:
    item, run_id = scheduled

    def resumed_at_once() -> None:
        try:
            suspend_flow_run(timeout=60)
        finally:
            prefect.set_flow_run_state(run_id, Pending(), force=True)
            assert not services.flow_queue.add_once(str(run_id))  # the worker comes too early

    flows.ends = resumed_at_once
    executor.run_scheduled(item, 1)
    (again,) = services.flow_queue.take(WORKER, 1, 50)
    assert again.subject_id == str(run_id)


def test_a_scheduled_run_that_runners_die_of_is_given_up(
    executor: Executor, services: Services, flows: Flows, scheduled: tuple[QueueItem, uuid.UUID]
) -> None:
    item, _ = scheduled
    executor.run_scheduled(item, CAP + 1)
    assert flows.ran == []
    assert services.flow_queue.backlog() == 0


def test_a_scheduled_run_that_prefect_no_longer_knows_is_dropped(
    executor: Executor, services: Services, flows: Flows
) -> None:
    services.flow_queue.add(str(uuid.uuid4()))
    (item,) = services.flow_queue.take(WORKER, 1, 50)
    executor.run_scheduled(item, 1)
    assert flows.ran == []
    assert services.flow_queue.backlog() == 0
