"""Drafting: the model's answer where there is one, else a quotation, always within its time."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis
from redis.exceptions import RedisError
from tasks.answer import draft_answer
from tasks.shared.entry import entry_of
from tasks.shared.gate import refusal_of

from sandbox.openai_replies import HOSTILE_ANSWERS
from shiploop.agents.faq.answering.answer import Answer, Declined
from shiploop.agents.faq.document.document import insert
from shiploop.bootstrap import services
from shiploop.domain.delivery.task import Run
from tests.builders import a_request
from tests.sandbox_process import SandboxProcess
from tests.tasks.conftest import ServicesWith

CANARY = "sk-canary-that-nobody-may-see"
DEADLINE_S = 1.5
PATIENT = {"answer_deadline_s": 8}  # where the model answers at once, on a busy machine too
ALWAYS = 1000
QUESTION = "What is a worker heartbeat?"
FAQ = "# FAQ\n\n## By hand\n\nYes.\n"
QUOTED = "A worker heartbeat is written every five seconds."

Draft = Callable[..., tuple[Answer | Declined, dict[str, str], float]]


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """The SDK, whose import takes seconds, is there as it is in a runner."""
    import openai.resources.responses  # noqa: F401


@pytest.fixture
def draft(services_with: ServicesWith, sandbox: SandboxProcess) -> Draft:
    """Drafts an answer to a question: the draft, the task and the seconds that it took."""
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
        run = a_task(question)
        began = time.monotonic()
        answer = draft_answer.fn(run)
        took_s = time.monotonic() - began
        return answer, ours.tasks.read(run.task_id) or {}, took_s

    return drafted


def a_task(text: str) -> Run:
    task_id = str(uuid.uuid4())
    services().intake.accept(task_id, a_request(text), datetime.now(UTC), limit=100)
    run = services().tasks.load(task_id)
    assert run is not None
    return run


def asked(sandbox: SandboxProcess) -> int:
    return len(sandbox.http.get(f"{sandbox.url}/_sandbox/openai").raise_for_status().json())


def test_without_a_key_answers_are_quoted_and_no_model_is_asked(
    draft: Draft, sandbox: SandboxProcess
) -> None:
    answer, task, _ = draft(openai_api_key=None)
    assert isinstance(answer, Answer)
    assert answer.generator == "extractive"
    assert not {"model", "tokens_in", "model_problem"} & task.keys()
    assert asked(sandbox) == 0


def test_with_a_key_the_model_answers_and_what_it_took_is_noted(draft: Draft) -> None:
    prices = PATIENT | {"openai_input_usd": 0.4, "openai_output_usd": 1.6}
    answer, task, _ = draft(**prices)
    assert isinstance(answer, Answer)
    assert answer.generator == "model"
    assert answer.text == f"{QUOTED}\n\nSource: [Guide › Heartbeats](guide.md#heartbeats)"
    assert task["model"] == "gpt-4.1-mini"
    tokens_in, tokens_out = int(task["tokens_in"]), int(task["tokens_out"])
    assert tokens_in > 100
    assert tokens_out > 10
    assert float(task["cost_usd"]) == pytest.approx(
        (tokens_in * 0.4 + tokens_out * 1.6) / 1e6, abs=1e-6
    )


def test_without_prices_there_is_no_cost(draft: Draft) -> None:
    _, task, _ = draft(**PATIENT)
    assert "cost_usd" not in task
    assert "tokens_in" in task


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
    answer, task, took_s = draft()
    assert took_s < DEADLINE_S + 0.5
    assert isinstance(answer, Answer)
    assert answer.generator == "extractive"
    assert answer.text.startswith(QUOTED)
    assert task["model_problem"]


def test_what_no_document_answers_is_declined_when_the_model_is_away(
    draft: Draft, sandbox: SandboxProcess
) -> None:
    sandbox.set_faults(llm_down=ALWAYS)
    answer, _, _ = draft("Does a heartbeat cost money on the moon?")
    assert isinstance(answer, Declined)


def test_what_no_section_speaks_of_is_declined_without_asking(
    draft: Draft, sandbox: SandboxProcess
) -> None:
    answer, task, _ = draft("Quelle heure est-il?")
    assert answer == Declined(())
    assert "model" not in task
    assert asked(sandbox) == 0


def test_what_the_model_finds_no_answer_to_is_declined(
    draft: Draft, sandbox: SandboxProcess
) -> None:
    sandbox.set_faults(llm_unanswerable=1)
    answer, task, _ = draft(**PATIENT)
    assert isinstance(answer, Declined)
    assert [source.anchor for source in answer.closest] == ["heartbeats"]
    assert "tokens_in" in task


def test_a_server_with_chat_completions_only_answers_too(
    draft: Draft, sandbox: SandboxProcess
) -> None:
    sandbox.set_faults(llm_chat_only=ALWAYS)
    answer, task, _ = draft(**PATIENT)
    assert isinstance(answer, Answer)
    assert answer.generator == "model"
    assert "tokens_in" in task


def test_the_gate_lets_an_answer_of_the_models_pass(draft: Draft) -> None:
    answer, _, _ = draft(**PATIENT)
    assert isinstance(answer, Answer)
    assert answer.generator == "model"
    assert refusal_of(a_task(f"Again: {QUESTION}"), answer, FAQ) is None


def test_what_the_gate_refuses_of_the_models_is_quoted_instead(
    draft: Draft, sandbox: SandboxProcess
) -> None:
    sandbox.set_faults(llm_hostile=ALWAYS)
    problems = []
    for number, hostile in enumerate(HOSTILE_ANSWERS):
        # Another question each time, as the same one is the same task for an hour.
        same = QUESTION.replace("is", "is " * (number + 1))
        answer, task, _ = draft(same, **PATIENT)
        assert isinstance(answer, Answer)
        assert answer.generator == "extractive", hostile
        problems.append(task["model_problem"])
        run = a_task(f"Again: {same}")
        assert refusal_of(run, answer, FAQ) is None
        assert FAQ.strip() in insert(FAQ, entry_of(run, answer))
    assert any("not safe to ship" in problem for problem in problems)


def test_a_loss_of_redis_does_not_make_the_model_be_paid_again(
    draft: Draft, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[str] = []

    def lost(*_arguments: object, **_fields: str) -> None:
        noted.append("lost")
        raise RedisError("away")

    monkeypatch.setattr("shiploop.stores.tasks.Tasks.note", lost)
    answer, _, _ = draft(**PATIENT)
    assert isinstance(answer, Answer)
    assert answer.generator == "model"
    assert noted == ["lost"]
    assert asked(sandbox) == 1


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
