"""How soon a runner has the documents of a large repository, over a slow link."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pygit2

from bench.measurement import Figure, Measurement, Unit
from bench.slow_link import SlowLink
from shiploop.agents.faq.retrieval.library import Library
from shiploop.clients.git.history import GitHistory
from shiploop.clients.git.mirror import Mirror
from shiploop.clients.git.remote import GitRemote
from shiploop.clients.git.repository_documents import RepositoryDocuments
from shiploop.clients.github.auth import fixed_token

_LINK_BITS: Final = 20_000_000
_DOCUMENTS: Final = 40
_SECTIONS: Final = 30
_BLOB_BYTES: Final = 4_000_000  # of what no compression makes smaller
_ASSETS: Final = 20  # stand in each commit, and one of them is another each time
_TOKEN: Final = "bench-token"  # noqa: S105 - of a sandbox that ends with the measurement
_NAME: Final = "acme/large"
_START_TIMEOUT_S: Final = 120.0
_DEFINITION: Final = (
    f"a repository of so many MB of history as --times says, {_ASSETS} files of 4 MB that change "
    f"and {_DOCUMENTS} documents, over a link of 20 Mbit/s: from nothing until the documents can "
    "be searched, the same again with what was kept, after a push, and undoing its newest merge"
)


def measure_large_repository(times: int) -> Measurement:
    """Start, start again, follow a push and undo it; `times` is the history in MB."""
    with TemporaryDirectory(prefix="shiploop-large-") as directory:
        origin, home = Path(directory, "origin.git"), Path(directory, "home")
        head = _make(origin, times)
        with _sandbox(Path(directory), origin) as port, SlowLink(port, _LINK_BITS) as link:
            remote = GitRemote(
                home / "mirror.git",
                f"http://127.0.0.1:{link.port}/{_NAME}.git",
                fixed_token(_TOKEN),
            )
            first_s = _seconds(lambda: _start(remote))
            first_mb = link.bytes_back / 1e6
            again_s = [_seconds(lambda: _start(remote)) for _ in range(3)]
            documents = _started(remote)
            repository = pygit2.Repository(str(Path(directory, "sandbox/git", f"{_NAME}.git")))
            merge = _commit(repository, repository[head].peel(pygit2.Commit), b"# Changed\n\nSo.\n")
            pushed_s = _seconds(documents.refresh)
            undone_s = _seconds(lambda: GitHistory(lambda: remote).undo(merge, [merge]))
            kept = sum(file.stat().st_size for file in home.rglob("*") if file.is_file()) / 1e6
    figures = (
        Figure("first start", first_s, 20.0, Unit.S),
        Figure("later starts, worst of 3", max(again_s), 2.0, Unit.S),
        Figure("after a push", pushed_s, 2.0, Unit.S),
        Figure("undoing a merge", undone_s, 5.0, Unit.S),
        Figure("fetched at the first start", first_mb, 5.0, Unit.MB),
        Figure("kept", kept, 10.0, Unit.MB),
    )
    return Measurement("large-repository", _DEFINITION, figures, {"later_start_s": tuple(again_s)})


def _start(remote: GitRemote) -> None:
    fresh = GitRemote(remote.path, remote.clone_url, fixed_token(_TOKEN))
    _started(fresh)


def _started(remote: GitRemote) -> RepositoryDocuments:
    documents = RepositoryDocuments(lambda: Mirror(remote, "main"), refresh_s=3600)
    library = documents.keep_ready(Library.of)()
    if len(library.pages) != _DOCUMENTS:
        raise AssertionError(f"{len(library.pages)} documents were found")
    return documents


def _seconds(work: Callable[[], object]) -> float:
    began_at = time.perf_counter()
    work()
    return time.perf_counter() - began_at


def _make(path: Path, megabytes: int) -> str:
    """A bare repository with so much history; returns its head sha."""
    pygit2.init_repository(str(path), bare=True, initial_head="main")
    settings = ("core.compression=0", "fastimport.unpackLimit=0")  # compression would find nothing
    options = [part for setting in settings for part in ("-c", setting)]
    command = ["git", *options, "fast-import", "--quiet", "--depth=0"]
    with subprocess.Popen(command, cwd=path, stdin=subprocess.PIPE) as git:
        assert git.stdin is not None
        for number in range(max(1, megabytes * 1_000_000 // _BLOB_BYTES)):
            git.stdin.write(b"commit refs/heads/main\ncommitter b <b@localhost> 0 +0000\ndata 0\n")
            for name, data in _files_of(number):
                git.stdin.write(b"M 100644 inline %s\ndata %d\n" % (name.encode(), len(data)))
                git.stdin.write(data + b"\n")
    return str(pygit2.Repository(str(path)).references["refs/heads/main"].target)


def _files_of(number: int) -> Iterator[tuple[str, bytes]]:
    """The files that a commit changes, by its number from 0."""
    if number == 0:
        for each in range(_DOCUMENTS):
            yield f"docs/page-{each}.md", _document(each)
    yield f"static/{number % _ASSETS}.bin", os.urandom(_BLOB_BYTES)


def _commit(repository: pygit2.Repository, parent: pygit2.Commit, page: bytes) -> str:
    index = pygit2.Index()
    index.read_tree(parent.tree)
    blob = repository.create_blob(page)
    index.add(pygit2.IndexEntry("docs/page-0.md", blob, pygit2.enums.FileMode.BLOB))
    who, tree = pygit2.Signature("bench", "bench@localhost", 0, 0), index.write_tree(repository)
    ref = "refs/heads/main"
    return str(repository.create_commit(ref, who, who, "", tree, [parent.id]))


def _document(number: int) -> bytes:
    sections = (
        f"## How do I set option {number}-{each}?\n\nSet it to `{os.urandom(100).hex()}`.\n"
        for each in range(_SECTIONS)
    )
    return "\n".join([f"# Page {number}\n", *sections]).encode()


@contextmanager
def _sandbox(directory: Path, origin: Path) -> Iterator[int]:
    """A sandbox's GitHub that has the repository, for the block; yields its port."""
    home = directory / "sandbox"
    arguments = ["--port", "0", "--home", str(home), "--repo", _NAME, "--seed", str(origin)]
    environment = {**os.environ, "SANDBOX_TOKENS": f"{_TOKEN}:bench:write"}
    with (
        (directory / "sandbox.log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "sandbox", *arguments], env=environment, stdout=log, stderr=log
        ) as process,
    ):
        try:
            yield _port(home / "port")
        finally:
            process.terminate()


def _port(file: Path) -> int:
    give_up_at = time.monotonic() + _START_TIMEOUT_S
    while not (file.exists() and file.read_text().endswith("\n")):
        if time.monotonic() > give_up_at:
            raise TimeoutError("the sandbox did not start")
        time.sleep(0.05)
    return int(file.read_text())
