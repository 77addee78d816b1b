"""Every HTTP server of a stack, as it is started, is one that our guard stands before."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import pytest

from tests.dashboard.conftest import dashboard_over
from tests.loopback import loopback
from tests.world import World

pytestmark = pytest.mark.xdist_group("world")


@pytest.fixture(scope="module")
def servers(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The address of each, by its name."""
    parts = world.addresses
    home = tmp_path_factory.mktemp("dashboard")
    with dashboard_over(parts.redis, home) as dashboard:
        yield {
            "api": parts.api,
            "prefect": parts.prefect,
            "github": parts.github,
            "site": parts.site,
            "dashboard": dashboard,
        }


def test_none_answers_to_a_name_of_somebody_else(servers: dict[str, str]) -> None:
    headers = {"host": "evil.example"}
    told = {name: loopback.get(url, headers=headers).status_code for name, url in servers.items()}
    assert told == dict.fromkeys(servers, 421)


def test_none_lets_itself_be_framed_or_read_by_another_page(servers: dict[str, str]) -> None:
    for name, url in servers.items():
        headers = loopback.get(url).headers
        assert headers["x-frame-options"] in ("SAMEORIGIN", "DENY"), name
        assert headers["cross-origin-resource-policy"] == "same-origin", name
        assert "access-control-allow-origin" not in headers, name


def test_none_waits_for_ever_for_the_rest_of_a_request(servers: dict[str, str]) -> None:
    half = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n"
    with ExitStack() as open_ones:
        clients = {}
        for name, url in servers.items():
            address = ("127.0.0.1", int(urlsplit(url).port or 0))
            client = open_ones.enter_context(closing(socket.create_connection(address)))
            client.settimeout(40)
            client.sendall(half)
            clients[name] = client
        ended = {name: client.recv(4096)[:12] for name, client in clients.items()}
    assert ended == dict.fromkeys(servers, b"HTTP/1.1 408")
