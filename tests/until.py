"""Waiting in tests: look again and again, up to a deadline."""

import time
from collections.abc import Callable

_LOOK_S = 0.01


def wait_until(is_so: Callable[[], bool], timeout_s: float = 10.0) -> None:
    """Poll until something is so; fails the test after the deadline."""
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "it did not become so in time"
        time.sleep(_LOOK_S)
