"""Waiting in tests: look again and again, up to a deadline."""

import time
from collections.abc import Callable

# Soon at first, then ever later: who looks all the time takes the CPU from what is looked at.
_FIRST_LOOK_S = 0.01
_LATER = 1.3
_LONGEST_LOOK_S = 0.2


def wait_until(
    is_so: Callable[[], bool],
    timeout_s: float = 10.0,
    is_instead: Callable[[], object] = lambda: "it did not become so in time",
) -> None:
    """Poll until something is so; after the deadline the test fails, saying what is instead."""
    deadline, look_s = time.monotonic() + timeout_s, _FIRST_LOOK_S
    while not is_so():
        assert time.monotonic() < deadline, is_instead()
        time.sleep(look_s)
        look_s = min(look_s * _LATER, _LONGEST_LOOK_S)
