"""What the numbers are read from and shown by: a Redis and one process of ours, and no more."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from redis import Redis

from bench.world import BenchFailed, stack_settings
from shiploop.stack.addresses import choose_addresses, port_of, socket_of
from shiploop.stack.embedded_servers import embedded_redis

_START_TIMEOUT_S = 60.0
_LOOK_S = 0.05


@contextmanager
def serving(module: str, setting: str, ready: str) -> Iterator[tuple[Redis, str]]:
    """Run `python -m module` over an empty Redis; yields both, the process by its address.

    `setting` names the variable of its port, `ready` the path that answers once it serves.
    """
    with ExitStack() as opened:
        home = Path(opened.enter_context(TemporaryDirectory(prefix="shiploop-bench-")))
        settings = stack_settings(home)
        addresses = choose_addresses(settings)
        opened.enter_context(embedded_redis(socket_of(addresses.redis), home / "redis"))
        environment = {
            **os.environ,
            **settings.as_environment(),
            "REDIS_URL": addresses.redis,
            "GITHUB_REPO": "nobody/asks",
            "GITHUB_TOKEN": "unused",
            setting: str(port_of(addresses.api)),
        }
        process = opened.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", module],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        opened.callback(process.terminate)
        _wait_until_ready(process, f"{addresses.api}{ready}")
        redis = Redis.from_url(addresses.redis, decode_responses=True, legacy_responses=False)
        yield opened.enter_context(redis), addresses.api


def _wait_until_ready(process: "subprocess.Popen[bytes]", url: str) -> None:
    give_up_at = time.monotonic() + _START_TIMEOUT_S
    while True:
        try:
            httpx.get(url).raise_for_status()
        except httpx.TransportError as error:
            if process.poll() is not None or time.monotonic() >= give_up_at:
                raise BenchFailed(f"{url} did not become ready") from error
            time.sleep(_LOOK_S)
        else:
            return
