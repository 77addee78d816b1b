"""Requests that are never sent whole end, and all others take as long as they take."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect

from tests.until import wait_until
from webguard.serving import PromptHttp

PATIENCE_S = 0.4


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(await request.body())


def slow(_request: Request) -> PlainTextResponse:
    threading.Event().wait(3 * PATIENCE_S)
    return PlainTextResponse("done")


async def converse(talk: WebSocket) -> None:
    await talk.accept()
    async for said in talk.iter_text():
        await talk.send_text(said)


class Impatient(PromptHttp):
    request_timeout_s = PATIENCE_S


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    """A server of ours with little patience."""
    app = Starlette(routes=[Route("/", echo, methods=["POST"]), Route("/slow", slow)])
    app.router.routes.append(WebSocketRoute("/talk", converse))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, http=Impatient, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        wait_until(lambda: server.started)
        yield listener.getsockname()
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize(
    "half",
    [
        b"",
        b"\r\n",
        b"POS",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nhalf",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ],
)
def test_half_a_request_ends(address: tuple[str, int], half: bytes) -> None:
    with closing(socket.create_connection(address)) as client:
        client.settimeout(20 * PATIENCE_S)
        client.sendall(half)
        read_to_the_end(client)


def test_a_request_that_drips_ends_as_one_that_is_cut(address: tuple[str, int]) -> None:
    with closing(socket.create_connection(address)) as client:
        client.sendall(b"POST / HTTP/1.1\r\n")
        began = time.monotonic()

        def drip() -> bool:
            try:
                client.sendall(b"X-Drip: drop\r\n")
            except OSError:
                return True
            return False

        wait_until(drip, timeout_s=20 * PATIENCE_S)
        assert time.monotonic() - began >= PATIENCE_S


def test_after_a_whole_request_a_half_one_ends_too(address: tuple[str, int]) -> None:
    whole = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\nok"
    with closing(socket.create_connection(address)) as client:
        client.settimeout(20 * PATIENCE_S)
        client.sendall(whole)
        assert b"200 OK" in client.recv(4096)
        client.sendall(whole[:20])
        assert b"408" in read_to_the_end(client)


def test_an_answer_may_take_longer_than_the_request(address: tuple[str, int]) -> None:
    assert httpx.get(f"http://{address[0]}:{address[1]}/slow").text == "done"


def read_to_the_end(client: socket.socket) -> bytes:
    """What is sent until the server hangs up; a test fails that waits for that in vain."""
    told = b""
    while chunk := client.recv(4096):
        told += chunk
    return told


def test_a_websocket_stays_open_however_long_nobody_speaks(address: tuple[str, int]) -> None:
    host, port = address
    with connect(f"ws://{host}:{port}/talk") as talk:
        with pytest.raises(TimeoutError):
            talk.recv(3 * PATIENCE_S)
        talk.send("Still there?")
        assert talk.recv(20 * PATIENCE_S) == "Still there?"
