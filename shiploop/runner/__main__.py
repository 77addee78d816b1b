"""Runs a runner until it is told to stop: `python -m shiploop.runner`."""

import logging
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from prefect.client.orchestration import get_client
from prefect.context import SyncClientContext

from shiploop import kill_points
from shiploop.bootstrap import services
from shiploop.observability import configure_logging
from shiploop.runner.prefect_deployments import apply_deployments
from shiploop.runner.runner import FLOWS, Runner

_PROJECT = Path(__file__).resolve().parents[2]
_START_AGAIN_S = 0.2
_LAST_WORDS_S = 5.0

log = logging.getLogger(__name__)


def _wait_for(what: str, ready: Callable[[], object], stopping: threading.Event) -> None:
    said = False
    while not stopping.is_set():
        try:
            ready()
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is to wait
            if not said:
                log.info("waiting for %s: %s", what, error)
            said = True
            stopping.wait(_START_AGAIN_S)
        else:
            return


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    configure_logging("runner")  # first: what comes later may add hooks of its own
    ours = services()
    configure_logging("runner", ours.secrets)
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    kill_points.arm(ours.settings.kill_at)
    _wait_for("Redis", ours.redis.ping, stopping)
    with get_client(sync_client=True) as probe:
        _wait_for("Prefect", probe.hello, stopping)
    if stopping.is_set():
        return
    with SyncClientContext() as context:
        deployments = apply_deployments(context.client, _PROJECT, FLOWS)
        exit_code = 1
        try:
            Runner(ours, context.client, deployments).run(stopping)
            exit_code = 0
        finally:
            _leave_soon(exit_code)


def _leave_soon(exit_code: int) -> None:
    """End the process in a moment, whatever still waits.

    Prefect 3.9.1 waits at exit until it has sent its log, and of a server that is gone for ever.
    """
    leaving = threading.Timer(_LAST_WORDS_S, os._exit, (exit_code,))
    leaving.daemon = True
    leaving.start()


if __name__ == "__main__":
    main()
