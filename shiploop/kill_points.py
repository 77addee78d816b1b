"""Points at which chaos ends the process, so that recovery is tested where it matters.

`SHIPLOOP_KILL_AT=merge-sent` kills this process with SIGKILL the first time that it gets
there, `merge-sent:3` the third time. Unset, which is the rule, a point is a comparison.
"""

import os
import signal
import threading
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Target:
    point: str
    left: int
    lock: threading.Lock = field(default_factory=threading.Lock)


_target: _Target | None = None


def arm(kill_at: str | None) -> None:
    """Choose the point at which this process dies, as `point` or `point:times`."""
    global _target
    if kill_at is None:
        _target = None
        return
    point, _, times = kill_at.partition(":")
    _target = _Target(point, int(times or 1))


def reach(point: str) -> None:
    """Get to a named point: return at once, or never."""
    target = _target
    if target is None or target.point != point:
        return
    with target.lock:
        target.left -= 1
        if target.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
