"""The repository's files, and what agents make of them: kept as new as the branch."""

import threading
from pathlib import Path

import pytest

from shiploop.agents.faq.retrieval.library import Library
from shiploop.clients.git.mirror import Mirror
from shiploop.clients.git.remote import GitRemote
from shiploop.clients.git.repository_documents import RepositoryDocuments, Snapshot
from shiploop.clients.github.auth import fixed_token
from shiploop.domain.limits import MAX_PAGE_BYTES
from shiploop.errors import MirrorUnavailable
from shiploop.stack.addresses import free_port
from tests.git_tree import a_file, a_repository, commit
from tests.sandbox_process import BOT_TOKEN, GUIDE, SandboxProcess
from tests.until import wait_until


def documents_of(
    sandbox: SandboxProcess, path: Path, refresh_s: float = 0.02
) -> RepositoryDocuments:
    github = sandbox.client()
    return RepositoryDocuments(
        lambda: Mirror(GitRemote(path, github.clone_url(), fixed_token(BOT_TOKEN)), "main"),
        refresh_s,
    )


def merge_more(sandbox: SandboxProcess, title: str) -> None:
    _, pull = sandbox.open_green(f"\n## {title}\n\nYes.\n")
    sandbox.client().merge(pull.number, pull.head_sha, ("More", ""))


def test_what_is_built_of_the_files_is_there_when_it_is_asked_for(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    documents = documents_of(sandbox, tmp_path / "mirror.git")
    markdown = documents.keep_ready(Snapshot.markdown)
    guide = documents.keep_ready(lambda snapshot: snapshot.text("docs/guide.md"))
    nothing = documents.keep_ready(lambda snapshot: snapshot.text("docs/gone.md"))
    assert markdown()["docs/guide.md"] == guide() == GUIDE
    assert nothing() is None


def test_what_is_built_is_the_same_until_the_branch_has_moved(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    documents = documents_of(sandbox, tmp_path / "mirror.git")
    markdown = documents.keep_ready(Snapshot.markdown)
    first, head_sha = markdown(), documents.refresh()
    assert head_sha == sandbox.client().read_base().head_sha
    assert documents.refresh() == head_sha
    assert markdown() is first
    merge_more(sandbox, "Built again?")
    assert documents.refresh() != head_sha
    assert "Built again?" in markdown()["docs/FAQ.md"]


def test_what_is_registered_after_the_fetch_is_built_as_well(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    documents = documents_of(sandbox, tmp_path / "mirror.git")
    first = documents.keep_ready(Snapshot.markdown)
    assert first()
    assert documents.keep_ready(lambda snapshot: snapshot.sha)() == documents.refresh()


def test_what_an_agent_asks_for_is_built_of_the_newest_files(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    documents = documents_of(sandbox, tmp_path / "mirror.git")
    library = documents.keep_ready(Library.of)
    best = library().index.search("What is the worker heartbeat?")[0]
    assert best.section.path == "docs/guide.md"
    assert "every five seconds" in best.section.text


def test_without_documents_it_says_that_the_mirror_is_unavailable(tmp_path: Path) -> None:
    gone = f"http://127.0.0.1:{free_port()}/x.git"
    documents = RepositoryDocuments(
        lambda: Mirror(GitRemote(tmp_path / "mirror.git", gone, fixed_token("a-token")), "main"), 60
    )
    markdown = documents.keep_ready(Snapshot.markdown)
    with pytest.raises(MirrorUnavailable):
        markdown()


def test_keeping_fresh_outlives_an_outage_and_stops_when_told(
    sandbox: SandboxProcess, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    documents, stopping = documents_of(sandbox, tmp_path / "mirror.git"), threading.Event()
    markdown = documents.keep_ready(Snapshot.markdown)
    sandbox.set_faults(github_503=2)
    thread = threading.Thread(target=documents.keep_fresh, args=[stopping, threading.Event()])
    thread.start()
    try:
        wait_until(lambda: sandbox.operations().count("GET /repos/{owner}/{repo}") >= 3)
    finally:
        stopping.set()
        thread.join(timeout=10)
    assert not thread.is_alive()
    assert "the documents are as old as before" in caplog.text
    assert markdown()


def test_a_push_is_fetched_long_before_the_timer_is_due(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    documents = documents_of(sandbox, tmp_path / "mirror.git", refresh_s=3600)
    markdown = documents.keep_ready(Snapshot.markdown)
    documents.refresh()
    stopping, pushed = threading.Event(), threading.Event()
    thread = threading.Thread(target=documents.keep_fresh, args=[stopping, pushed])
    thread.start()
    try:
        merge_more(sandbox, "Fetched at once?")
        pushed.set()
        wait_until(lambda: "Fetched at once?" in markdown()["docs/FAQ.md"])
    finally:
        stopping.set()
        thread.join(timeout=10)
    assert not thread.is_alive()


def test_what_is_left_out_is_kept_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    origin = a_repository(tmp_path / "origin.git")
    long = a_file(origin, b"long.md", b"x" * (MAX_PAGE_BYTES + 1))
    documents = RepositoryDocuments(
        lambda: Mirror(
            GitRemote(
                tmp_path / "mirror.git", str(tmp_path / "origin.git"), fixed_token("a-token")
            ),
            "main",
        ),
        refresh_s=60,
    )
    documents.keep_ready(Library.of)
    for name in (b"a.md", b"b.md"):
        commit(origin, [long, a_file(origin, name, b"# A page\n\n" + b"x" * 20_000)])
        documents.refresh()
        told = {each.path: each.reason for each in documents.left_out}
        assert set(told) == {"long.md", name.decode()}
        assert "more than 16000" in told[name.decode()]
    assert caplog.text.count("no answer is taken from 'long.md'") == 1
