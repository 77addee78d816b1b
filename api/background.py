"""The loops beside the requests: one that ends before it is told to ends the process."""

import asyncio
import logging
import signal
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)


def start_loop(name: str, loop: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run a loop until it is cancelled. What ends before stops the process: it starts again."""
    task = asyncio.create_task(loop, name=name)
    task.add_done_callback(_end_process_unless_cancelled)
    return task


def _end_process_unless_cancelled(task: asyncio.Task[None]) -> None:
    if task.cancelled():
        return
    log.critical(
        "the loop %s has ended, so this process ends", task.get_name(), exc_info=task.exception()
    )
    # As if it were told to: uvicorn answers what it has taken, then dies of the signal.
    signal.raise_signal(signal.SIGTERM)
