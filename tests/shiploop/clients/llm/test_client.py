"""The model by OpenAI's SDK, over HTTP: its reply, or its failure, within the deadline."""

import asyncio
import gzip
import json
import logging
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.openai_replies import HOSTILE_ANSWERS
from shiploop.agents.faq.answering.prompt import Draft, build_prompt, read_draft
from shiploop.agents.faq.retrieval.sections import split_sections
from shiploop.clients.llm.client import Llm, Model
from shiploop.domain.limits import MAX_REPLY_BYTES
from shiploop.domain.prompt import Prompt, Reply
from shiploop.errors import ModelFailed
from shiploop.stack.addresses import free_port
from tests.sandbox_process import SandboxProcess
from tests.scripted_server import Reply as ServerReply
from tests.scripted_server import ScriptedServer

CANARY = "sk-canary-that-nobody-may-see"
DEADLINE_S = 1.5
BUDGET_S = DEADLINE_S + 0.5
ALWAYS = 1000

LlmAt = Callable[..., Llm]


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """The SDK, whose import takes seconds, is there as it is in a runner."""
    import httpx2  # noqa: F401
    import openai.resources.chat
    import openai.resources.responses  # noqa: F401


@pytest.fixture
def prompt() -> Prompt:
    page = "# Guide\n\n## Heartbeats\n\nA worker heartbeat is written every five seconds.\n"
    sections = [s for s in split_sections("docs/guide.md", page) if s.text]
    return build_prompt("How often is a heartbeat written?", sections)


@pytest.fixture
def model(sandbox: SandboxProcess) -> LlmAt:
    """The sandbox's model, with nothing asked yet."""
    sandbox.http.delete(f"{sandbox.url}/_sandbox/openai").raise_for_status()
    return lambda **changes: llm(f"{sandbox.url}/openai/v1", **changes)


def llm(base_url: str, key: str = CANARY, **changes: Any) -> Llm:
    given = {"name": "gpt-4.1-mini", "deadline_s": DEADLINE_S, "tokens": 150, **changes}
    return Llm(Model(base_url, **given), key)


