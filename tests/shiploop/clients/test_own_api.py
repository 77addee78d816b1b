"""Our own API, as the health check asks it."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from shiploop.clients.own_api import OwnApi
from shiploop.errors import OwnApiUnavailable
from shiploop.stack.addresses import free_port
from tests.loopback import NO_TLS
from tests.scripted_server import Reply, ScriptedServer

KEY = "a-key-of-the-api-for-tests"


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=2, verify=NO_TLS) as client:
        yield client


@pytest.mark.parametrize("status", [200, 302, 401, 500, 503])
def test_the_status_of_the_task_route_is_told_as_it_is(
    http: httpx.Client, scripted: ScriptedServer, status: int
) -> None:
    scripted.replies.append(Reply(status))
    assert OwnApi(http, f"{scripted.url}/", None).task_route_status() == status
    assert scripted.requests == ["GET /api/agent/tasks?limit=1"]


def test_the_key_is_shown_where_there_is_one(http: httpx.Client, scripted: ScriptedServer) -> None:
    for key in (KEY, None):
        scripted.replies.append(Reply(200))
        OwnApi(http, scripted.url, key).task_route_status()
    shown = [{name.lower(): value for name, value in each.items()} for each in scripted.headers]
    assert shown[0]["x-api-key"] == KEY
    assert "x-api-key" not in shown[1]


def test_an_api_that_hangs_up_or_is_not_there_is_unavailable(
    http: httpx.Client, scripted: ScriptedServer
) -> None:
    for url in (scripted.url, f"http://127.0.0.1:{free_port()}"):
        with pytest.raises(OwnApiUnavailable, match="our API does not answer") as failed:
            OwnApi(http, url, KEY).task_route_status()
        assert KEY not in str(failed.value)


def test_an_api_that_does_not_answer_in_time_is_a_time_out() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        httpx.Client(timeout=0.2, verify=NO_TLS) as http,
    ):
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(httpx.TimeoutException):
            OwnApi(http, url, None).task_route_status()
