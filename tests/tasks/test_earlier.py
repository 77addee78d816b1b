"""What version 1 has drafted of a task, whose runner died: it goes on here as it was."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shiploop.bootstrap import Services
from shiploop.domain.delivery.change import Declined, Proposal, Source
from shiploop.domain.delivery.task import Task
from tasks.draft import draft_change
from tasks.shared.earlier import draft_of_version_1
from tests.builders import a_request
from tests.sandbox_process import SandboxProcess
from tests.tasks.conftest import ServicesWith

QUESTION = "What is a worker heartbeat?"
WRITTEN = (
    "A heartbeat tells that a worker lives.\n\nSource: [Guide › Heartbeats](guide.md#heartbeats)"
)
HEARTBEATS = {"path": "docs/guide.md", "anchor": "heartbeats", "title": "Guide › Heartbeats"}
ANSWER = {
    "__class__": "shiploop.domain.answer.Answer",
    "data": {"text": WRITTEN, "sources": [HEARTBEATS], "generator": "model"},
}
DECLINED = {
    "__class__": "shiploop.domain.answer.Declined",
    "data": {"closest": [HEARTBEATS]},
}


@pytest.fixture
def ours(services_with: ServicesWith, sandbox: SandboxProcess, tmp_path: Path) -> Services:
    return services_with(github_api_url=sandbox.url, home=tmp_path)


def a_task(ours: Services) -> Task:
    task_id = str(uuid.uuid4())
    ours.intake.accept(task_id, a_request(QUESTION), datetime.now(UTC), limit=100)
    task = ours.tasks.load(task_id)
    assert task is not None
    return task


def store(ours: Services, task_id: str, text: str) -> None:
    results = ours.settings.home.resolve() / "results"
    results.mkdir(exist_ok=True)
    (results / f"{task_id}-draft").write_text(text, encoding="utf-8")


def record(result: object) -> str:
    """What Prefect 3 writes of a result with the JSON serializer."""
    metadata = {
        "storage_key": "/home/shiploop/.shiploop/results/a-key",
        "expiration": "2026-11-23T12:00:00Z",
        "serializer": {"type": "json", "jsonlib": "json"},
        "prefect_version": "3.4.0",
        "storage_block_id": None,
    }
    return json.dumps({"metadata": metadata, "result": json.dumps(result)})


@pytest.fixture
def _on_a_later_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__RUN_COUNT", "2")


@pytest.mark.parametrize("stored", [ANSWER, DECLINED])
def test_what_version_1_has_drafted_is_read(ours: Services, stored: dict[str, object]) -> None:
    store(ours, "a-task", record(stored))
    assert draft_of_version_1("a-task") == stored["data"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        '{"metadata": {}, "result": 7}',
        '{"metadata": {}, "result": "no JSON"}',
        '{"metadata": {}, "result": "{}"}',
        '{"metadata": {}, "result": "{\\"data\\": null}"}',
        '{"metadata": {}, "result": "{\\"data\\": 7}"}',
    ],
)
def test_what_cannot_be_read_is_nothing(ours: Services, text: str) -> None:
    store(ours, "a-task", text)
    assert draft_of_version_1("a-task") == {}


@pytest.mark.usefixtures("ours")
def test_where_version_1_has_drafted_nothing_there_is_nothing() -> None:
    assert draft_of_version_1("a-task") == {}


@pytest.mark.usefixtures("_on_a_later_attempt")
def test_a_task_goes_on_with_the_answer_that_version_1_has_drafted(ours: Services) -> None:
    task = a_task(ours)
    store(ours, task.task_id, record(ANSWER))
    proposal = draft_change.fn(task)
    assert isinstance(proposal, Proposal)
    assert proposal.content["answer"] == WRITTEN
    assert (proposal.evidence, proposal.generator) == ((Source(**HEARTBEATS),), "model")
    assert (proposal.title, proposal.content["trace_id"]) == (
        f"Update FAQ - {QUESTION}",
        task.task_id,
    )


@pytest.mark.usefixtures("_on_a_later_attempt")
def test_what_version_1_has_declined_stays_declined(ours: Services) -> None:
    task = a_task(ours)
    store(ours, task.task_id, record(DECLINED))
    declined = draft_change.fn(task)
    assert isinstance(declined, Declined)
    assert declined.closest == (Source(**HEARTBEATS),)
    assert declined.reason.endswith("closest: docs/guide.md#heartbeats")


@pytest.mark.usefixtures("_on_a_later_attempt")
def test_a_task_that_version_1_has_not_drafted_is_drafted_anew(ours: Services) -> None:
    proposal = draft_change.fn(a_task(ours))
    assert isinstance(proposal, Proposal)
    assert proposal.generator == "extractive"


def test_a_first_attempt_looks_for_no_draft_of_version_1(ours: Services) -> None:
    task = a_task(ours)
    store(ours, task.task_id, record(ANSWER))
    proposal = draft_change.fn(task)
    assert isinstance(proposal, Proposal)
    assert proposal.generator == "extractive"
