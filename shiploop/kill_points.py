"""Points at which chaos ends the process, so that recovery is tested where it matters.

`SHIPLOOP_KILL_AT=merge-sent` kills this process with SIGKILL the first time that it gets
there, `merge-sent:3` the third time. `merge-sent:1:STOP` sends another signal instead.
Unset, which is the rule, a point is a comparison.
"""

import os
import signal
import threading
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Target:
    point: str
    left: int
    signal: signal.Signals
    lock: threading.Lock = field(default_factory=threading.Lock)


_target: _Target | None = None


def arm(kill_at: str | None) -> None:
    """Choose the point at which this process dies: `point`, `point:times`, `point:times:SIGNAL`.

    SIGNAL is a signal's name without SIG.
    """
    global _target
    if kill_at is None:
        _target = None
        return
    point, times, name = (*kill_at.split(":"), "", "")[:3]
    _target = _Target(point, int(times or 1), signal.Signals[f"SIG{name or 'KILL'}"])


def reach(point: str) -> None:
    """Get to a named point, and go on, unless the process is to be signalled here."""
    target = _target
    if target is None or target.point != point:
        return
    with target.lock:
        target.left -= 1
        if target.left == 0:
            os.kill(os.getpid(), target.signal)
