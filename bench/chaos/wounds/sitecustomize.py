"""Loaded by every Python process whose PYTHONPATH leads here, before its own code (site(7)).

On SIGUSR1 it ends one loop of the process by an error, where that loop stands: the one whose
number is in the file that CHAOS_WOUND names, or what the main thread does where that is negative.
Where the file is empty it writes the names of the loops there. Nothing else is changed.
"""

import asyncio
import ctypes
import json
import os
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any

_REASON = "this loop was ended by make chaos"


class LoopWounded(BaseException):
    """Like an error that nobody expects: no loop survives it."""

    def __init__(self) -> None:
        super().__init__(_REASON)


def _wound(_signal: int, _frame: FrameType | None) -> None:
    file = Path(os.environ["CHAOS_WOUND"])
    told = file.read_text()
    threads, tasks = _threads(), _tasks()
    if not told:
        names = [*(thread.name for thread in threads), *(task.get_name() for task in tasks)]
        file.write_text(json.dumps(names))
    elif (number := int(told)) < 0:
        raise LoopWounded  # in the main thread, where handlers run: a runner takes tasks there
    elif number < len(threads):
        ident = ctypes.c_ulong(threads[number].ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(LoopWounded))
    else:
        # It waits for a future, whatever that may be.
        tasks[number - len(threads)]._fut_waiter.set_exception(LoopWounded())


def _threads() -> list[threading.Thread]:
    """Those of `Background`: a thread keeps what it runs for as long as it does."""
    living = threading.enumerate()
    return [one for one in living if _name(getattr(one, "_target", None)) == "Background._run"]


def _tasks() -> list[Any]:
    """Those of `start_loop`, in the order of their names."""
    try:
        living: set[Any] = asyncio.all_tasks(asyncio.get_running_loop())
    except RuntimeError:
        return []
    ours = [one for one in living if "_end_process_unless_cancelled" in _callbacks(one)]
    return sorted(ours, key=lambda one: str(one.get_name()))


def _callbacks(task: Any) -> set[str]:  # noqa: ANN401
    return {_name(callback) for callback, _context in task._callbacks or ()}


def _name(function: object) -> str:
    return str(getattr(function, "__qualname__", ""))


if "CHAOS_WOUND" in os.environ:
    signal.signal(signal.SIGUSR1, _wound)
