"""Fetches from the target repository with git, into a bare repository that is kept."""

import base64
import logging
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import pygit2

from shiploop.clients.git.bounded_git import Bounds, Ending, Finished, run_git
from shiploop.clients.git.kept_repository import KeptRepository
from shiploop.clients.github.auth import TokenSource
from shiploop.domain.limits import MAX_BLOBS_FETCH_BYTES, MAX_MIRROR_BYTES
from shiploop.errors import MirrorUnavailable

_TOKEN_REFUSED: Final = re.compile(r"Authentication failed|could not read Username|error: 40[13]")
_NO_SINGLE_FILES: Final = "does not allow request for unadvertised object"
_FETCH: Final = Bounds(timeout_s=120, file_bytes=MAX_MIRROR_BYTES)
_FETCH_BLOBS: Final = Bounds(timeout_s=120, file_bytes=MAX_BLOBS_FETCH_BYTES)
_BATCHES_TIMEOUT_S: Final = 150
_MAX_PACKS: Final = 50  # each is looked into for each object
_MAX_REFUSED_BATCHES: Final = 30  # enough to find one file that is too large among very many
_TOO_LARGE: Final = "too-large"
# What git itself passes when it fetches a file that it lacks.
_BY_ID: Final = ("--no-write-fetch-head", "--recurse-submodules=no", "--stdin")

_T = TypeVar("_T")

log = logging.getLogger(__name__)


class MirrorBroken(MirrorUnavailable):
    """What was kept of the repository is of no use: fetched anew, it may be."""

    def __init__(self, message: str, *, on_demand: bool = True) -> None:
        super().__init__(message)
        self.on_demand = on_demand


