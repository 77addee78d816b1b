"""Refuses bodies that are too long, before they are read."""

from collections.abc import Mapping

from fastapi import HTTPException
from fastapi_problem_details import ProblemResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TITLE = "The body is too long"


class BodyLimit:
    """ASGI middleware: answers 413 to a body over the limit, whether it says its length or not.

    Starlette's own answers in plain text, and has one limit for all paths.

    `limits` has bytes by the beginning of a path; where none fits, `limit` holds.
    """

    def __init__(self, app: ASGIApp, limit: int, limits: Mapping[str, int]) -> None:
        self._app = app
        self._limit = limit
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a body that ends in a 413 where the limit is."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit_of(scope["path"])
        if _stated_length(scope) > limit:
            await ProblemResponse(status=413, title=_TITLE, detail=_detail(limit))(
                scope, receive, send
            )
            return
        await self._app(scope, _limited(receive, limit), send)

    def _limit_of(self, path: str) -> int:
        fitting = (limit for start, limit in self._limits.items() if path.startswith(start))
        return next(fitting, self._limit)


def _limited(receive: Receive, limit: int) -> Receive:
    received = 0

    async def receive_within_limit() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            # No other kind of error: this is the one that FastAPI lets through.
            raise HTTPException(413, _detail(limit))
        return message

    return receive_within_limit


def _stated_length(scope: Scope) -> int:
    stated = Headers(scope=scope).get("content-length", "")
    return int(stated) if stated.isdecimal() else 0


def _detail(limit: int) -> str:
    return f"At most {limit} bytes are taken."
