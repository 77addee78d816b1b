"""ASGI middleware that lets nobody in whom `visitors` refuses, and keeps answers to their page."""

import json
import re
from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webguard.visitors import Refusal, refuse

_POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1
_TELLING = frozenset((b"host", b"origin", b"sec-fetch-site", b"sec-fetch-mode", b"sec-fetch-dest"))
_KEPT_TO_US = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Guard:
    """Answers strangers itself; all others are passed on, with headers that keep pages apart."""

    def __init__(
        self,
        app: ASGIApp,
        names: Collection[str] = (),
        signed_path: str | None = None,
        form_paths: re.Pattern[str] | None = None,
    ) -> None:
        """`names`: our hosts besides loopback and IP addresses. `signed_path`: whoever sends
        there signs what is sent, and may use any name. `form_paths`: forms of any page may be sent
        there, because they change nothing yet.
        """
        self._app = app
        self._names = frozenset(name.lower() for name in names)
        self._signed_path = signed_path
        self._form_paths = form_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer as the refusal says."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal_of(scope)
        if refusal is None:
            await self._app(scope, receive, _kept_to_us(send))
        elif scope["type"] == "http":
            await _answer(refusal, send)
        else:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})

    def _refusal_of(self, scope: Scope) -> Refusal | None:
        if self._signed_path is not None and scope["path"] == self._signed_path:
            return None
        told: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            if name in _TELLING:
                told.setdefault(name.decode("ascii"), []).append(value.decode("latin-1"))
        if self._form_paths is not None and self._form_paths.fullmatch(scope["path"]):
            told = {"host": told.get("host", [])}
        return refuse(scope.get("method", "GET"), told, self._names)


def _kept_to_us(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            told = list(message.get("headers", ()))
            names = {name.lower() for name, _ in told}
            kept = [header for header in _KEPT_TO_US if header[0] not in names]
            message = {**message, "headers": told + kept}
        await send(message)

    return send_with_headers


async def _answer(refusal: Refusal, send: Send) -> None:
    told = {"status": refusal.status, "title": refusal.title, "detail": refusal.detail}
    body = json.dumps(told).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
