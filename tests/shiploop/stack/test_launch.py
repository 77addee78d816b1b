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


def test_a_module_is_run_with_its_arguments_and_a_patient_collector(tmp_path: Path) -> None:
    (tmp_path / "greeter.py").write_text(GREETER)
    command = [sys.executable, "-m", "shiploop.stack.launch", "greeter", "--to", "Ada"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (ran.stdout, ran.returncode) == ("__main__ greeter.py --to Ada 50000\n", 3), ran.stderr
