"""A model by OpenAI's API, or by any server that speaks it: one question, one deadline.

Source: https://platform.openai.com/docs/api-reference/responses
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shiploop.clients.llm.sdk import Sdk, Unwaited
from shiploop.clients.llm.wire import chat_request, read_reply, responses_request
from shiploop.domain.prompt import Prompt, Reply
from shiploop.errors import ModelFailed

if TYPE_CHECKING:
    import openai

_NO_SUCH_ROUTE = (404, 405)
_MODEL_NOT_FOUND = "model_not_found"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Model:
    """Which model is asked, where, and what it may take."""

    base_url: str
    name: str
    deadline_s: float
    tokens: int


class Llm:
    """One model. Its key is in no error of ours, and neither is what a server says."""

    def __init__(self, model: Model, key: str) -> None:
        self._model = model
        self._key = key
        self._sdk = Sdk()
        self._has_responses = True

    @property
    def model(self) -> str:
        """The name of the model."""
        return self._model.name

    def warm(self) -> None:
        """Load the SDK in the background, before there is a question."""
        self._sdk.load()

    def ask(self, prompt: Prompt) -> Reply:
        """The model's reply, within the deadline whatever happens. Raises ModelFailed."""
        give_up_at = time.monotonic() + self._model.deadline_s
        if not self._sdk.loaded_within(self._model.deadline_s):
            raise ModelFailed("OpenAI's SDK could not be loaded in time")
        reply = asyncio.run(self._reply(prompt, give_up_at))
        if isinstance(reply, str):
            # Raised here, where the error that it was, with all that it quotes, is no context.
            raise ModelFailed(f"{self._model.name}: {reply}")
        return reply

    async def _reply(self, prompt: Prompt, give_up_at: float) -> Reply | str:
        """The reply, or why there is none."""
        asyncio.get_running_loop().set_default_executor(Unwaited())
        left_s = max(0.0, give_up_at - time.monotonic())
        try:
            async with asyncio.timeout(left_s):
                client = self._sdk.client(self._key, self._model.base_url, self._model.deadline_s)
                async with client:
                    body = await self._body(client, prompt)
        except TimeoutError:
            return f"no answer within {self._model.deadline_s:g} s"
        except Exception as error:  # noqa: BLE001 - the answer to each is to do without
            return _said(error)
        return read_reply(body) or "the answer cannot be read"

    async def _body(self, client: "openai.AsyncOpenAI", prompt: Prompt) -> bytes:
        if self._has_responses:
            body = await self._by_responses(client, prompt)
            if body is not None:
                return body
        body = await self._by_chat(client, prompt)
        if self._has_responses:
            log.info("the model's server has no Responses API: using chat completions")
            self._has_responses = False
        return body

    async def _by_responses(self, client: "openai.AsyncOpenAI", prompt: Prompt) -> bytes | None:
        """The answer of the Responses API; None where the server does not have it."""
        import openai

        request = responses_request(prompt, self._model.name, self._model.tokens)
        try:
            raw = await client.responses.with_raw_response.create(**request)
        except openai.APIStatusError as error:
            if error.status_code in _NO_SUCH_ROUTE and error.code != _MODEL_NOT_FOUND:
                return None
            raise
        return bytes(raw.content)

    async def _by_chat(self, client: "openai.AsyncOpenAI", prompt: Prompt) -> bytes:
        request = chat_request(prompt, self._model.name, self._model.tokens)
        raw = await client.chat.completions.with_raw_response.create(**request)
        return bytes(raw.content)


def _said(error: Exception) -> str:
    """What failed, without its message: a server may repeat the key or the question in it."""
    status: Any = getattr(error, "status_code", None)
    return type(error).__name__ + (f" ({status})" if isinstance(status, int) else "")
