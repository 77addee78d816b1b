"""Fetching with git's partial clones: only what is read, kept, and from servers of any kind."""

import random
from pathlib import Path

import pygit2
import pytest

from shiploop.clients.git import remote as remote_module
from shiploop.clients.git.bounded_git import Bounds
from shiploop.clients.git.history import GitHistory
from shiploop.clients.git.kept_repository import KeptRepository
from shiploop.clients.git.mirror import Mirror
from shiploop.clients.git.remote import GitRemote
from shiploop.clients.github.auth import fixed_token
from tests.git_tree import Entry, a_file, a_folder, a_repository, commit

GUIDE = b"# Guide\n\nText.\n"
PICTURE = bytes(range(256)) * 40


class Origin:
    """A repository on this machine that sends parts of itself as GitHub does, unless told else."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.repository = a_repository(path)
        self.repository.config["uploadpack.allowFilter"] = True

    def commit(self, **files: bytes) -> str:
        entries = [a_file(self.repository, name.encode(), data) for name, data in files.items()]
        others = [a_file(self.repository, b"mkdocs.yml", b"x"), self.picture()]
        named = [entry._replace(name=entry.name.replace(b"_", b".")) for entry in entries]
        return commit(self.repository, [*named, *others])

    def picture(self) -> Entry:
        return a_folder(
            self.repository, b"static", [a_file(self.repository, b"picture.png", PICTURE)]
        )

    def remote(self, path: Path) -> GitRemote:
        return GitRemote(path, f"file://{self.path}", fixed_token("a-token"))


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path / "origin.git")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mirror.git"


def has_picture(path: Path) -> bool:
    return pygit2.hash(PICTURE) in pygit2.Repository(str(path)).odb


def packs(path: Path) -> int:
    return len(list(path.glob("objects/pack/*.pack")))


def test_only_the_documents_come_and_other_files_when_they_are_asked_for(
    origin: Origin, path: Path
) -> None:
    origin.commit(guide_md=GUIDE, more_md=b"# More\n")
    mirror = Mirror(origin.remote(path), "main")
    head = mirror.fetch()
    assert mirror.pages(head).texts == {"guide.md": GUIDE.decode(), "more.md": "# More\n"}
    assert mirror.pages(head).left_out == []
    assert packs(path) == 2  # the commit with its folders, and all documents
    assert mirror.text(head, "mkdocs.yml") == "x"
    assert mirror.text(head, "static") is None
    assert mirror.text(head, "gone.yml") is None
    assert not has_picture(path)


def test_what_was_fetched_is_not_fetched_by_the_next_process(origin: Origin, path: Path) -> None:
    sha = origin.commit(guide_md=GUIDE)
    for _ in range(2):
        mirror = Mirror(origin.remote(path), "main")
        assert mirror.fetch() == sha
        assert mirror.pages(sha).texts.keys() == {"guide.md"}
        assert packs(path) == 2


def test_after_a_push_only_what_has_changed_is_fetched(origin: Origin, path: Path) -> None:
    mirror = Mirror(origin.remote(path), "main")
    origin.commit(guide_md=GUIDE, more_md=b"# More\n")
    mirror.pages(mirror.fetch())
    origin.commit(guide_md=GUIDE + b"\nMore.\n", more_md=b"# More\n")
    assert mirror.pages(mirror.fetch()).texts["guide.md"].endswith("More.\n")
    assert packs(path) == 4


def test_what_breaks_while_it_is_used_is_fetched_anew(origin: Origin, path: Path) -> None:
    mirror = Mirror(origin.remote(path), "main")
    sha = origin.commit(guide_md=GUIDE)
    mirror.fetch()
    for file in path.glob("objects/pack/*"):
        file.chmod(0o600)
        file.write_bytes(b"")
    assert mirror.pages(sha).texts == {"guide.md": GUIDE.decode()}
    (path / "refs/heads/main").write_bytes(b"")
    assert mirror.fetch() == sha


def test_a_commit_that_somebody_else_has_swept_away_is_fetched_again(
    origin: Origin, path: Path
) -> None:
    sha = origin.commit(guide_md=GUIDE)
    mirror = Mirror(origin.remote(path), "main")
    mirror.fetch()
    kept = KeptRepository(path, f"file://{origin.path}")
    with kept.held():
        kept.make_anew()
    assert mirror.pages(sha).texts.keys() == {"guide.md"}


@pytest.mark.parametrize("protocol", ["0", "2"])
@pytest.mark.parametrize("filters", [True, False])
def test_a_server_that_sends_no_parts_sends_all(
    origin: Origin,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    protocol: str,
    filters: bool,
) -> None:
    (tmp_path / "gitconfig").write_text(f"[protocol]\n\tversion = {protocol}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    origin.repository.config["uploadpack.allowFilter"] = filters
    sha = origin.commit(guide_md=GUIDE)
    for _ in range(2):
        mirror = Mirror(origin.remote(path), "main")
        mirror.fetch()
        assert mirror.pages(sha).texts == {"guide.md": GUIDE.decode()}
        assert mirror.text(sha, "mkdocs.yml") == "x"
    assert has_picture(path) == (not filters or protocol == "0")


def test_a_document_that_is_too_large_is_left_out_alone_and_asked_for_once(
    origin: Origin, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_module, "_FETCH_BLOBS", Bounds(60, 100_000))
    noise = b"".join(pygit2.hash(b"%d" % number).raw for number in range(10_000))
    small = {f"page{number}_md": b"# Page %d\n" % number for number in range(5)}
    sha = origin.commit(**small, huge_md=noise)
    mirror = Mirror(origin.remote(path), "main")
    mirror.fetch()
    pages = mirror.pages(sha)
    assert pages.texts.keys() == {f"page{number}.md" for number in range(5)}
    (left_out,) = pages.left_out
    assert left_out.path == "huge.md"
    assert "too large" in left_out.reason
    before = packs(path)
    assert Mirror(origin.remote(path), "main").pages(sha).left_out == [left_out]
    assert mirror.text(sha, "huge.md") is None
    assert packs(path) == before


def test_many_packs_become_one(origin: Origin, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_module, "_MAX_PACKS", 3)
    mirror = Mirror(origin.remote(path), "main")
    for number in range(4):
        sha = origin.commit(guide_md=b"# Guide %d\n" % number)
        assert mirror.fetch() == sha
        assert mirror.pages(sha).texts == {"guide.md": f"# Guide {number}\n"}
        assert packs(path) <= 4


def test_a_rollback_fetches_only_what_its_merge_has_touched(origin: Origin, path: Path) -> None:
    before = origin.commit(guide_md=GUIDE, more_md=b"# More\n")
    author = pygit2.Signature("Somebody", "somebody@example.invalid", 1_700_000_000)
    tree = origin.repository[origin.commit(guide_md=b"bad\n", more_md=b"# More\n")].tree.id
    merge = str(origin.repository.create_commit(None, author, author, "Merge", tree, [before]))
    origin.repository.references.create("refs/heads/main", merge, force=True)
    remote = origin.remote(path)
    assert GitHistory(lambda: remote).undo(merge, [merge]) == {"guide.md": GUIDE}
    repository = pygit2.Repository(str(path))
    assert pygit2.hash(b"# More\n") not in repository.odb
    assert not has_picture(path)


def a_text(rng: random.Random) -> bytes:
    return b"".join(b"line %d of %d\n" % (number, rng.randrange(3)) for number in range(12))


def changed(files: dict[str, bytes], rng: random.Random, count: int) -> dict[str, bytes]:
    """So many files are changed, added, taken away, or renamed with a change."""
    after = dict(files)
    for _ in range(count):
        name = rng.choice(sorted(after))
        match rng.randrange(4):
            case 0:
                after[name] = after[name].replace(b"line 3 ", b"line %d " % rng.randrange(9))
            case 1:
                after[f"new{rng.randrange(9)}_txt"] = a_text(rng)
            case 2 if len(after) > 2:
                del after[name]
            case _:
                after[f"moved{rng.randrange(9)}_txt"] = after.pop(name) + b"and more\n"
    return after


def history_of(remote: GitRemote) -> GitHistory:
    return GitHistory(lambda: remote)


@pytest.mark.parametrize("seed", range(6))
def test_a_rollback_is_as_with_all_files_here(origin: Origin, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    files = {f"file{number}_txt": a_text(rng) for number in range(250 if seed == 0 else 8)}
    author = pygit2.Signature("Somebody", "somebody@example.invalid", 1_700_000_000)
    shas: list[str] = []
    for count in (0, 3, 240 if seed == 0 else 3):
        files = changed(files, rng, count)
        tree = origin.repository[origin.commit(**files)].tree.id
        sha = origin.repository.create_commit(None, author, author, "", tree, shas[-1:])
        shas.append(str(sha))
    undone = []
    for filters in (True, False):
        origin.repository.config["uploadpack.allowFilter"] = filters
        history = history_of(origin.remote(tmp_path / f"{filters}.git"))
        undone.append(history.undo(shas[2], [shas[1]]))
    assert undone[0] == undone[1]
