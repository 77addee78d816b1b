"""What a step takes: seconds of CPU, and how much this process grows."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

_MEGABYTE = 1_000_000


@dataclass(slots=True)
class Cost:
    """Of one step, once it has ended; all threads count."""

    cpu_s: float = 0.0
    megabytes: float = 0.0


@contextmanager
def cost() -> Iterator[Cost]:
    """Measure the block. What it frees again, and others have, may make it grow by nothing."""
    process, taken = psutil.Process(), Cost()
    gc.collect()
    before_bytes, before_s = process.memory_info().rss, time.process_time()
    yield taken
    taken.cpu_s = time.process_time() - before_s
    gc.collect()
    taken.megabytes = max(0, process.memory_info().rss - before_bytes) / _MEGABYTE
