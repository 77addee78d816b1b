"""OpenAI's SDK: loaded once, in the background, with answers that cannot grow.

Its import takes seconds, so nobody who does without a model pays for it.
"""

import math
import threading
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from shiploop.domain.limits import MAX_REPLY_BYTES

if TYPE_CHECKING:
    import ssl

    import httpx2
    import openai

_RETRIES: Final = 2
_CONNECT_SHARE: Final = 0.25  # of the deadline, so that a lost packet is not the end


class Sdk:
    """The SDK, once it is loaded."""

    def __init__(self) -> None:
        self._loaded = threading.Event()
        self._lock = threading.Lock()
        self._loading = False
        self._tls: ssl.SSLContext | None = None

    def load(self) -> None:
        """Begin to load the SDK, if nobody has; returns at once."""
        with self._lock:
            if self._loading:
                return
            self._loading = True
        threading.Thread(target=self._load, name="load-openai", daemon=True).start()

    def loaded_within(self, seconds: float) -> bool:
        """Wait until the SDK is loaded; False when it takes longer, or cannot be."""
        self.load()
        return self._loaded.wait(seconds) and self._tls is not None

    def _load(self) -> None:
        try:
            import httpx2
            from openai.resources import chat, responses  # noqa: F401 - loaded late by the SDK

            # Reads the system's certificates: 0.1 s that every client would take again.
            self._tls = httpx2.create_ssl_context()
        finally:
            self._loaded.set()

    def client(self, key: str, base_url: str, seconds: float) -> "openai.AsyncOpenAI":
        """A client for one question that has so much time."""
        import httpx2
        import openai

        timeout = httpx2.Timeout(seconds, connect=seconds * _CONNECT_SHARE)

        async def bound(response: "httpx2.Response") -> None:
            _bound(response, seconds)

        return openai.AsyncOpenAI(
            api_key=key,
            base_url=base_url,
            max_retries=_RETRIES,
            timeout=timeout,
            # Unpacked, a small body may be a huge one.
            default_headers={"Accept-Encoding": "identity"},
            http_client=openai.DefaultAsyncHttpxClient(
                verify=self._tls or True, timeout=timeout, event_hooks={"response": [bound]}
            ),
        )


def _bound(response: "httpx2.Response", seconds: float) -> None:
    """Bound what is read of an answer, and what is waited for before the next try."""
    response.headers.pop("content-encoding", None)
    if _retry_after_s(response.headers) >= seconds:
        response.headers["x-should-retry"] = "false"  # the SDK would sleep past the deadline
    response.stream = _cut(response.stream)


def _cut(stream: Any) -> "httpx2.AsyncByteStream":  # noqa: ANN401 - the SDK's
    import httpx2

    class Cut(httpx2.AsyncByteStream):
        """Ends early: what is cut off is no JSON any more, and is not asked for again."""

        async def __aiter__(self) -> AsyncIterator[bytes]:
            left = MAX_REPLY_BYTES
            async for chunk in stream:
                yield chunk[:left]
                left -= len(chunk)
                if left <= 0:
                    return

        async def aclose(self) -> None:
            await stream.aclose()

    return Cut()


def _retry_after_s(headers: Mapping[str, str]) -> float:
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) else 0.0


class Unwaited(ThreadPoolExecutor):
    """Looks up names; one that hangs is left behind, where asyncio would wait for it."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Give the threads up, whatever they are at."""
        super().shutdown(wait=False, cancel_futures=True)
