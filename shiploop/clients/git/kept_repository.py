"""A bare repository in a folder that outlives the processes that share it."""

import fcntl
import hashlib
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import pygit2

from shiploop.domain.limits import MAX_MIRROR_BYTES, MAX_MIRROR_HEADS
from shiploop.errors import MirrorUnavailable

_SHA_LINE_BYTES: Final = 41
_CHECKSUM_BYTES: Final = 20
_LOCK_TIMEOUT_S: Final = 300  # longer than what another process may do at once
_LOCK_INTERVAL_S: Final = 0.05
_HELD_BY_DEAD: Final = ("*.lock", "objects/pack/tmp_*", "objects/pack/.tmp-*")
_PAIR: Final = (".pack", ".idx")

log = logging.getLogger(__name__)


class KeptRepository:
    """What was fetched from one address: checked before it is used, made anew where it is broken.

    Only who holds it changes it. Reading needs no hold: what is there stays, until it is made anew.
    """

    def __init__(self, path: Path, origin: str) -> None:
        self.path = path
        self._origin = origin
        self._is_checked = False

    @contextmanager
    def held(self) -> Iterator[int]:
        """Hold it for the block, against threads and processes; yields the lock's descriptor.

        A process that was given the descriptor holds it too, for as long as it lives. Raises
        MirrorUnavailable, and OSError.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_name(f"{self.path.name}.lock").open("a") as lock:
            give_up_at = time.monotonic() + _LOCK_TIMEOUT_S
            while not _locked(lock.fileno()):
                if time.monotonic() > give_up_at:
                    raise MirrorUnavailable(f"another process has not let go of {self.path}")
                time.sleep(_LOCK_INTERVAL_S)
            # Nobody is at work here, so whoever made these is dead, and git would wait for them.
            for left in (path for each in _HELD_BY_DEAD for path in self.path.rglob(each)):
                left.unlink()
            yield lock.fileno()

    def prepare(self) -> None:
        """Have a repository that can be used, new where there is none; for who holds it."""
        if not (self.path / "HEAD").exists():
            self.make_anew()
        elif problem := self._problem():
            log.warning("%s is fetched anew: %s", self.path, problem)
            self.make_anew()
        self._is_checked = True

    def make_anew(self, *, on_demand: bool = True) -> None:
        """Put an empty repository in its place, where files come on demand or all at once.

        For who holds it. Raises OSError and pygit2.GitError.
        """
        new = Path(mkdtemp(prefix=f"{self.path.name}.new-", dir=self.path.parent))
        config = pygit2.init_repository(str(new), bare=True).config
        config["remote.origin.url"] = self._origin
        config["gc.auto"] = 0  # what git does behind our back would be done without the lock
        config["maintenance.auto"] = False
        config["http.lowSpeedLimit"] = 1000  # bytes a second
        config["http.lowSpeedTime"] = 30
        if on_demand:
            config["remote.origin.promisor"] = True
            config["remote.origin.partialclonefilter"] = "blob:none"
        old = new.with_name(new.name.replace(".new-", ".old-"))
        if self.path.exists():
            self.path.rename(old)  # who reads it at this moment reads on
        new.rename(self.path)
        for stale in self.path.parent.glob(f"{self.path.name}.*-*"):
            shutil.rmtree(stale, ignore_errors=True)

    def has_since(self, moment: float, branch: str) -> bool:
        """Whether the branch was fetched by a fetch that has begun since a moment of the clock."""
        try:
            began_at, fetched = (self.path / "fetched").read_text(encoding="utf-8").split(" ", 1)
            return fetched == branch and moment <= float(began_at) <= time.time()
        except (OSError, ValueError):
            return False

    def note_fetch(self, began_at: float, branch: str) -> None:
        """Remember that the branch was fetched, for others who wait for it."""
        (self.path / "fetched").write_text(f"{began_at} {branch}", encoding="utf-8")

    def packs(self) -> list[Path]:
        """The files that hold what was fetched, a few for each fetch that brought something."""
        return sorted(self.path.glob("objects/pack/*.pack"))

    def _problem(self) -> str | None:
        packs, shallow = self.packs(), self.path / "shallow"
        if sum(pack.stat().st_size for pack in packs) > MAX_MIRROR_BYTES:
            return f"it has more than {MAX_MIRROR_BYTES} bytes"
        if shallow.exists() and shallow.stat().st_size > MAX_MIRROR_HEADS * _SHA_LINE_BYTES:
            return f"it has more than {MAX_MIRROR_HEADS} commits"
        return None if self._is_checked else self.damage()

    def damage(self) -> str | None:
        """What is wrong with what is kept, if something is; it reads all of it."""
        try:
            repository = pygit2.Repository(str(self.path))
            if repository.config["remote.origin.url"] != self._origin:
                return f"it is not of {self._origin}"
            for name in repository.references:
                repository.references[name].peel(pygit2.Commit)
        except (pygit2.GitError, KeyError, ValueError) as error:
            return f"it is damaged: {error}"
        parts = {part for part in self.path.glob("objects/pack/*") if part.suffix in _PAIR}
        files = sorted({part.with_suffix(suffix) for part in parts for suffix in _PAIR})
        damaged = next((file for file in files if not _is_whole(file)), None)
        return f"{damaged.name} is damaged" if damaged else None


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_whole(file: Path) -> bool:
    """Whether a pack, or its index, ends in the checksum of what stands before."""
    try:
        with file.open("rb") as opened:
            size = file.stat().st_size - _CHECKSUM_BYTES
            checksum = hashlib.sha1(usedforsecurity=False)
            while size > 0 and (read := opened.read(min(size, 1 << 20))):
                checksum.update(read)
                size -= len(read)
            return opened.read() == checksum.digest()
    except OSError:
        return False