def asked(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    told = sandbox.http.get(f"{sandbox.url}/_sandbox/openai").raise_for_status().json()
    return list(told)


def failure_of(one: Llm, prompt: Prompt) -> tuple[ModelFailed, float]:
    """How it fails, and after how many seconds."""
    began = time.monotonic()
    with pytest.raises(ModelFailed) as failed:
        one.ask(prompt)
    return failed.value, time.monotonic() - began


def response_of(text: str, **more: Any) -> str:
    part = {"type": "output_text", "text": text}
    return json.dumps({"output": [{"type": "message", "content": [part]}], **more})


def test_the_reply_is_grounded_in_the_sections_and_tells_its_tokens(
    model: LlmAt, sandbox: SandboxProcess, prompt: Prompt
) -> None:
    reply = model().ask(prompt)
    assert read_draft(reply.text) == Draft(
        True, "A worker heartbeat is written every five seconds.", (1,), 0.9
    )
    assert reply.usage is not None
    assert reply.usage.tokens_in > 100
    assert 10 < reply.usage.tokens_out <= 150
    (request,) = asked(sandbox)
    body = request["body"]
    assert request["path"] == "/openai/v1/responses"
    assert (body["input"], body["instructions"]) == (prompt.data, prompt.instructions)
    assert (body["model"], body["max_output_tokens"], body["store"]) == (
        "gpt-4.1-mini",
        150,
        False,
    )


@pytest.mark.parametrize("fault", ["llm_slow", "llm_drip", "llm_down", "llm_huge"])
def test_a_server_that_fails_does_not_take_longer_than_the_deadline(
    model: LlmAt, sandbox: SandboxProcess, prompt: Prompt, fault: str
) -> None:
    sandbox.set_faults(**{fault: ALWAYS})
    _, took_s = failure_of(model(), prompt)
    assert took_s < BUDGET_S


def test_a_body_that_is_too_large_is_not_asked_for_again(
    model: LlmAt, sandbox: SandboxProcess, prompt: Prompt
) -> None:
    sandbox.set_faults(llm_huge=ALWAYS)
    failure_of(model(), prompt)
    assert len(asked(sandbox)) == 1


def test_a_passing_failure_is_tried_again_within_the_deadline(
    model: LlmAt, sandbox: SandboxProcess, prompt: Prompt
) -> None:
    sandbox.set_faults(llm_down=1)
    assert model(deadline_s=8).ask(prompt).text
    assert len(asked(sandbox)) == 2


def test_no_more_than_two_tries_follow_the_first(
    model: LlmAt, sandbox: SandboxProcess, prompt: Prompt
) -> None:
    sandbox.set_faults(llm_down=ALWAYS)
    failed, _ = failure_of(model(deadline_s=8), prompt)
    assert "InternalServerError (503)" in str(failed)
    assert len(asked(sandbox)) == 3


def test_a_server_that_wants_us_to_wait_past_the_deadline_is_not_waited_for(
    scripted: ScriptedServer, prompt: Prompt
) -> None:
    scripted.replies.append(ServerReply(429, "{}", {"Retry-After": "30"}))
    failed, took_s = failure_of(llm(f"{scripted.url}/v1", deadline_s=8), prompt)
    assert took_s < 4
    assert "429" in str(failed)
    assert len(scripted.requests) == 1


def test_broken_json_of_the_models_comes_back_as_it_is(
    model: LlmAt, sandbox: SandboxProcess, prompt: Prompt
) -> None:
    sandbox.set_faults(llm_broken_json=1)
    reply = model().ask(prompt)
    assert reply.text.startswith('{"answerable": true')
    assert reply.usage is not None


def test_hostile_markdown_comes_back_as_data(
    model: LlmAt, sandbox: SandboxProcess, prompt: Prompt
) -> None:
    sandbox.set_faults(llm_hostile=ALWAYS)
    one = model()
    drafts = [read_draft(one.ask(prompt).text) for _ in HOSTILE_ANSWERS]
    texts = {draft.answer for draft in drafts if isinstance(draft, Draft)}
    assert texts == set(HOSTILE_ANSWERS)


def test_a_server_without_the_responses_api_is_asked_by_chat_from_then_on(
    model: LlmAt, sandbox: SandboxProcess, prompt: Prompt
) -> None:
    sandbox.set_faults(llm_chat_only=ALWAYS)
    one = model(deadline_s=8)
    first, second = one.ask(prompt), one.ask(prompt)
    assert read_draft(first.text) == read_draft(second.text)
    assert first.usage is not None
    chat = [request["body"] for request in asked(sandbox)]
    assert len(chat) == 2
    assert chat[0]["messages"][-1] == {"role": "user", "content": prompt.data}


@pytest.mark.parametrize("status", [404, 405])
def test_a_404_of_both_apis_is_not_remembered(
    scripted: ScriptedServer, prompt: Prompt, status: int
) -> None:
    scripted.replies.extend([ServerReply(status), ServerReply(404)])
    one = llm(f"{scripted.url}/v1", deadline_s=8)
    failure_of(one, prompt)
    scripted.replies.append(ServerReply(200, response_of("{}")))
    assert one.ask(prompt) == Reply("{}", None)
    assert scripted.requests == [
        "POST /v1/responses",
        "POST /v1/chat/completions",
        "POST /v1/responses",
    ]


def test_an_unknown_model_is_no_reason_to_use_chat(
    model: LlmAt, sandbox: SandboxProcess, scripted: ScriptedServer, prompt: Prompt
) -> None:
    failed, _ = failure_of(model(name="gpt-0"), prompt)
    assert "gpt-0: BadRequestError (400)" in str(failed)
    unknown = json.dumps({"error": {"message": "no", "code": "model_not_found"}})
    scripted.replies.append(ServerReply(404, unknown, {"content-type": "application/json"}))
    failure_of(llm(f"{scripted.url}/v1"), prompt)
    assert scripted.requests == ["POST /v1/responses"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Welcome to nginx!",
        pytest.param("[" * 200_000, id="deeply nested"),
        "null",
        "[]",
        '{"output": null}',
        '{"output": [null, {"type": "reasoning"}, {"type": "message", "content": [7]}]}',
        '{"output": [{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]}',
        '{"choices": []}',
    ],
)
def test_an_answer_without_a_text_of_the_models_is_a_failure(
    scripted: ScriptedServer, prompt: Prompt, body: str
) -> None:
    scripted.replies.append(ServerReply(200, body, {"content-type": "application/json"}))
    failed, took_s = failure_of(llm(f"{scripted.url}/v1"), prompt)
    assert "cannot be read" in str(failed)
    assert took_s < BUDGET_S


