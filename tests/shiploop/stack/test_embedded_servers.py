"""The servers that come as wheels."""

import os
import signal
import stat
from pathlib import Path

import psutil
from redis import Redis

from shiploop.stack.embedded_servers import embedded_redis
from tests.until import wait_until


def test_redis_is_there_for_the_block_and_gone_after_it(tmp_path: Path) -> None:
    socket = tmp_path / "redis" / "redis.sock"
    with embedded_redis(socket, tmp_path) as pid, opened(socket) as redis:
        assert redis.ping()
        assert psutil.pid_exists(pid)
    wait_until(lambda: not psutil.pid_exists(pid))


def test_what_redis_holds_survives_its_sudden_death(tmp_path: Path) -> None:
    socket = tmp_path / "redis" / "redis.sock"
    with embedded_redis(socket, tmp_path) as pid, opened(socket) as redis:
        redis.set("kept", "yes")
        redis.execute_command("WAITAOF", 1, 0, 5000)
        os.kill(pid, signal.SIGKILL)
        psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=5)
    with embedded_redis(socket, tmp_path), opened(socket) as redis:
        assert redis.get("kept") == "yes"


def test_redis_does_not_hear_ctrl_c(tmp_path: Path) -> None:
    socket = tmp_path / "redis" / "redis.sock"
    with embedded_redis(socket, tmp_path) as pid, opened(socket) as redis:
        os.kill(pid, signal.SIGINT)
        # It looks at what it was sent ten times a second, so give it time by its own clock.
        sent_at_us = server_time_us(redis)
        wait_until(lambda: server_time_us(redis) > sent_at_us + 300_000)


def test_nobody_else_may_open_redis_and_no_port_leads_there(tmp_path: Path) -> None:
    socket = tmp_path / "redis" / "redis.sock"
    with embedded_redis(socket, tmp_path) as pid:
        assert psutil.Process(pid).net_connections("inet") == []
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (socket, socket.parent)]
        assert modes == [0o700, 0o700]


def opened(socket: Path) -> Redis:
    return Redis(unix_socket_path=str(socket), decode_responses=True)


def server_time_us(redis: Redis) -> int:
    return int(redis.info("server")["server_time_usec"])
