"""Drafting: the model's answer where there is one, else a quotation, always within its time."""

import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis
from redis.exceptions import RedisError

from sandbox.openai_replies import HOSTILE_ANSWERS
from shiploop.agents.faq.document.document import FAQ_PATH, insert
from shiploop.agents.faq.document.entry import entry_id
from shiploop.bootstrap import Services, services
from shiploop.domain.delivery.change import Declined, Edited, Proposal
from shiploop.domain.delivery.pull_request import Base
from shiploop.domain.delivery.task import Status, Task, there_already
from shiploop.domain.delivery.task_record import TaskRecord
from tasks.draft import draft_change, find_already_there
from tests.builders import a_proposal, a_request, an_entry
from tests.builders import a_task as a_task_of
from tests.sandbox_process import SandboxProcess
from tests.tasks.conftest import ServicesWith

CANARY = "sk-canary-that-nobody-may-see"
DEADLINE_S = 1.5
PATIENT = {"answer_deadline_s": 8}  # where the model answers at once, on a busy machine too
ALWAYS = 1000
QUESTION = "What is a worker heartbeat?"
FAQ = "# FAQ\n\n## By hand\n\nYes.\n"
QUOTED = "A worker heartbeat is written every five seconds."

Draft = Callable[..., tuple[Proposal | Declined, TaskRecord, float]]


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """The SDK, whose import takes seconds, is there as it is in a runner."""
    import openai.resources.responses  # noqa: F401


@pytest.fixture
def draft(services_with: ServicesWith, sandbox: SandboxProcess) -> Draft:
    """Drafts the answer to a question: the draft, the task and the seconds that it took."""
    sandbox.http.delete(f"{sandbox.url}/_sandbox/openai").raise_for_status()

    def drafted(question: str = QUESTION, **changes: Any) -> Any:
        given = {
            "github_api_url": sandbox.url,
            "openai_api_key": SecretStr(CANARY),
            "openai_base_url": f"{sandbox.url}/openai/v1",
            "answer_deadline_s": DEADLINE_S,
            **changes,
        }
        ours = services_with(**given)
        ours.documents.refresh()
        if ours.llm is not None:
            ours.llm._sdk.loaded_within(60)
        task = a_task(question)
        began = time.monotonic()
        proposal = draft_change.fn(task)
        took_s = time.monotonic() - began
        return proposal, ours.tasks.read(task.task_id), took_s

    return drafted


@pytest.fixture
def ours(services_with: ServicesWith, sandbox: SandboxProcess) -> Services:
    return services_with(github_api_url=sandbox.url, site_url="https://site.example")


def a_task(text: str) -> Task:
    task_id = str(uuid.uuid4())
    services().intake.accept(task_id, a_request(text), datetime.now(UTC), limit=100)
    task = services().tasks.load(task_id)
    assert task is not None
    return task


def asked(sandbox: SandboxProcess) -> int:
    return len(sandbox.http.get(f"{sandbox.url}/_sandbox/openai").raise_for_status().json())


def base_of(document: str) -> Base:
    return Base(
        "R_1", "acme/docs", "a" * 40, {FAQ_PATH: document}, "shiploop-bot", (), "acme/docs@main"
    )


def test_without_a_key_answers_are_quoted_and_no_model_is_asked(
    draft: Draft, sandbox: SandboxProcess
) -> None:
    proposal, task, _ = draft(openai_api_key=None)
    assert isinstance(proposal, Proposal)
    assert proposal.generator == "extractive"
    assert (task.model, task.tokens_in, task.model_problem) == (None,) * 3
    assert asked(sandbox) == 0


def test_with_a_key_the_model_answers_and_what_it_took_is_noted(draft: Draft) -> None:
    prices = PATIENT | {"openai_input_usd": 0.4, "openai_output_usd": 1.6}
    proposal, task, _ = draft(**prices)
    assert isinstance(proposal, Proposal)
    assert proposal.generator == "model"
    cited = "Source: [Guide › Heartbeats](guide.md#heartbeats)"
    assert proposal.content["answer"] == f"{QUOTED}\n\n{cited}"
    assert task.model == "gpt-4.1-mini"
    assert task.tokens_in is not None
    assert task.tokens_out is not None
    assert (task.tokens_in > 100, task.tokens_out > 10) == (True, True)
    cost_usd = (task.tokens_in * 0.4 + task.tokens_out * 1.6) / 1e6
    assert task.cost_usd == pytest.approx(cost_usd, abs=1e-6)


def test_without_prices_there_is_no_cost(draft: Draft) -> None:
    _, task, _ = draft(**PATIENT)
    assert task.cost_usd is None
    assert task.tokens_in


@pytest.mark.parametrize(
    "fault",
    [
        *("llm_slow", "llm_drip", "llm_down", "llm_huge"),
        *("llm_broken_json", "llm_cites_nothing", "llm_hostile"),
    ],
)
def test_whatever_the_model_does_the_stage_ends_in_time(
    draft: Draft, sandbox: SandboxProcess, fault: str
) -> None:
    sandbox.set_faults(**{fault: ALWAYS})
    proposal, task, took_s = draft()
    assert took_s < DEADLINE_S + 0.5
    assert isinstance(proposal, Proposal)
    assert proposal.generator == "extractive"
    assert str(proposal.content["answer"]).startswith(QUOTED)
    assert task.model_problem


