"""The bodies of OpenAI's API: what is read of a request, and answers in the shape of each API.

Sources: https://platform.openai.com/docs/api-reference/responses/object,
https://platform.openai.com/docs/api-reference/chat/object and
https://platform.openai.com/docs/guides/structured-outputs
"""

import itertools
import json
import time
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

_CHARACTERS_PER_TOKEN = 4
_numbers = itertools.count(1)


def data_of(api: str, body: dict[str, Any]) -> dict[str, Any]:
    """Read the JSON object that the user's message is; empty when it is none."""
    text = body.get("input") if api == "responses" else _last_message(body)
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return {}
    return value if isinstance(value, dict) and isinstance(value.get("sections"), list) else {}


def asks_for_a_check(data: Mapping[str, Any]) -> bool:
    """Tell whether an answer is to be checked, and not to be written."""
    return isinstance(data.get("claims"), list)


def _last_message(body: dict[str, Any]) -> object:
    match body.get("messages"):
        case [*_, {"role": "user", "content": content}]:
            return content
        case _:
            return None


def has_schema(api: str, body: dict[str, Any]) -> bool:
    """Tell whether the output is to be held to a schema."""
    match (api, body):
        case ("responses", {"text": {"format": {"type": "json_schema", "strict": True}}}):
            return True
        case (
            "chat",
            {"response_format": {"type": "json_schema", "json_schema": {"strict": True}}},
        ):
            return True
        case _:
            return False


def answer(api: str, body: dict[str, Any], reply: str) -> dict[str, Any]:
    """Write a reply in the shape of an API; it is cut where its tokens end."""
    limit = body.get("max_output_tokens" if api == "responses" else "max_tokens")
    text = reply if limit is None else reply[: limit * _CHARACTERS_PER_TOKEN]
    whole = text == reply
    used = (_tokens(json.dumps(body, ensure_ascii=False)), _tokens(text))
    shape = _response if api == "responses" else _completion
    return shape(body["model"], text, used, whole)


def _response(model: str, text: str, used: tuple[int, int], whole: bool) -> dict[str, Any]:
    number, status = next(_numbers), "completed" if whole else "incomplete"
    content = {"type": "output_text", "text": text, "annotations": []}
    message = {
        "type": "message",
        "id": f"msg_{number}",
        "role": "assistant",
        "status": status,
        "content": [content],
    }
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "error": None,
        "incomplete_details": None if whole else {"reason": "max_output_tokens"},
        "model": model,
        "output": [message],
        "store": False,
        "usage": {
            "input_tokens": used[0],
            "output_tokens": used[1],
            "total_tokens": sum(used),
        },
    }


def _completion(model: str, text: str, used: tuple[int, int], whole: bool) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": None}
    reason = "stop" if whole else "length"
    return {
        "id": f"chatcmpl-{next(_numbers)}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {
            "prompt_tokens": used[0],
            "completion_tokens": used[1],
            "total_tokens": sum(used),
        },
    }


def _tokens(text: str) -> int:
    return -(-len(text) // _CHARACTERS_PER_TOKEN)


def error(status: int, message: str, code: str | None) -> Response:
    """Refuse as OpenAI does."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    told = {"message": message, "type": kind, "param": None, "code": code}
    return JSONResponse({"error": told}, status)


def not_modelled(what: str) -> Response:
    """Say that the sandbox does not do this; the SDK is not to try it again."""
    refused = error(501, f"not modelled by the sandbox: {what}", "not_modelled")
    refused.headers["x-should-retry"] = "false"
    return refused
