"""Where the parts of the stack listen."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from shiploop.settings import Settings
from shiploop.stack.addresses import (
    Addresses,
    PortTaken,
    api_address,
    choose_addresses,
    find_stack,
    note_of_stack,
    port_of,
    redis_address,
    socket_of,
)

WITH_PORTS = ["api", "prefect", "github", "site", "dashboard"]
PARTS = [*WITH_PORTS, "redis"]
ANY_PORT = {f"{part}_port": 0 for part in WITH_PORTS}


def settings(**changes: Any) -> Settings:
    given: dict[str, Any] = {**ANY_PORT, **changes}
    return Settings(_env_file=None, **given)


@pytest.mark.parametrize("part", WITH_PORTS)
def test_a_taken_port_is_named_with_its_setting(part: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"port {port} .* SHIPLOOP_{part.upper()}_PORT"):
            choose_addresses(settings(**{f"{part}_port": port}), dashboard=True)


def test_each_part_has_a_port_of_its_own() -> None:
    addresses = choose_addresses(settings(), dashboard=True)
    ports = {port_of(getattr(addresses, part)) for part in WITH_PORTS}
    assert len(ports) == len(WITH_PORTS)
    # What the system gives to whoever asks for any port cannot be one of them.
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert all(1024 < port < lowest for port in ports)
    assert addresses.api.startswith("http://127.0.0.1:")


def test_two_stacks_that_start_at_once_share_no_port_though_none_is_bound_yet() -> None:
    chosen = [choose_addresses(settings(), dashboard=True) for _ in range(2)]
    ports = {port_of(getattr(addresses, part)) for addresses in chosen for part in WITH_PORTS}
    assert len(ports) == 2 * len(WITH_PORTS)


def test_what_runs_elsewhere_is_used_from_there_and_takes_no_port_here() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        addresses = choose_addresses(
            settings(
                github_repo="acme/docs",
                github_api_url="https://github.example.com/api/v3",
                site_url="https://docs.example.com",
                redis_url="redis://redis.example.com:6379",
                prefect_api_url="https://prefect.example.com/api",
                **{f"{part}_port": taken for part in WITH_PORTS if part != "api"},
            )
        )
    assert addresses.github == "https://github.example.com/api/v3"
    assert addresses.site == "https://docs.example.com"
    assert addresses.redis == "redis://redis.example.com:6379"
    assert addresses.prefect == "https://prefect.example.com/api"


@pytest.mark.parametrize("folder", ["here", "%20 ?#", "d" * 120])
def test_redis_has_a_socket_wherever_home_is(tmp_path: Path, folder: str) -> None:
    path = socket_of(redis_address(tmp_path / folder))
    assert path == socket_of(choose_addresses(settings(home=tmp_path / folder)).redis)
    assert len(str(path)) <= 103
    assert (path.parent == tmp_path / folder / "redis") == (len(folder) < 100)
    path.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        path.unlink()


def test_where_no_dashboard_is_started_it_needs_no_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        assert choose_addresses(settings(dashboard_port=taken)).dashboard == ""


def test_a_stack_that_runs_here_is_found_by_its_note(tmp_path: Path) -> None:
    note = {part: f"http://{part}" for part in PARTS}
    note_of_stack(tmp_path).write_text(json.dumps({**note, "pids": {"api": 1}}))
    here = settings(home=tmp_path)
    assert find_stack(here) == Addresses(**note)
    assert api_address(here) == "http://api"


@pytest.mark.parametrize("note", [None, "", '{"api": "http://api', "[]", '{"api": "http://api"}'])
def test_without_a_whole_note_the_port_that_is_set_is_asked(
    tmp_path: Path, note: str | None
) -> None:
    if note is not None:
        note_of_stack(tmp_path).write_text(note)
    here = settings(home=tmp_path, api_port=8123)
    assert find_stack(here) is None
    assert api_address(here) == "http://127.0.0.1:8123"
