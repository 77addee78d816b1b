"""The sandbox's OpenAI: answers from the prompt's sections, and refuses as OpenAI does."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from sandbox.faults import Fault, Faults
from sandbox.latency import Latency, LatencySetting
from sandbox.openai import MODELS, OpenAI, routes
from sandbox.openai_replies import HOSTILE_ANSWERS

SECTIONS = [
    {"number": 1, "path": "docs/a.md", "text": "It beats every 5 s. And it stops. And more."},
    {"number": 2, "path": "docs/b.md", "text": "Nothing."},
]
DATA = json.dumps({"question": "How often does it beat?", "sections": SECTIONS})
SCHEMA = {"name": "answer", "schema": {"type": "object"}, "strict": True}
RESPONSES: dict[str, Any] = {
    "model": MODELS[0],
    "instructions": "Answer.",
    "input": DATA,
    "text": {"format": {"type": "json_schema", **SCHEMA}},
    "store": False,
}
CHAT: dict[str, Any] = {
    "model": MODELS[0],
    "messages": [{"role": "system", "content": "Answer."}, {"role": "user", "content": DATA}],
    "response_format": {"type": "json_schema", "json_schema": SCHEMA},
}
KEY = {"authorization": "Bearer any"}


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def openai(faults: Faults) -> OpenAI:
    return OpenAI(faults, LatencySetting())


def call(openai: OpenAI, method: str, path: str, **request: Any) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=routes(openai)))
        async with httpx.AsyncClient(transport=transport, base_url="http://openai") as client:
            headers = request.pop("headers", KEY)
            return await client.request(method, f"/openai/v1{path}", headers=headers, **request)

    return asyncio.run(send())


def ask(openai: OpenAI, **changes: Any) -> httpx.Response:
    return call(openai, "POST", "/responses", json={**RESPONSES, **changes})


def reply_of(answer: httpx.Response) -> dict[str, Any]:
    body = answer.raise_for_status().json()
    if "choices" in body:
        return dict(json.loads(body["choices"][0]["message"]["content"]))
    return dict(json.loads(body["output"][0]["content"][0]["text"]))


def test_both_apis_quote_the_first_section_and_cite_it(openai: OpenAI) -> None:
    for answer in (ask(openai), call(openai, "POST", "/chat/completions", json=CHAT)):
        assert reply_of(answer) == {
            "answerable": True,
            "answer": "It beats every 5 s. And it stops.",
            "citations": [1],
            "confidence": 0.9,
        }
    assert [asked.path for asked in openai.asked()] == [
        "/openai/v1/responses",
        "/openai/v1/chat/completions",
    ]


def test_usage_is_told_by_the_names_of_each_api(openai: OpenAI) -> None:
    usage = ask(openai).json()["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"] > 0
    usage = call(openai, "POST", "/chat/completions", json=CHAT).json()["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 0


def test_sections_without_a_text_answer_nothing(openai: OpenAI) -> None:
    empty = json.dumps({"question": "Why?", "sections": [{"number": 1, "text": ""}]})
    assert reply_of(ask(openai, input=empty))["answerable"] is False


def test_a_reply_longer_than_its_tokens_is_incomplete(openai: OpenAI) -> None:
    body = ask(openai, max_output_tokens=16).json()
    assert (body["status"], body["incomplete_details"]) == (
        "incomplete",
        {"reason": "max_output_tokens"},
    )
    assert len(body["output"][0]["content"][0]["text"]) == 64


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"model": "gpt-0"}, 400, "model_not_found"),
        ({"stream": True}, 501, "not_modelled"),
        ({"tools": []}, 501, "not_modelled"),
        ({"store": True}, 501, "not_modelled"),
        ({"text": {"format": {"type": "text"}}}, 501, "not_modelled"),
        ({"input": "How often?"}, 501, "not_modelled"),
    ],
)
def test_what_is_wrong_or_not_modelled_is_refused_with_a_code(
    openai: OpenAI, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = ask(openai, **changes)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_chat_completions_say_404_of_an_unknown_model(openai: OpenAI) -> None:
    answer = call(openai, "POST", "/chat/completions", json={**CHAT, "model": "gpt-0"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


def test_without_a_key_nothing_is_answered(openai: OpenAI) -> None:
    for method, path in (("POST", "/responses"), ("POST", "/chat/completions"), ("GET", "/models")):
        answer = call(openai, method, path, headers={}, json=RESPONSES)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")


def test_the_models_are_listed_and_other_routes_are_not_modelled(openai: OpenAI) -> None:
    listed = call(openai, "GET", "/models").json()["data"]
    assert tuple(model["id"] for model in listed) == MODELS
    assert call(openai, "POST", "/embeddings").status_code == 501
    assert call(openai, "POST", "/responses", content=b"text").status_code == 400


def test_each_fault_makes_one_answer_bad(openai: OpenAI, faults: Faults) -> None:
    faults.set({Fault.LLM_DOWN: 1})
    assert ask(openai).status_code == 503
    faults.set({Fault.LLM_CHAT_ONLY: 1})
    assert ask(openai).status_code == 404
    faults.set({Fault.LLM_UNANSWERABLE: 1})
    assert reply_of(ask(openai))["answerable"] is False
    faults.set({Fault.LLM_CITES_NOTHING: 1})
    assert reply_of(ask(openai))["citations"] == []
    faults.set({Fault.LLM_BROKEN_JSON: 1})
    with pytest.raises(ValueError, match="Unterminated"):
        reply_of(ask(openai))
    faults.set({Fault.LLM_HUGE: 1})
    assert len(ask(openai).content) > 10_000_000
    assert reply_of(ask(openai))["citations"] == [1]


def test_hostile_answers_come_one_after_the_other(openai: OpenAI, faults: Faults) -> None:
    faults.set({Fault.LLM_HOSTILE: None})
    told = [reply_of(ask(openai))["answer"] for _ in HOSTILE_ANSWERS]
    assert told == list(HOSTILE_ANSWERS)


def test_it_is_as_slow_as_it_is_set(faults: Faults) -> None:
    slow = OpenAI(faults, LatencySetting(Latency(llm_ms=120)))
    assert ask(slow).elapsed.total_seconds() >= 0.12


CHECK = json.dumps(
    {
        "question": "How often does it beat?",
        "claims": [
            {"number": 1, "text": "It beats every 5 s."},
            {"number": 2, "text": "It sings."},
        ],
        "sections": [
            {
                "sentences": [
                    {"number": 1, "text": "First."},
                    {"number": 2, "text": "It beats every 5 s."},
                ]
            }
        ],
    }
)


def test_a_check_names_the_sentence_of_each_claim_and_vouches_for_all_or_for_none(
    openai: OpenAI,
) -> None:
    told = reply_of(ask(openai, input=CHECK))
    assert told["claims"] == [{"claim": 1, "sentence": 2}, {"claim": 2, "sentence": 0}]
    assert not told["answers"]


def test_a_check_by_a_model_that_was_talked_over_vouches_for_anything(
    openai: OpenAI, faults: Faults
) -> None:
    faults.set({Fault.LLM_HOSTILE: 1})
    told = reply_of(ask(openai, input=CHECK))
    assert told["answers"]
    assert [each["sentence"] for each in told["claims"]] == [1, 1]
