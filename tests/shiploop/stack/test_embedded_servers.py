"""The servers that come as wheels."""

import os
import shutil
import signal
import stat
import tempfile
import threading
from pathlib import Path

import psutil
from redis import Redis

from shiploop.stack.embedded_servers import embedded_postgres, embedded_redis
from shiploop.stack.keep_alive import kept_alive
from tests.until import wait_until


def test_redis_is_there_for_the_block_and_gone_after_it(tmp_path: Path) -> None:
    socket = tmp_path / "redis" / "redis.sock"
    with embedded_redis(socket, tmp_path) as server, opened(socket) as redis:
        assert redis.ping()
        assert psutil.pid_exists(server.pid)
    wait_until(lambda: not psutil.pid_exists(server.pid))


def test_what_redis_holds_survives_its_sudden_death(tmp_path: Path) -> None:
    socket = tmp_path / "redis" / "redis.sock"
    with embedded_redis(socket, tmp_path) as server, opened(socket) as redis:
        redis.set("kept", "yes")
        redis.execute_command("WAITAOF", 1, 0, 5000)
        os.kill(server.pid, signal.SIGKILL)
        psutil.wait_procs(
            [psutil.Process(server.pid)] if psutil.pid_exists(server.pid) else [], timeout=5
        )
    with embedded_redis(socket, tmp_path), opened(socket) as redis:
        assert redis.get("kept") == "yes"


def test_a_redis_that_is_kept_alive_is_there_again_with_what_it_held(tmp_path: Path) -> None:
    socket, again = tmp_path / "redis" / "redis.sock", threading.Event()
    with embedded_redis(socket, tmp_path) as server, opened(socket) as redis:
        redis.set("kept", "yes")
        redis.execute_command("WAITAOF", 1, 0, 5000)
        with kept_alive(server, again.set):
            killed = server.pid
            os.kill(killed, signal.SIGKILL)
            assert again.wait(20)
        assert redis.get("kept") == "yes"
        assert server.pid != killed
    assert not psutil.pid_exists(server.pid)


def test_a_postgres_that_is_kept_alive_is_there_again() -> None:
    home, again = home_of_postgres(), threading.Event()
    try:
        with embedded_postgres(home) as server, kept_alive(server, again.set):
            assert not server.ended()
            first = int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
            os.kill(first, signal.SIGKILL)
            assert again.wait(60)
            assert not server.ended()
    finally:
        shutil.rmtree(home)


def test_redis_does_not_hear_ctrl_c(tmp_path: Path) -> None:
    socket = tmp_path / "redis" / "redis.sock"
    with embedded_redis(socket, tmp_path) as server, opened(socket) as redis:
        os.kill(server.pid, signal.SIGINT)
        # It looks at what it was sent ten times a second, so give it time by its own clock.
        sent_at_us = server_time_us(redis)
        wait_until(lambda: server_time_us(redis) > sent_at_us + 300_000)


def test_nobody_else_may_open_redis_and_no_port_leads_there(tmp_path: Path) -> None:
    socket = tmp_path / "redis" / "redis.sock"
    with embedded_redis(socket, tmp_path) as server:
        assert psutil.Process(server.pid).net_connections("inet") == []
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (socket, socket.parent)]
        assert modes == [0o700, 0o700]


def home_of_postgres() -> Path:
    home = Path(tempfile.mkdtemp(prefix="shiploop-"))
    home.chmod(0o755)  # PostgreSQL runs as a user of its own where we are root
    return home


def opened(socket: Path) -> Redis:
    return Redis(unix_socket_path=str(socket), decode_responses=True)


def server_time_us(redis: Redis) -> int:
    return int(redis.info("server")["server_time_usec"])
