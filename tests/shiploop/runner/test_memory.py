"""The resident size of a process, as psutil has it too."""

import psutil
import pytest

from shiploop.runner.memory import resident_bytes


def test_it_is_what_the_system_says_of_this_process() -> None:
    assert resident_bytes() == pytest.approx(psutil.Process().memory_info().rss, rel=0.1)
