"""What is launched is the module that was named, as if Python had been told to run it."""

import subprocess
import sys
from pathlib import Path

GREETER = """
import gc, sys
from pathlib import Path

print(__name__, Path(sys.argv[0]).name, *sys.argv[1:], gc.get_threshold()[0])
sys.exit(3)
"""

WAITER = """
import gc, time

while not gc.get_freeze_count():
    time.sleep(0.01)
while gc.get_threshold() == (50_000, 20, 50):
    time.sleep(0.01)
print(gc.get_threshold())
"""
AT_ONCE = """
from shiploop.stack import launch

launch.LOADED_AFTER_S = 0.0
launch.main()
"""


def test_a_module_is_run_with_its_arguments_and_a_patient_collector(tmp_path: Path) -> None:
    (tmp_path / "greeter.py").write_text(GREETER)
    command = [sys.executable, "-m", "shiploop.stack.launch", "greeter", "--to", "Ada"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (ran.stdout, ran.returncode) == ("__main__ greeter.py --to Ada 50000\n", 3), ran.stderr


def test_what_is_loaded_is_left_alone_and_all_else_collected_as_usual(tmp_path: Path) -> None:
    (tmp_path / "waiter.py").write_text(WAITER)
    (tmp_path / "at_once.py").write_text(AT_ONCE)
    command = [sys.executable, "at_once.py", "waiter"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert ran.stdout == "(20000, 10, 5)\n", ran.stderr
