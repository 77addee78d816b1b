"""Runs a module as `python -m` does, with a garbage collector that lets it load.

Loading Prefect or FastAPI makes half a million objects that stay. By its own thresholds the
collector looks at all of them again and again, for a tenth of the CPU that a start takes.
"""

import gc
import runpy
import sys

_THRESHOLDS = (50_000, 20, 50)


def main() -> None:
    """Run the module that the first argument names, with the others as its own."""
    gc.set_threshold(*_THRESHOLDS)
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
