"""What is sent to a model by each of OpenAI's two APIs, and what their answers say.

Sources: https://platform.openai.com/docs/api-reference/responses and
https://platform.openai.com/docs/api-reference/chat. Answers are read as plain JSON: what is
not as it should be is left out, whatever the server meant by it.
"""

import json
from collections.abc import Iterator
from typing import Any

from shiploop.domain.prompt import Prompt, Reply, Usage


def responses_request(prompt: Prompt, model: str, tokens: int) -> dict[str, Any]:
    """The arguments of the Responses API. Nothing is kept on the other side."""
    return {
        "model": model,
        "instructions": prompt.instructions,
        "input": prompt.data,
        "max_output_tokens": tokens,
        "text": {"format": {"type": "json_schema", **_format(prompt)}},
        "store": False,
    }


def chat_request(prompt: Prompt, model: str, tokens: int) -> dict[str, Any]:
    """The arguments of chat completions, by the names that older servers know as well."""
    return {
        "model": model,
        "messages": [
            {"role": "system", "content": prompt.instructions},
            {"role": "user", "content": prompt.data},
        ],
        "max_tokens": tokens,
        "response_format": {"type": "json_schema", "json_schema": _format(prompt)},
    }


def _format(prompt: Prompt) -> dict[str, Any]:
    return {"name": prompt.schema_name, "schema": dict(prompt.schema), "strict": True}


def read_reply(body: bytes) -> Reply | None:
    """Read an answer of either API; None when it has no text of the model's."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    text = "".join(_texts(answer))
    return Reply(text, _usage(answer)) if text else None


def _texts(answer: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """The texts of a response's messages or, in chat completions, of the first choice."""
    match answer:
        case {"output": [*items]}:
            for item in items:
                match item:
                    case {"type": "message", "content": [*parts]}:
                        yield from _output_texts(parts)
                    case _:
                        pass
        case {"choices": [{"message": {"content": str(text)}}, *_]}:
            yield text
        case _:
            pass


def _output_texts(parts: list[Any]) -> Iterator[str]:
    for part in parts:
        match part:
            case {"type": "output_text", "text": str(text)}:
                yield text
            case _:
                pass


def _usage(answer: Any) -> Usage | None:  # noqa: ANN401 - any JSON
    match answer:
        case {"usage": {"input_tokens": int(tokens_in), "output_tokens": int(tokens_out)}}:
            return Usage(tokens_in, tokens_out)
        case {"usage": {"prompt_tokens": int(tokens_in), "completion_tokens": int(tokens_out)}}:
            return Usage(tokens_in, tokens_out)
        case _:
            return None
