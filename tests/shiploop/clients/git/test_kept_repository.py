"""The repository that is kept: held by one, checked, and made anew where it is of no use."""

import fcntl
import subprocess
import sys
import threading
import time
from pathlib import Path

import pygit2
import pytest

from shiploop.clients.git.kept_repository import KeptRepository
from tests.git_tree import a_file, commit
from tests.until import wait_until

ORIGIN = "https://github.invalid/acme/docs.git"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "mirror.git"


def filled(path: Path) -> str:
    """A kept repository with a pack in it; returns its head sha."""
    kept = KeptRepository(path, ORIGIN)
    with kept.held():
        kept.prepare()
    repository = pygit2.Repository(str(path))
    sha = commit(repository, [a_file(repository, b"guide.md", b"# Guide\n")])
    subprocess.run(["git", "-C", str(path), "repack", "-adq"], check=True)
    return sha


def has(path: Path, sha: str) -> bool:
    return sha in pygit2.Repository(str(path))


def opened_anew(path: Path, origin: str = ORIGIN) -> None:
    """As another process opens it."""
    kept = KeptRepository(path, origin)
    with kept.held():
        kept.prepare()


def test_what_is_whole_is_kept_and_only_its_owner_may_read_it(path: Path) -> None:
    sha = filled(path)
    opened_anew(path)
    assert has(path, sha)
    assert path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("suffix", ["pack", "idx"])
@pytest.mark.parametrize("spoil", ["cut", "zeros", "gone"])
def test_what_is_damaged_is_made_anew_and_said_once(
    path: Path, caplog: pytest.LogCaptureFixture, suffix: str, spoil: str
) -> None:
    sha = filled(path)
    (file,) = path.glob(f"objects/pack/*.{suffix}")
    file.chmod(0o600)
    data = file.read_bytes()
    match spoil:
        case "cut":
            file.write_bytes(data[: len(data) // 2])
        case "zeros":
            file.write_bytes(data[:12] + bytes(len(data) - 12))
        case _:
            file.unlink()
    opened_anew(path)
    opened_anew(path)
    assert not has(path, sha)
    assert len([each for each in caplog.records if "is fetched anew" in each.message]) == 1


def test_what_is_of_another_repository_is_not_kept(path: Path) -> None:
    sha = filled(path)
    opened_anew(path, "https://github.invalid/acme/other.git")
    assert not has(path, sha)
    assert [each.name for each in path.parent.iterdir() if each.is_dir()] == [path.name]


def test_what_is_no_repository_any_more_is_made_anew(path: Path) -> None:
    filled(path)
    (path / "config").write_bytes(b"\0\0\0")
    opened_anew(path)
    assert pygit2.Repository(str(path)).config["remote.origin.url"] == ORIGIN


@pytest.mark.parametrize("limit", ["MAX_MIRROR_BYTES", "MAX_MIRROR_HEADS"])
def test_what_has_grown_too_much_is_made_anew(
    path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    sha = filled(path)
    (path / "shallow").write_text(f"{sha}\n")
    monkeypatch.setattr(f"shiploop.clients.git.kept_repository.{limit}", 0)
    opened_anew(path)
    assert not has(path, sha)


def test_what_the_dead_have_locked_is_free_again(path: Path) -> None:
    sha = filled(path)
    left = [path / "shallow.lock", path / "refs/heads/main.lock", path / "objects/pack/tmp_pack_x"]
    for each in left:
        each.write_bytes(b"")
    opened_anew(path)
    assert not [each for each in left if each.exists()]
    assert has(path, sha)


def test_one_holds_it_at_a_time(path: Path) -> None:
    seen: list[str] = []

    def work(name: str) -> None:
        with KeptRepository(path, ORIGIN).held():
            seen.append(name)
            time.sleep(0.05)
            seen.append(name)

    threads = [threading.Thread(target=work, args=[name]) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen[0::2] == seen[1::2]


def test_what_was_started_under_the_lock_holds_it_until_it_ends(path: Path) -> None:
    with KeptRepository(path, ORIGIN).held() as lock:
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1, pass_fds=(lock,))
    with path.with_name("mirror.git.lock").open("a") as other:
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        child.communicate(b"\n")
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_who_waits_uses_what_was_fetched_since_it_asked(path: Path) -> None:
    filled(path)
    kept, asked_at = KeptRepository(path, ORIGIN), time.time()
    assert not kept.has_since(asked_at, "main")
    kept.note_fetch(asked_at + 0.001, "main")
    wait_until(lambda: kept.has_since(asked_at, "main"))
    assert not kept.has_since(asked_at, "trunk")
    assert not kept.has_since(time.time() + 1, "main")
    kept.note_fetch(time.time() + 3600, "main")  # the clock was set back
    assert not kept.has_since(asked_at, "main")
