"""A sweep over a repository on GitHub: what is asked again, how often, and what it costs."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from redis import Redis

from shiploop.agents.faq.document.document import FAQ_PATH, insert
from shiploop.bootstrap import Services
from shiploop.domain.delivery.task import Status
from shiploop.domain.upkeep.kept import Standing
from shiploop.domain.upkeep.kept_record import KeptRecord
from shiploop.stores import keys
from tasks.sweep import sweep_agent
from tests.builders import an_entry
from tests.sandbox_process import FAQ, GUIDE, SandboxProcess
from tests.tasks.conftest import ServicesWith

GUIDE_PATH = "docs/guide.md"
QUESTION = "How often is a worker heartbeat written?"
SAYS = "A worker heartbeat is written every five seconds."
ANSWER = f"{SAYS}\n\nSource: [Guide › Heartbeats](guide.md#heartbeats)"
TASK_ID = "0f0e0d0c-0b0a-4908-8706-050403020100"


@pytest.fixture
def ours(services_with: ServicesWith, sandbox: SandboxProcess) -> Iterator[Services]:
    """Services over a repository whose FAQ has one entry, which the guide says."""
    entry = replace(an_entry(QUESTION, trace_id=TASK_ID), answer=ANSWER)
    write(sandbox, {FAQ_PATH: insert(FAQ, entry), GUIDE_PATH: GUIDE})
    yield services_with(github_api_url=sandbox.url, sweep_tasks=3)
    write(sandbox, {FAQ_PATH: FAQ, GUIDE_PATH: GUIDE})  # others read the pages as they were


def write(sandbox: SandboxProcess, pages: Mapping[str, str]) -> None:
    sandbox.commit({path: text.encode() for path, text in pages.items()})


def the_entry(ours: Services) -> KeptRecord:
    (record,) = ours.kept_records.read("faq").values()
    return record


def asked(ours: Services) -> int:
    return ours.task_queue.backlog()


def end(ours: Services, redis: Redis, task_id: str, **fields: str) -> None:
    """Have a task end so, as its runner would."""
    redis.hset(keys.task(task_id), mapping=dict[Any, Any](fields))


def test_what_has_changed_is_asked_again_once(
    ours: Services, sandbox: SandboxProcess, redis: Redis
) -> None:
    assert sweep_agent.fn("faq") == "faq: 1 current"
    assert asked(ours) == 0
    write(sandbox, {GUIDE_PATH: GUIDE.replace("five", "nine")})
    assert sweep_agent.fn("faq") == "faq: 1 asked again"
    assert sweep_agent.fn("faq") == "faq: 1 asked again"
    record = the_entry(ours)
    assert record.asked_task_id is not None
    task = ours.tasks.read(record.asked_task_id)
    assert task is not None
    assert task.request == {"question": QUESTION, "again": True}
    assert (task.status, task.title, asked(ours)) == (Status.QUEUED, QUESTION, 1)
    end(ours, redis, task.task_id, status="declined", reason="rejected")
    assert sweep_agent.fn("faq") == "faq: 1 left as it is"
    assert sweep_agent.fn("faq") == "faq: 1 left as it is"
    write(sandbox, {GUIDE_PATH: GUIDE.replace("five", "ten")})
    assert sweep_agent.fn("faq") == "faq: 1 asked again"
    assert asked(ours) == 2


def test_what_its_task_has_noted_decides_whether_it_has_changed(
    ours: Services, sandbox: SandboxProcess, redis: Redis
) -> None:
    merged: dict[Any, Any] = {"made_of": "another answer", "merged_at": "2026-11-22T12:00:00.000Z"}
    redis.hset(keys.task(TASK_ID), mapping=merged)
    assert sweep_agent.fn("faq") == "faq: 1 edited"
    assert the_entry(ours).merged_at == datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_while_merges_are_frozen_it_only_looks(ours: Services, sandbox: SandboxProcess) -> None:
    ours.freeze.set("a release is going out", "ada")
    write(sandbox, {GUIDE_PATH: GUIDE.replace("five", "nine")})
    assert sweep_agent.fn("faq") == "faq: 1 changed"
    assert asked(ours) == 0
    ours.freeze.lift()
    assert sweep_agent.fn("faq") == "faq: 1 asked again"


def test_after_a_failure_that_passes_it_is_asked_once_more(
    ours: Services, sandbox: SandboxProcess, redis: Redis
) -> None:
    write(sandbox, {GUIDE_PATH: GUIDE.replace("five", "nine")})
    tasks = set()
    for _ in range(6):
        sweep_agent.fn("faq")
        task_id = the_entry(ours).asked_task_id
        assert task_id is not None
        tasks.add(task_id)
        fields = {"status": "error", "failure_kind": "github", "error": "GitHub is away"}
        end(ours, redis, task_id, **fields)
        redis.delete(keys.TASK_INDEX, *redis.keys("agent:faq:hash:*"))
    sweep_agent.fn("faq")
    assert len(tasks) == 3
    assert the_entry(ours).standing is Standing.LEFT


def test_a_full_queue_is_waited_for(services_with: ServicesWith, sandbox: SandboxProcess) -> None:
    entry = replace(an_entry(QUESTION, trace_id=TASK_ID), answer=ANSWER)
    changed = GUIDE.replace("five", "nine")
    write(sandbox, {FAQ_PATH: insert(FAQ, entry), GUIDE_PATH: changed})
    full = services_with(github_api_url=sandbox.url, queue_limit=1)
    full.redis.xadd(keys.QUEUE, {"task_id": "another"})
    assert sweep_agent.fn("faq") == "faq: 1 changed"
    full.redis.delete(keys.QUEUE)
    assert sweep_agent.fn("faq") == "faq: 1 asked again"


def test_github_is_not_asked_and_only_one_run_sweeps(
    ours: Services, sandbox: SandboxProcess
) -> None:
    sweep_agent.fn("faq")  # the first one learns where to clone from
    sandbox.reset()
    assert sweep_agent.fn("faq") == "faq: 1 current"
    assert sandbox.operations() == []
    assert ours.kept_records.begin_sweep("faq", "another-run")
    assert sweep_agent.fn("faq") == "faq: another sweep is at it"
