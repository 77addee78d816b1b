"""Runs a module as `python -m` does, lets it load at once, and keeps it small afterwards.

Loading Prefect or FastAPI makes half a million objects that stay. By its own thresholds the
collector looks at all of them again and again, for a tenth of the CPU that a start takes. Once
they are there it never looks at them again, and looks at everything else a little less often than
Python would have it: a task leaves thousands of objects behind that only the collector can free.

What is freed then lies in holes between what is not, where glibc leaves it unless it is told to
give it back: a fifth of a busy runner. It has fewer holes where all threads take from the same few
arenas, and where what is as long as a document is mapped by itself, and so given back at once: of a
runner's 430 MB after 3,000 tasks 200 were free, and 5 held what Python had made since its start.
"""

import ctypes
import gc
import runpy
import sys
import threading
import time

_WHILE_LOADING = (50_000, 20, 50)
_LOADED = (20_000, 10, 5)  # a task leaves thousands; what is old is looked at each million
LOADED_AFTER_S = 20.0  # what it loads later is little
TRIM_EVERY_S = 120.0


# <malloc.h>: how many arenas there may be, and from how many bytes something is mapped by itself.
# Set, that is not raised by glibc with each longer one that is freed.
_ALLOCATOR = {-8: 2, -3: 256 * 1024}


def main() -> None:
    """Run the module that the first argument names, with the others as its own."""
    gc.set_threshold(*_WHILE_LOADING)
    if set_option := getattr(ctypes.CDLL(None), "mallopt", None):  # glibc's alone
        for option, value in _ALLOCATOR.items():
            set_option(option, value)
    threading.Thread(target=_keep_small, name="keep-small", daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _keep_small() -> None:
    time.sleep(LOADED_AFTER_S)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_LOADED)
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's alone
    while trim is not None:
        trim(0)
        time.sleep(TRIM_EVERY_S)


if __name__ == "__main__":
    main()
