"""Merges undone with git, on commits that are fetched from the sandbox over smart HTTP."""

import subprocess
from pathlib import Path

import pytest

from shiploop.clients.git.history import GitHistory
from shiploop.clients.git.remote import GitRemote
from shiploop.clients.github.auth import fixed_token
from shiploop.domain.delivery.change import Files, MergedChange
from shiploop.domain.delivery.commit import CannotUndo
from shiploop.domain.delivery.rules import MergeMethod
from shiploop.errors import MirrorUnavailable
from shiploop.stack.addresses import free_port
from tests.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess, new_branch

LINES = [f"line {number}\n" for number in range(20)]
BINARY = bytes(range(256)) * 8
LATIN = "Überfluß\n".encode("latin-1")


@pytest.fixture
def history(sandbox: SandboxProcess, tmp_path: Path) -> GitHistory:
    url = sandbox.client().clone_url()
    return GitHistory(lambda: GitRemote(tmp_path / "mirror.git", url, fixed_token(BOT_TOKEN)))


@pytest.fixture
def place() -> str:
    """A directory of the repository that no other test uses."""
    return new_branch()


def text(**changed: str) -> bytes:
    """Twenty lines, of which some read otherwise: `at_3="…"`."""
    lines = list(LINES)
    for name, line in changed.items():
        lines[int(name.removeprefix("at_"))] = f"{line}\n"
    return "".join(lines).encode()


