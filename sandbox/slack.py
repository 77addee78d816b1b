"""Slack's incoming webhooks: what is posted to their secret address is kept, in order.

Source: https://api.slack.com/messaging/webhooks ("Handling errors") and
https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks

Not modelled: a message as the `payload` field of a form (501), what blocks and attachments may
hold, and the limit of a message a second.
"""

import collections
import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.faults import Fault, Faults

_KEPT = 1000
_FORM = "application/x-www-form-urlencoded"
# One of these makes a message; each but `text` is a list.
_PARTS = ("text", "blocks", "attachments")


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """One message as it was posted; `text` is None when it has blocks or attachments alone."""

    text: str | None
    at: datetime
    payload: dict[str, Any]


class Slack:
    """One channel, and the incoming webhook that posts to it."""

    def __init__(self, faults: Faults, webhook: str = "") -> None:
        """Take posts at `team/bot/secret` only, or at any address of that form when empty."""
        if webhook and (len(parts := webhook.split("/")) != 3 or not all(parts)):
            raise ValueError("a webhook is team/bot/secret, such as T000/B000/XXXX")
        self._faults = faults
        self._webhook = webhook
        self._messages: collections.deque[Message] = collections.deque(maxlen=_KEPT)

    def messages(self) -> tuple[Message, ...]:
        """Return the newest that was posted since the start or the last clearing, oldest first."""
        return tuple(self._messages)

    def clear(self) -> None:
        """Forget all messages."""
        self._messages.clear()

    async def post(self, request: Request) -> Response:
        """Answer a post to an incoming webhook, as Slack does in plain text."""
        body = await request.body()
        if self._faults.take(Fault.SLACK_DOWN):
            return PlainTextResponse("Service Unavailable", 503)
        if self._webhook and request.url.path != f"/services/{self._webhook}":
            return PlainTextResponse("no_service", 404)
        if _is_form(request) and body.startswith(b"payload="):
            return PlainTextResponse("messages in forms are not modelled by the sandbox", 501)
        payload = None if _is_form(request) else _object(body)
        if payload is None or not _is_well_formed(payload):
            return PlainTextResponse("invalid_payload", 400)
        # In no list of errors, but what Slack says: https://gitlab.com/gitlab-org/gitlab/-/issues/332611
        if not any(payload.get(part) for part in _PARTS):
            return PlainTextResponse("no_text", 400)
        self._messages.append(Message(payload.get("text"), datetime.now(UTC), payload))
        return PlainTextResponse("ok")


def routes(slack: Slack) -> list[Route]:
    """Return the routes of Slack's incoming webhooks."""
    return [Route("/services/{team}/{bot}/{secret}", slack.post, methods=["POST"])]


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _is_well_formed(payload: dict[str, Any]) -> bool:
    kinds = {part: str if part == "text" else list for part in _PARTS}
    return all(isinstance(payload.get(part), kind | None) for part, kind in kinds.items())
