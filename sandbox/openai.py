"""OpenAI's API under `/openai/v1`: an answer is a quotation of the first section in the prompt.

Sources: https://platform.openai.com/docs/api-reference/responses/create,
https://platform.openai.com/docs/api-reference/chat/create,
https://platform.openai.com/docs/api-reference/models/list and, for refusals,
https://platform.openai.com/docs/guides/error-codes/api-errors

Not modelled (501): streams, tools, conversations, stored and background responses, output that
is not held to a schema, and every other route. Tokens are counted as four characters each, and
any key is taken.
"""

import asyncio
import collections
import dataclasses
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox import openai_bodies as bodies
from sandbox.faults import Fault, Faults
from sandbox.latency import LatencySetting
from sandbox.openai_replies import (
    BROKEN_REPLY,
    HOSTILE_ANSWERS,
    Reply,
    checked,
    grounded,
    hostile,
    vouching,
)

MODELS = ("gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano", "gpt-4o", "gpt-4o-mini")
_KEPT = 1000  # each has a whole prompt
_SLOW_S = 60.0
_DRIP_S = 0.05  # between two bytes
_HUGE_BYTES = 10_000_000
_MODELLED = {
    "responses": {"model", "instructions", "input", "max_output_tokens", "text", "store"},
    "chat": {"model", "messages", "max_tokens", "max_completion_tokens", "response_format"},
}


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One request to a model, as it came."""

    path: str
    body: dict[str, Any]


class OpenAI:
    """The models, and what they were asked."""

    def __init__(self, faults: Faults, latency: LatencySetting) -> None:
        self._faults = faults
        self._latency = latency
        self._asked: collections.deque[Asked] = collections.deque(maxlen=_KEPT)
        self._hostile = itertools.cycle(HOSTILE_ANSWERS)

    def asked(self) -> tuple[Asked, ...]:
        """Return the newest that was asked since the start or the last clearing, oldest first."""
        return tuple(self._asked)

    def clear(self) -> None:
        """Forget what was asked."""
        self._asked.clear()

    async def models(self, request: Request) -> Response:
        """List the models."""
        if (refused := _unauthorized(request)) is not None:
            return refused
        listed = [{"id": name, "object": "model", "owned_by": "system"} for name in MODELS]
        return JSONResponse({"object": "list", "data": listed})

    async def responses(self, request: Request) -> Response:
        """Answer by the Responses API."""
        if self._faults.take(Fault.LLM_CHAT_ONLY):
            return bodies.error(404, "Not Found", None)
        return await self._answer(request, "responses")

    async def chat(self, request: Request) -> Response:
        """Answer by chat completions."""
        return await self._answer(request, "chat")

    async def _answer(self, request: Request, api: str) -> Response:
        body = _object(await request.body())
        self._asked.append(Asked(request.url.path, body))
        if (refused := _unauthorized(request) or _refusal(api, body)) is not None:
            return refused
        await asyncio.sleep(self._latency.current.llm_ms / 1000)
        if self._faults.take(Fault.LLM_DOWN):
            return bodies.error(503, "The engine is currently overloaded.", "server_error")
        if self._faults.take(Fault.LLM_SLOW):
            await asyncio.sleep(_SLOW_S)
        if self._faults.take(Fault.LLM_HUGE):
            return Response(b"[" + b" " * _HUGE_BYTES + b"]", media_type="application/json")
        answer = bodies.answer(api, body, self._reply(bodies.data_of(api, body)))
        if self._faults.take(Fault.LLM_DRIP):
            return StreamingResponse(_drip(answer), media_type="application/json")
        return JSONResponse(answer)

    def _reply(self, data: Mapping[str, Any]) -> str:
        if self._faults.take(Fault.LLM_BROKEN_JSON):
            return BROKEN_REPLY
        if bodies.asks_for_a_check(data):
            return vouching(data) if self._faults.take(Fault.LLM_HOSTILE) else checked(data)
        reply = grounded(data)
        if self._faults.take(Fault.LLM_HOSTILE):
            reply = hostile(next(self._hostile))
        if self._faults.take(Fault.LLM_UNANSWERABLE):
            reply = Reply(answerable=False, answer="", citations=(), confidence=0.9)
        if self._faults.take(Fault.LLM_CITES_NOTHING):
            reply = dataclasses.replace(reply, citations=())
        return reply.as_json()


def routes(openai: OpenAI) -> list[Route]:
    """Return the routes of the API."""
    return [
        Route("/openai/v1/models", openai.models),
        Route("/openai/v1/responses", openai.responses, methods=["POST"]),
        Route("/openai/v1/chat/completions", openai.chat, methods=["POST"]),
        Route("/openai/v1/{rest:path}", _not_modelled, methods=["GET", "POST", "DELETE"]),
    ]


async def _not_modelled(request: Request) -> Response:
    return bodies.not_modelled(f"{request.method} {request.url.path}")


async def _drip(answer: dict[str, Any]) -> AsyncIterator[bytes]:
    for byte in json.dumps(answer).encode():
        yield bytes([byte])
        await asyncio.sleep(_DRIP_S)


def _unauthorized(request: Request) -> Response | None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return None
    return bodies.error(401, "You didn't provide an API key.", "invalid_api_key")


def _refusal(api: str, body: dict[str, Any]) -> Response | None:
    if not body:
        return bodies.error(400, "We could not parse the JSON body of your request.", None)
    if unknown := sorted(body.keys() - _MODELLED[api]):
        return bodies.not_modelled(", ".join(unknown))
    if body.get("store") or not bodies.has_schema(api, body):
        return bodies.not_modelled("a stored response, or one without a strict JSON schema")
    if body.get("model") not in MODELS:
        what = f"The model `{body.get('model')}` does not exist or you do not have access to it."
        # Chat completions say 404 for the same.
        return bodies.error(400 if api == "responses" else 404, what, "model_not_found")
    if not bodies.data_of(api, body):
        return bodies.not_modelled("a prompt without an object of `question` and `sections`")
    return None


def _object(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