@pytest.mark.parametrize("usage", [None, {}, {"input_tokens": "7", "output_tokens": 1}])
def test_usage_that_is_not_told_is_not_made_up(
    scripted: ScriptedServer, prompt: Prompt, usage: object
) -> None:
    scripted.replies.append(ServerReply(200, response_of("{}", usage=usage)))
    assert llm(f"{scripted.url}/v1").ask(prompt) == Reply("{}", None)


@pytest.fixture
def raw_server() -> Iterator[Callable[[bytes], str]]:
    """A server that answers with these bytes, and its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(answer: bytes) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(65536)

    def start(answer: bytes) -> str:
        threading.Thread(target=serve, args=[answer], daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/v1"

    yield start
    listener.close()


def test_a_packed_body_is_not_unpacked(raw_server: Callable[[bytes], str], prompt: Prompt) -> None:
    packed = gzip.compress(response_of("x" * 50_000_000).encode())
    assert len(packed) < MAX_REPLY_BYTES
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
    answer = f"{head}Content-Length: {len(packed)}\r\n\r\n".encode() + packed
    failed, took_s = failure_of(llm(raw_server(answer)), prompt)
    assert "cannot be read" in str(failed)
    assert took_s < BUDGET_S


def test_a_name_that_is_looked_up_for_ever_does_not_take_longer_than_the_deadline(
    prompt: Prompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()

    def hang(*_arguments: object, **_options: object) -> list[Any]:
        over.wait(30)
        raise OSError("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        _, took_s = failure_of(llm("http://model.example/v1"), prompt)
    finally:
        over.set()
    assert took_s < BUDGET_S


@pytest.mark.parametrize("base_url", ["nonsense", "ftp://example.org", "http://[", ""])
def test_an_address_that_is_none_is_a_failure(prompt: Prompt, base_url: str) -> None:
    _, took_s = failure_of(llm(base_url), prompt)
    assert took_s < BUDGET_S


def test_the_key_is_in_no_error_no_log_and_no_repr(
    scripted: ScriptedServer, prompt: Prompt, caplog: pytest.LogCaptureFixture
) -> None:
    # As `configure_logging` has it, and more of what the SDK itself would tell.
    caplog.set_level(logging.WARNING, logger="httpcore2")
    for name in ("", "openai", "httpx2"):
        caplog.set_level(logging.DEBUG, logger=name)
    echo = json.dumps({"error": {"message": f"Incorrect API key provided: {CANARY}"}})
    json_type = {"content-type": "application/json", "x-echo": CANARY}
    scripted.replies.extend([ServerReply(401, echo, json_type), ServerReply(400, CANARY)])
    nobody = llm(f"http://127.0.0.1:{free_port()}/v1")
    unsendable = llm(f"{scripted.url}/v1", key=f"{CANARY}\u2026\n")
    here = llm(f"{scripted.url}/v1")
    for one in (here, here, nobody, unsendable):
        failed, _ = failure_of(one, prompt)
        assert failed.__context__ is None
        told = "".join(traceback.format_exception(failed))
        assert CANARY not in f"{told} {failed!r} {one!r} {vars(one)['_model']!r}"
    assert any(CANARY in header for header in scripted.headers[0].values())  # it was sent
    assert CANARY not in caplog.text


def test_a_call_leaves_no_loop_and_no_task_behind(model: LlmAt, prompt: Prompt) -> None:
    model().ask(prompt)
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()


def test_many_threads_ask_at_once(model: LlmAt, sandbox: SandboxProcess, prompt: Prompt) -> None:
    one, replies = model(deadline_s=20), []
    threads = [
        threading.Thread(target=lambda: replies.append(one.ask(prompt).text)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(replies) == 8
    assert len(set(replies)) == 1


def test_nobody_who_does_without_a_model_loads_the_sdk() -> None:
    code = "import sys, flows.closed_loop, shiploop.runner.runner; print('openai' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


_COLD = """
import time
from shiploop.clients.llm.client import Llm, Model
from shiploop.domain.prompt import Prompt
from shiploop.errors import ModelFailed
one, began = Llm(Model("http://127.0.0.1:9/v1", "any", 0.2, 150), "key"), time.monotonic()
try:
    one.ask(Prompt("Answer.", "{}", "answer", {}))
except ModelFailed:
    print(time.monotonic() - began)
"""


def test_an_sdk_that_is_still_being_loaded_does_not_take_longer_than_the_deadline() -> None:
    ran = subprocess.run([sys.executable, "-c", _COLD], capture_output=True, text=True, check=True)
    assert float(ran.stdout) < 0.2 + 0.5
