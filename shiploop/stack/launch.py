"""Runs a module as `python -m` does, with a garbage collector that lets it load.

Loading Prefect or FastAPI makes half a million objects that stay. By its own thresholds the
collector looks at all of them again and again, for a tenth of the CPU that a start takes. Once
they are there it never looks at them again, and keeps to its own thresholds for everything else:
a task leaves thousands of objects behind that only the collector can free.
"""

import gc
import runpy
import sys
import threading

_WHILE_LOADING = (50_000, 20, 50)
LOADED_AFTER_S = 20.0  # what it loads later is little


def main() -> None:
    """Run the module that the first argument names, with the others as its own."""
    usual = gc.get_threshold()
    gc.set_threshold(*_WHILE_LOADING)
    loaded = threading.Timer(LOADED_AFTER_S, _collect_as_usual, args=[usual])
    loaded.daemon = True
    loaded.start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _collect_as_usual(thresholds: tuple[int, int, int]) -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(*thresholds)


if __name__ == "__main__":
    main()
