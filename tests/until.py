"""Waiting in tests: look again and again, up to a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

# Soon at first, then ever later: who looks all the time takes the CPU from what is looked at.
_FIRST_LOOK_S = 0.01
_LATER = 1.3
_LONGEST_LOOK_S = 0.2

# What takes a second here may take twenty among all the other tests: no test is about this one.
_TIMEOUT_S = 30.0

T = TypeVar("T")


def until(read: Callable[[], T], accept: Callable[[T], bool], timeout_s: float = _TIMEOUT_S) -> T:
    """Read until the value is accepted, and return it; after the deadline the test fails."""
    deadline, look_s = time.monotonic() + timeout_s, _FIRST_LOOK_S
    while not accept(value := read()):
        assert time.monotonic() < deadline, f"still {value!r}"
        time.sleep(look_s)
        look_s = min(look_s * _LATER, _LONGEST_LOOK_S)
    return value


def wait_until(is_so: Callable[[], bool], timeout_s: float = _TIMEOUT_S) -> None:
    """Poll until something is so; fails the test after the deadline."""
    until(is_so, bool, timeout_s)
