"""Stands between one of our processes and a server, and spoils what goes through when told to.

toxiproxy does the same, and more; it is a server in Go that no package of ours brings, and the
proxies in Python (toxic-proxy, asynctcpproxy) were left after one release.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Final, Self, assert_never
from urllib.parse import unquote, urlsplit

_HOST: Final = "127.0.0.1"
_CHUNK_BYTES: Final = 65_536
# SO_LINGER (socket(7)), on and 0 s: what is closed is reset, and not ended in order.
_RESET: Final = struct.pack("ii", 1, 0)

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Fault(StrEnum):
    """What becomes of all connections, those that there are and those that come."""

    RESET = "reset"
    HANG = "hanging"  # what is sent arrives when it is over
    FORGOTTEN = "forgotten"  # what is sent never arrives, and nobody says so: no end either
    CUT = "cut off in the middle of an answer"
    ANSWER_500 = "answering 500"
    ANSWER_503 = "answering 503"


class TcpProxy:
    """Listens on loopback and passes on to `upstream`, a URL as `http://…`, `redis://…`, `unix://…`.

    Usable as a context manager; runs in a thread of its own.
    """

    def __init__(self, upstream: str) -> None:
        self._upstream = urlsplit(upstream)
        self._listener = socket.create_server((_HOST, 0))
        self.port = int(self._listener.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._fault: Fault | None = None
        self._over = asyncio.Event()
        self.spoiled = 0  # so many requests, answers and connections
        self._open: set[_Passing] = set()

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Reset all that is open, and listen no more."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    @property
    def url(self) -> str:
        """Where to go instead of upstream: the same path, over HTTP unless it is a Redis."""
        scheme = "redis" if self._upstream.scheme in ("redis", "unix") else self._upstream.scheme
        path = "" if self._upstream.scheme == "unix" else self._upstream.path
        return f"{scheme}://{_HOST}:{self.port}{path}"

    @contextmanager
    def failing(self, fault: Fault) -> Iterator[None]:
        """Spoil everything in this way for the length of the block."""
        self._call(lambda: self._begin(fault))
        try:
            yield
        finally:
            self._call(self._end)

    def _call(self, change: Callable[[], None]) -> None:
        done = threading.Event()

        def run() -> None:
            change()
            done.set()

        self._loop.call_soon_threadsafe(run)
        done.wait()

    def _begin(self, fault: Fault) -> None:
        self._fault = fault
        self._over.clear()
        for each in tuple(self._open):
            if fault is Fault.RESET:
                self.spoiled += 1
                each.reset()
            each.forgotten |= fault is Fault.FORGOTTEN

    def _end(self) -> None:
        self._fault = None
        self._over.set()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._pass, sock=self._listener)
        )
        self._loop.run_forever()
        server.close()
        for each in tuple(self._open):
            each.reset()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passing = _Passing((reader, writer), forgotten=self._fault is Fault.FORGOTTEN)
        self._open.add(passing)
        try:
            if self._fault is Fault.RESET:
                self.spoiled += 1
            else:
                passing.server = await self._connect()
                await self._pass_both_ways(passing, passing.server)
        except OSError:
            pass  # an end reset its connection, or nobody listens upstream: so does the other
        finally:
            passing.reset()
            self._open.discard(passing)

    async def _pass_both_ways(self, passing: "_Passing", server: _Streams) -> None:
        client = passing.client
        ways = [
            asyncio.ensure_future(self._pump(passing, client[0], server[1], is_answer=False)),
            asyncio.ensure_future(self._pump(passing, server[0], client[1], is_answer=True)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pump(
        self,
        passing: "_Passing",
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        is_answer: bool,
    ) -> None:
        while data := await reader.read(_CHUNK_BYTES):
            if passing.forgotten:
                self.spoiled += 1
            elif self._fault is None:
                writer.write(data)
            elif not await self._spoil(self._fault, passing, writer, data, is_answer=is_answer):
                return
            await writer.drain()
        writer.close()  # the rest is sent before
        await writer.wait_closed()

    async def _spoil(
        self,
        fault: Fault,
        passing: "_Passing",
        writer: asyncio.StreamWriter,
        data: bytes,
        *,
        is_answer: bool,
    ) -> bool:
        """What a fault makes of these bytes; True while there may be more on this connection."""
        self.spoiled += 1
        match fault:
            case Fault.HANG:
                await self._over.wait()
                writer.write(data)
                return True
            case Fault.CUT if is_answer:
                writer.write(data[: len(data) // 2])
                await writer.drain()
                return False
            case Fault.CUT:
                writer.write(data)
                return True
            case Fault.ANSWER_500 | Fault.ANSWER_503 if not is_answer:
                await self._answer(fault, *passing.client)
                return False
            case Fault.ANSWER_500 | Fault.ANSWER_503 | Fault.RESET | Fault.FORGOTTEN:
                return False
            case other:
                assert_never(other)

    async def _answer(
        self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        status = "500" if fault is Fault.ANSWER_500 else "503"
        told = f"HTTP/1.1 {status} Spoiled\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        writer.write(told.encode())
        writer.write_eof()
        while await reader.read(_CHUNK_BYTES):  # the rest of the request, unread, would reset it
            pass

    async def _connect(self) -> _Streams:
        if self._upstream.scheme == "unix":
            return await asyncio.open_unix_connection(Path(unquote(self._upstream.path)))
        return await asyncio.open_connection(self._upstream.hostname, self._upstream.port)


class _Passing:
    """A client's connection and the one that it is passed on by, once there is one."""

    def __init__(self, client: _Streams, *, forgotten: bool) -> None:
        self.client = client
        self.server: _Streams | None = None
        self.forgotten = forgotten

    def reset(self) -> None:
        """Reset what is still open of both."""
        for _reader, writer in filter(None, (self.client, self.server)):
            sock = writer.get_extra_info("socket")
            with suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()
