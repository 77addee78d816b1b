"""A disk of a few megabytes, to be filled to its last byte."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from bench.chaos.report import CannotShow

_MB: Final = 1_000_000
_BALLAST: Final = "ballast"
_BLOCK: Final = bytes(65_536)


class SmallDisk:
    """A file system in memory, mounted at a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave no byte free for the length of the block, whatever is deleted meanwhile."""
        ballast = self.folder / _BALLAST
        try:
            self._fill(ballast)
            yield
        finally:
            ballast.unlink(missing_ok=True)

    def is_full(self) -> bool:
        """True when nothing more fits."""
        return shutil.disk_usage(self.folder).free == 0

    def _fill(self, ballast: Path) -> None:
        with suppress(OSError), ballast.open("ab", buffering=0) as file:
            while True:
                file.write(_BLOCK)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mount one at a folder, over what is in it; everybody may open it. Raises CannotShow."""
    folder.mkdir(parents=True, exist_ok=True)
    if not sys.platform.startswith("linux"):
        raise CannotShow("only Linux has tmpfs")
    options = f"size={megabytes * _MB},mode=0755"
    command = ["mount", "-t", "tmpfs", "-o", options, "shiploop-chaos", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or error
        raise CannotShow(f"a disk cannot be mounted here, as only root may: {said}") from error
    try:
        yield SmallDisk(folder)
    finally:
        # Lazily: what was just stopped may still have a file open.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
