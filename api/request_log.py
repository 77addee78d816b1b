"""Gives each request an id, and a line in the log."""

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import unexpected
from shiploop.observability import bound_request

_HEADER = "X-Request-ID"
_SANE_ID = re.compile(r"[\w.:/+=-]{1,128}", re.ASCII)

log = logging.getLogger(__name__)


class RequestLog:
    """ASGI middleware, the outermost: what fails within it is logged, and answered with 500."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; the answer carries its id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        begun = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[_HEADER] = request_id
            await send(message)

        with bound_request(request_id):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception:
                log.exception("%s %s failed", scope["method"], scope["path"])
                if status == 0:
                    await unexpected()(scope, receive, send_with_id)
            _log_request(scope, status, time.perf_counter() - begun)


def _log_request(scope: Scope, status: int, took_s: float) -> None:
    # Reading happens many times a second, and says little.
    level = logging.DEBUG if scope["method"] in ("GET", "HEAD") and status < 400 else logging.INFO
    log.log(level, "%s %s %d in %.1f ms", scope["method"], scope["path"], status, took_s * 1000)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(_HEADER, "")
    return given if _SANE_ID.fullmatch(given) else str(uuid.uuid4())
