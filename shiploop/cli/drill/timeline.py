"""The live timeline of a drill: what happens, and how many seconds after the fault."""

import threading
import time

from rich.console import Console
from rich.text import Text


class Timeline:
    """Prints a line for each thing that happens; any thread may say something."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._zero_s: float | None = None

    def start(self, text: str) -> None:
        """Count seconds from now, which is when this happened; later starts change nothing."""
        with self._lock:
            if self._zero_s is None:
                self._zero_s = time.monotonic()
        self.say(text)

    def say(self, text: str) -> None:
        """Print one line."""
        with self._lock:
            since = "" if self._zero_s is None else f"{time.monotonic() - self._zero_s:.2f} s"
            self._console.print(Text(f"{since:>10}  {text}"), soft_wrap=True)
