"""What this process holds of the machine's memory."""

import os
from pathlib import Path

_STATM = Path("/proc/self/statm")  # proc_pid_statm(5): its second number counts resident pages


def resident_bytes() -> int | None:
    """The resident size of this process now; None where there is no /proc."""
    try:
        pages = int(_STATM.read_text(encoding="ascii").split()[1])
    except FileNotFoundError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
