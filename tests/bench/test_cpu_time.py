"""Processor time, of children too."""

import subprocess
import sys

import psutil

from bench.cpu_time import family_cpu_seconds

# A tick of the system's clock is 10 ms, and times are cut to whole ticks.
LEAST_S = 0.25
BURN = "import time\nwhile time.process_time() < 0.3: pass\n"
THEN_WAIT = BURN + "print('burnt', flush=True)\nimport sys\nsys.stdin.read()\n"


def test_what_a_child_took_counts_after_its_end() -> None:
    this = psutil.Process()
    before_s = family_cpu_seconds(this)
    subprocess.run([sys.executable, "-c", BURN], check=True)
    assert family_cpu_seconds(this) - before_s >= LEAST_S


def test_what_a_living_child_took_counts_too() -> None:
    this = psutil.Process()
    before_s = family_cpu_seconds(this)
    with subprocess.Popen(
        [sys.executable, "-c", THEN_WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"burnt\n"
        taken_s = family_cpu_seconds(this) - before_s
        child.communicate()
    assert taken_s >= LEAST_S