class GitRemote:
    """One repository on GitHub, and the bare one that it is fetched into.

    Commits come with all folders and without files, which are fetched by their ids; where the
    server cannot, they come as well.
    """

    def __init__(self, path: Path, clone_url: str, token: TokenSource) -> None:
        self.path = path
        self.clone_url = clone_url
        self._token = token
        self._kept = KeptRepository(path, clone_url)

    def fetch_branch(self, branch: str) -> pygit2.Repository:
        """Bring a branch up to date, unless another process just has.

        Raises MirrorUnavailable, and MirrorBroken.
        """
        asked_at, ref = time.time(), f"refs/heads/{branch}"
        with self._at_work() as lock:
            if not self._kept.has_since(asked_at, branch):
                began_at = time.time()
                if self._is_behind(lock, ref):
                    self._fetch(lock, [f"+{ref}:{ref}"], depth=1)
                self._kept.note_fetch(began_at, branch)
            return self._opened()

    def fetch(self, *refspecs: str, depth: int) -> pygit2.Repository:
        """Fetch commits, each with so many of its past.

        Raises MirrorUnavailable, and MirrorBroken.
        """
        with self._at_work() as lock:
            self._fetch(lock, refspecs, depth)
            return self._opened()

    def fetch_blobs(self, ids: Iterable[pygit2.Oid]) -> frozenset[pygit2.Oid]:
        """Fetch these files in one go; returns those that are too large, and do not come.

        Raises MirrorUnavailable, and MirrorBroken where the server sends no file by its id.
        """
        wanted = tuple(dict.fromkeys(ids))
        if not wanted:
            return frozenset()
        with self._at_work() as lock:
            known = self._too_large()
            found = self._fetch_batches(lock, [each for each in wanted if each not in known])
            if found:
                lines = sorted(str(each) for each in known | found)
                (self.path / _TOO_LARGE).write_text("\n".join(lines), encoding="utf-8")
            return (known | found).intersection(wanted)

    def mended(self, work: Callable[[], _T]) -> _T:
        """Do what reads the repository, once more where that finds it broken.

        Raises MirrorUnavailable.
        """
        try:
            return work()
        except MirrorBroken as broken:
            log.warning("%s is fetched anew: %s", self.path, broken)
            with self._at_work():
                self._kept.make_anew(on_demand=broken.on_demand)
        return work()

    @contextmanager
    def _at_work(self) -> Iterator[int]:
        """Hold the repository for the block; yields the descriptor of its lock."""
        try:
            with self._kept.held() as lock:
                self._kept.prepare()
                yield lock
        except OSError as error:  # a full disk, or no process left
            raise MirrorUnavailable(f"git cannot work here: {error}") from error
        except pygit2.GitError as error:
            raise MirrorBroken(str(error)) from error

    def _is_behind(self, lock: int, ref: str) -> bool:
        # Asked for a depth, the server sends a pack also when there is nothing new.
        told = self._git(lock, _FETCH, ["ls-remote", "--quiet", "origin", ref])
        if told.ending is not Ending.DONE:
            raise self._unavailable(told)
        here = self._opened().references.get(ref)
        return here is None or not told.output.startswith(f"{here.target}\t")

    def _fetch(self, lock: int, refspecs: Sequence[str], depth: int) -> None:
        fetched = self._git(
            lock, _FETCH, ["fetch", "--quiet", f"--depth={depth}", "--no-tags", "origin", *refspecs]
        )
        if fetched.ending is not Ending.DONE:
            raise self._unavailable(fetched, self._kept.damage())
        if "filtering not recognized" in fetched.said:
            log.info("%s sends commits only with all their files", self.clone_url)
        if len(self._kept.packs()) > _MAX_PACKS:
            self._git(lock, _FETCH, ["repack", "-a", "-d", "--quiet"])

    def _fetch_batches(self, lock: int, wanted: Sequence[pygit2.Oid]) -> frozenset[pygit2.Oid]:
        """Fetch files; returns those that are too large, which are found by halving."""
        batches, refused, too_large = [wanted] if wanted else [], 0, set[pygit2.Oid]()
        give_up_at = time.monotonic() + _BATCHES_TIMEOUT_S
        while batches:
            batch = batches.pop()
            if time.monotonic() > give_up_at:  # what has come by now stays
                raise MirrorUnavailable(f"git did not fetch the files of {self.clone_url} in time")
            fetched = self._fetch_batch(lock, batch)
            if fetched.ending is Ending.DONE:
                continue
            if fetched.ending is not Ending.TOO_LARGE:
                raise self._unavailable(fetched)
            refused += 1
            if len(batch) == 1 or refused > _MAX_REFUSED_BATCHES:
                too_large.update(batch)
            else:
                half = len(batch) // 2
                batches += [batch[:half], batch[half:]]
        return frozenset(too_large)

    def _fetch_batch(self, lock: int, batch: Sequence[pygit2.Oid]) -> Finished:
        command = ["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags"]
        given = "".join(f"{each}\n" for each in batch)
        fetched = self._git(lock, _FETCH_BLOBS, [*command, *_BY_ID, "origin"], given)
        if _NO_SINGLE_FILES in fetched.said:
            message = f"{self.clone_url} sends no single files"
            raise MirrorBroken(message, on_demand=False)
        return fetched

    def _too_large(self) -> frozenset[pygit2.Oid]:
        try:
            lines = (self.path / _TOO_LARGE).read_text(encoding="utf-8").split()
        except FileNotFoundError:
            return frozenset()
        return frozenset(pygit2.Oid(hex=line) for line in lines)

    def _opened(self) -> pygit2.Repository:
        return pygit2.Repository(str(self.path))

    def _git(
        self, lock: int, bounds: Bounds, arguments: Sequence[str], given: str = ""
    ) -> Finished:
        token = self._token()
        environment = os.environ | self._credentials(token)
        finished = run_git(arguments, self.path, environment, bounds, lock, given)
        if finished.ending is Ending.FAILED and _TOKEN_REFUSED.search(finished.said):
            self._token.forget(token)  # whoever tries again has another one, if there is one
        return finished

    def _unavailable(self, finished: Finished, damage: str | None = None) -> MirrorUnavailable:
        if damage is not None:
            return MirrorBroken(damage)
        if finished.ending is Ending.TIMED_OUT:
            return MirrorUnavailable(f"git did not fetch {self.clone_url} in time")
        if finished.ending is Ending.TOO_LARGE:
            return MirrorUnavailable(f"{self.clone_url} is larger than {MAX_MIRROR_BYTES} bytes")
        said = finished.said or "it has no such branch"
        return MirrorUnavailable(f"git could not fetch {self.clone_url}: {said}")

    def _credentials(self, token: str) -> dict[str, str]:
        # By environment: what stands in a URL, an argument or a file can be read by others. No
        # helper of the user's is asked beside it: one that stays in memory would hold our lock.
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        return {
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",  # what git says is looked into
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": f"http.{self.clone_url}.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
            "GIT_CONFIG_KEY_1": "credential.helper",
            "GIT_CONFIG_VALUE_1": "",
        }
