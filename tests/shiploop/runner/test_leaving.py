"""A runner that has finished ends, whatever a library still waits for."""

import subprocess
import sys

import pytest

# As Prefect waits at exit for a server that is gone: a thread that nobody ends.
PROGRAM = """
import threading
from shiploop.runner import __main__ as runner

runner._LAST_WORDS_S = 0.2
threading.Thread(target=threading.Event().wait).start()
runner._leave_soon({exit_code})
"""


@pytest.mark.parametrize("exit_code", [0, 1])
def test_it_ends_in_a_moment_with_its_own_exit_code(exit_code: int) -> None:
    command = [sys.executable, "-c", PROGRAM.format(exit_code=exit_code)]
    assert subprocess.run(command, timeout=60).returncode == exit_code