def test_a_merge_of_one_file_is_undone_and_nothing_else_is_touched(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    sandbox.commit({f"{place}/a.txt": text(), f"{place}/b.txt": b"b\n"})
    merge = sandbox.commit({f"{place}/a.txt": text(at_3="bad")})
    assert history.undo(merge, [merge]) == {f"{place}/a.txt": text()}


def test_what_was_written_since_in_the_same_file_stays(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    path = f"{place}/a.txt"
    sandbox.commit({path: text()})
    merge = sandbox.commit({path: text(at_3="bad")})
    head = sandbox.commit({path: text(at_3="bad", at_15="good")})
    assert history.undo(head, [merge]) == {path: text(at_15="good")}


def test_ten_good_commits_later_only_the_bad_one_is_undone(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    sandbox.commit({f"{place}/a.txt": text()})
    head = merge = sandbox.commit({f"{place}/a.txt": text(at_3="bad")})
    for number in range(10):
        head = sandbox.commit({f"{place}/{number}.txt": b"good\n"})
    assert history.undo(head, [merge]) == {f"{place}/a.txt": text()}


def test_changes_additions_and_deletions_of_one_merge_are_undone_together(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    changed, added, gone = (f"{place}/{name}.txt" for name in ("changed", "added", "gone"))
    sandbox.commit({changed: text(), gone: b"it was here\n"})
    merge = sandbox.commit({changed: text(at_3="bad"), added: b"a new one\n", gone: None})
    head = sandbox.commit({f"{place}/other.txt": b"good\n"})
    undone = {changed: text(), added: None, gone: b"it was here\n"}
    assert history.undo(head, [merge]) == undone


def test_a_renamed_file_has_its_old_name_again_with_what_was_written_since(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    old, new = f"{place}/old.txt", f"{place}/new.txt"
    sandbox.commit({old: text()})
    merge = sandbox.commit({old: None, new: text()})
    assert history.undo(merge, [merge]) == {new: None, old: text()}
    head = sandbox.commit({new: text(at_15="good")})
    assert history.undo(head, [merge]) == {new: None, old: text(at_15="good")}


def test_a_file_of_the_root_and_one_deep_below_are_undone(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    root, deep = f"{place.replace('/', '-')}.txt", f"{place}/a/b/ü c.txt"
    merge = sandbox.commit({root: b"r\n", deep: b"d\n"})
    assert history.undo(merge, [merge]) == {root: None, deep: None}


@pytest.mark.parametrize("content", [BINARY, LATIN, b"", b"no line end"])
def test_bytes_of_any_kind_come_back_as_they_were(
    sandbox: SandboxProcess, history: GitHistory, place: str, content: bytes
) -> None:
    path = f"{place}/file"
    sandbox.commit({path: content})
    changed = sandbox.commit({path: content + b"\0\xff"})
    assert history.undo(changed, [changed]) == {path: content}
    deleted = sandbox.commit({path: None})
    assert history.undo(deleted, [deleted]) == {path: content + b"\0\xff"}


def test_lines_that_were_changed_again_are_a_conflict_that_names_every_file(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    one, two, fine = (f"{place}/{name}.txt" for name in ("one", "two", "fine"))
    sandbox.commit({one: text(), two: text(), fine: text()})
    merge = sandbox.commit({one: text(at_3="bad"), two: text(at_3="bad"), fine: text(at_3="bad")})
    head = sandbox.commit({one: text(at_3="worse"), two: text(at_3="worse")})
    assert history.undo(head, [merge]) == CannotUndo(
        f"changed again since {merge[:12]}: {one}, {two}"
    )


def test_a_file_that_was_edited_after_it_was_added_is_not_thrown_away(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    path = f"{place}/a.txt"
    merge = sandbox.commit({path: text()})
    head = sandbox.commit({path: text(at_3="somebody's work")})
    assert history.undo(head, [merge]) == CannotUndo(f"changed again since {merge[:12]}: {path}")


def test_binary_files_that_were_changed_again_are_a_conflict(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    path = f"{place}/picture.png"
    sandbox.commit({path: BINARY})
    merge = sandbox.commit({path: BINARY + b"\0\1"})
    head = sandbox.commit({path: BINARY + b"\0\2"})
    assert history.undo(head, [merge]) == CannotUndo(f"changed again since {merge[:12]}: {path}")


def test_what_is_undone_already_leaves_nothing_to_change(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    path = f"{place}/a.txt"
    sandbox.commit({path: text()})
    merge = sandbox.commit({path: text(at_3="bad")})
    head = sandbox.commit({path: text()})
    assert history.undo(head, [merge]) == {}


def test_several_merges_are_undone_as_one_set_newest_first(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    path, other = f"{place}/a.txt", f"{place}/b.txt"
    sandbox.commit({path: text()})
    first = sandbox.commit({path: text(at_3="bad")})
    kept = sandbox.commit({path: text(at_3="bad", at_15="good")})
    second = sandbox.commit({path: text(at_3="worse", at_15="good"), other: b"new\n"})
    head = sandbox.commit({f"{place}/c.txt": b"good\n"})
    assert kept != second
    undone = history.undo(head, [second, first])
    assert undone == {path: text(at_15="good"), other: None}
    # The older one alone stands below the newer.
    assert isinstance(history.undo(head, [first]), CannotUndo)


def test_a_file_is_undone_by_its_own_rules_also_where_git_would_conflict(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    faq, page = f"{place}/faq.txt", f"{place}/page.txt"
    sandbox.commit({faq: b"before\n", page: text()})
    merge = sandbox.commit({faq: b"after\n", page: text(at_3="bad")})
    head = sandbox.commit({faq: b"today\n"})
    assert isinstance(history.undo(head, [merge]), CannotUndo)
    seen: list[tuple[MergedChange, Files]] = []

    def undo_faq(merged: MergedChange, today: Files) -> dict[str, str]:
        seen.append((merged, today))
        return {faq: "undone é\n"}

    undone = history.undo(head, [merge], undo_faq)
    assert undone == {faq: "undone é\n".encode(), page: text()}
    good, bad = text().decode(), text(at_3="bad").decode()
    merged = MergedChange({faq: "before\n", page: good}, {faq: "after\n", page: bad})
    assert seen == [(merged, {faq: "today\n", page: bad})]


def test_several_files_are_undone_by_their_own_rules(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    one, two, other = (f"{place}/{name}.txt" for name in ("one", "two", "other"))
    sandbox.commit({one: b"1\n", two: b"2\n", other: b"3\n"})
    merge = sandbox.commit({one: b"1 bad\n", two: b"2 bad\n", other: b"3 bad\n"})
    head = sandbox.commit({one: b"1 today\n", two: b"2 today\n"})
    undone = history.undo(head, [merge], lambda *_: {one: "1 undone\n", two: "2 undone\n"})
    assert undone == {one: b"1 undone\n", two: b"2 undone\n", other: b"3\n"}


def test_one_file_undone_and_another_in_conflict_is_a_conflict_of_that_file(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    faq, page = f"{place}/faq.txt", f"{place}/page.txt"
    sandbox.commit({faq: b"before\n", page: text()})
    merge = sandbox.commit({faq: b"after\n", page: text(at_3="bad")})
    head = sandbox.commit({faq: b"today\n", page: text(at_3="worse")})
    undone = history.undo(head, [merge], lambda *_: {faq: "undone\n"})
    assert undone == CannotUndo(f"changed again since {merge[:12]}: {page}")


def test_what_its_own_rules_cannot_undo_is_not_undone(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    faq = f"{place}/faq.txt"
    sandbox.commit({faq: b"before\n"})
    merge = sandbox.commit({faq: b"after\n"})
    refused = CannotUndo("a person has edited the entry since")
    assert history.undo(merge, [merge], lambda *_: refused) == refused


def test_what_its_own_rules_leave_to_git_is_undone_by_git(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    faq = f"{place}/faq.txt"
    sandbox.commit({faq: text()})
    merge = sandbox.commit({faq: text(at_3="bad")})
    head = sandbox.commit({faq: text(at_3="bad", at_15="good")})
    undone = history.undo(head, [merge], lambda *_: None)
    assert undone == {faq: text(at_15="good")}


@pytest.mark.parametrize("before", [None, LATIN])
def test_a_file_that_was_not_there_or_is_no_text_is_told_as_none_and_undone_by_git(
    sandbox: SandboxProcess, history: GitHistory, place: str, before: bytes | None
) -> None:
    faq = f"{place}/faq.txt"
    sandbox.commit({f"{place}/other": b"", **({faq: before} if before else {})})
    merge = sandbox.commit({faq: b"after\n"})
    seen: list[tuple[MergedChange, Files]] = []

    def undo_nothing(merged: MergedChange, today: Files) -> None:
        seen.append((merged, today))

    assert history.undo(merge, [merge], undo_nothing) == {faq: before}
    assert seen == [(MergedChange({faq: None}, {faq: "after\n"}), {faq: "after\n"})]


def test_of_a_merge_only_the_files_are_told_that_it_has_touched(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    faq, page = f"{place}/faq.txt", f"{place}/page.txt"
    sandbox.commit({faq: b"today\n", page: text()})
    merge = sandbox.commit({page: text(at_3="bad")})

    def undo_nothing(merged: MergedChange, today: Files) -> None:
        assert merged.before.keys() == merged.after.keys() == today.keys() == {page}

    assert history.undo(merge, [merge], undo_nothing) == {page: text()}


def test_each_of_several_merges_undoes_a_file_as_the_newer_have_left_it(
    sandbox: SandboxProcess, history: GitHistory, place: str
) -> None:
    faq = f"{place}/faq.txt"
    sandbox.commit({faq: b"1\n"})
    first = sandbox.commit({faq: b"1\n2\n"})
    second = sandbox.commit({faq: b"1\n2\n3\n"})
    head = sandbox.commit({faq: b"1\n2\n3\n4\n"})

    def undo_faq(merged: MergedChange, today: Files) -> dict[str, str]:
        added = str(merged.after[faq]).removeprefix(str(merged.before[faq]))
        return {faq: str(today[faq]).replace(added, "")}

    undone = history.undo(head, [second, first], undo_faq)
    assert undone == {faq: b"1\n4\n"}


def test_the_first_commit_of_all_cannot_be_undone(
    sandbox: SandboxProcess, history: GitHistory, tmp_path: Path
) -> None:
    url = sandbox.client().clone_url()
    clone = tmp_path / "clone.git"
    subprocess.run(["git", "clone", "-q", "--bare", url, str(clone)], check=True)
    listed = subprocess.run(
        ["git", "-C", str(clone), "rev-list", "--max-parents=0", "main"],
        check=True,
        capture_output=True,
        text=True,
    )
    first = listed.stdout.strip()
    undone = history.undo(sandbox.client().read_base().head_sha, [first])
    assert isinstance(undone, CannotUndo)
    assert undone.reason.startswith(first[:12])


def test_a_commit_that_is_not_there_or_a_github_that_is_away_is_unavailable(
    sandbox: SandboxProcess, history: GitHistory, tmp_path: Path
) -> None:
    head = sandbox.client().read_base().head_sha
    url = f"http://127.0.0.1:{free_port()}/{REPOSITORY}.git"
    gone = GitHistory(lambda: GitRemote(tmp_path / "gone.git", url, fixed_token(BOT_TOKEN)))
    for one, sha in ((history, "f" * 40), (gone, head)):
        with pytest.raises(MirrorUnavailable):
            one.undo(head, [sha])


def test_a_merge_commit_is_undone_against_the_base_that_it_was_merged_into(
    sandbox: SandboxProcess, history: GitHistory
) -> None:
    sandbox.administer("PATCH", "", {"allow_merge_commit": True})
    base, pull = sandbox.open_green()
    elsewhere = new_branch()
    sandbox.commit({elsewhere: b"by somebody else\n"})  # which the branch of it has not
    before = sandbox.client().read_base(("docs/FAQ.md",)).files["docs/FAQ.md"]
    merge = sandbox.client().merge(pull.number, pull.head_sha, ("A", "B"), MergeMethod.MERGE)
    assert len(sandbox.read(f"/commits/{merge}")["parents"]) == 2
    assert before is not None
    assert history.undo(merge, [merge]) == {"docs/FAQ.md": before.encode()}
    assert base.head_sha != merge