def test_what_no_document_answers_is_declined_when_the_model_is_away(
    draft: Draft, sandbox: SandboxProcess
) -> None:
    sandbox.set_faults(llm_down=ALWAYS)
    declined, _, _ = draft("Does a heartbeat cost money on the moon?")
    assert isinstance(declined, Declined)


def test_what_no_section_speaks_of_is_declined_without_asking(
    draft: Draft, sandbox: SandboxProcess
) -> None:
    declined, task, _ = draft("Quelle heure est-il?")
    assert isinstance(declined, Declined)
    assert declined.closest == ()
    assert task.model is None
    assert asked(sandbox) == 0


def test_what_the_model_finds_no_answer_to_is_declined(
    draft: Draft, sandbox: SandboxProcess
) -> None:
    sandbox.set_faults(llm_unanswerable=1)
    declined, task, _ = draft(**PATIENT)
    assert isinstance(declined, Declined)
    assert [source.anchor for source in declined.closest] == ["heartbeats"]
    assert task.tokens_in


def test_a_server_with_chat_completions_only_answers_too(
    draft: Draft, sandbox: SandboxProcess
) -> None:
    sandbox.set_faults(llm_chat_only=ALWAYS)
    proposal, task, _ = draft(**PATIENT)
    assert isinstance(proposal, Proposal)
    assert proposal.generator == "model"
    assert task.tokens_in


def test_the_gate_lets_an_answer_of_the_models_pass(draft: Draft) -> None:
    proposal, _, _ = draft(**PATIENT)
    assert isinstance(proposal, Proposal)
    assert proposal.generator == "model"
    assert services().agents.check(proposal, {FAQ_PATH: FAQ}) == ()


def test_what_the_gate_refuses_of_the_models_is_quoted_instead(
    draft: Draft, sandbox: SandboxProcess
) -> None:
    sandbox.set_faults(llm_hostile=ALWAYS)
    problems = []
    for number, hostile in enumerate(HOSTILE_ANSWERS):
        # Another question each time, as the same one is the same task for an hour.
        same = QUESTION.replace("is", "is " * (number + 1))
        proposal, task, _ = draft(same, **PATIENT)
        assert isinstance(proposal, Proposal)
        assert proposal.generator == "extractive", hostile
        problems.append(task.model_problem)
        assert services().agents.check(proposal, {FAQ_PATH: FAQ}) == ()
        edited = services().agents.edit(proposal, {FAQ_PATH: FAQ})
        assert isinstance(edited, Edited)
        assert FAQ.strip() in edited.files[FAQ_PATH]
    assert any("not safe to ship" in (problem or "") for problem in problems)


def test_a_loss_of_redis_does_not_make_the_model_be_paid_again(
    draft: Draft, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[str] = []

    def lost(*_arguments: object, **_fields: str) -> None:
        noted.append("lost")
        raise RedisError("away")

    monkeypatch.setattr("shiploop.stores.tasks.Tasks.note", lost)
    proposal, _, _ = draft(**PATIENT)
    assert isinstance(proposal, Proposal)
    assert proposal.generator == "model"
    assert noted == ["lost"]
    assert asked(sandbox) == 2  # to write, and to check


def test_the_key_is_in_nothing_that_is_kept(
    draft: Draft, sandbox: SandboxProcess, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.set_faults(llm_down=1)
    draft()
    sandbox.set_faults(llm_broken_json=1)
    draft("How often is a worker heartbeat written?")
    kept = [
        redis.xrange(key) if redis.type(key) == "stream" else redis.hgetall(key)
        for key in redis.scan_iter("*")
        if redis.type(key) in ("stream", "hash")
    ]
    assert kept
    told = sandbox.http.get(f"{sandbox.url}/_sandbox/openai").text
    assert CANARY not in f"{kept} {told} {caplog.text} {services()!r}"


@pytest.mark.usefixtures("ours")
def test_what_the_base_holds_already_in_other_words_ends_with_its_address() -> None:
    task, proposal = a_task_of(), a_proposal()
    present = an_entry("What is the heartbeat mechanism of a worker?")
    base = base_of(insert(FAQ, present))
    reason = f"the FAQ answers this already: {present.question}"
    expected = there_already(reason, f"https://site.example/faq#{entry_id(present)}")
    assert expected.status is Status.DECLINED
    looked_for = Declined("the documents do not answer this question", looked_for=proposal)
    assert find_already_there(task, proposal, base) == expected
    assert find_already_there(task, looked_for, base) == expected
    assert find_already_there(task, replace(looked_for, looked_for=None), base) is None


@pytest.mark.usefixtures("ours")
def test_what_the_base_does_not_hold_goes_on_and_so_does_what_cannot_be_looked_for() -> None:
    task, proposal = a_task_of(), a_proposal()
    for document in (FAQ, insert(FAQ, an_entry()), f"{FAQ}```\n"):
        assert find_already_there(task, proposal, base_of(document)) is None
