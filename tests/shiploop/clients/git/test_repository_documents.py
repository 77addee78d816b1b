"""The repository's own documents, searchable and kept fresh."""

import threading
from pathlib import Path

import pytest

from shiploop.clients.git.mirror import Mirror
from shiploop.clients.git.repository_documents import RepositoryDocuments
from shiploop.clients.github.auth import fixed_token
from shiploop.errors import MirrorUnavailable
from shiploop.stack.addresses import free_port
from tests.sandbox_process import BOT_TOKEN, SandboxProcess
from tests.until import wait_until


def documents_of(
    sandbox: SandboxProcess, path: Path, refresh_s: float = 0.02
) -> RepositoryDocuments:
    github = sandbox.client()
    return RepositoryDocuments(
        lambda: Mirror(path, github.clone_url(), "main", fixed_token(BOT_TOKEN)), refresh_s
    )


def test_a_search_finds_the_section_that_answers(sandbox: SandboxProcess, tmp_path: Path) -> None:
    documents = documents_of(sandbox, tmp_path / "mirror.git")
    best = documents.search("What is the worker heartbeat?")[0]
    assert best.section.path == "docs/guide.md"
    assert "every five seconds" in best.section.text


def test_the_faq_is_no_source_of_its_own_answers(sandbox: SandboxProcess, tmp_path: Path) -> None:
    hits = documents_of(sandbox, tmp_path / "mirror.git").search("Where are the docs?")
    assert not [hit for hit in hits if hit.section.path == "docs/FAQ.md"]


def test_documents_are_indexed_again_only_when_the_branch_has_moved(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    documents = documents_of(sandbox, tmp_path / "mirror.git")
    first = documents.refresh()
    assert documents.refresh() is first
    _, pull = sandbox.open_green("\n## Indexed again?\n\nYes.\n")
    sandbox.client().merge(pull.number, pull.head_sha, ("More", ""))
    assert documents.refresh() is not first


def test_a_search_without_documents_says_that_the_mirror_is_unavailable(tmp_path: Path) -> None:
    gone = f"http://127.0.0.1:{free_port()}/x.git"
    documents = RepositoryDocuments(
        lambda: Mirror(tmp_path / "mirror.git", gone, "main", fixed_token("a-token")), 60
    )
    with pytest.raises(MirrorUnavailable):
        documents.search("anything")


def test_keeping_fresh_outlives_an_outage_and_stops_when_told(
    sandbox: SandboxProcess, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    documents, stopping = documents_of(sandbox, tmp_path / "mirror.git"), threading.Event()
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
    assert documents.search("worker heartbeat")


def test_a_push_is_fetched_long_before_the_timer_is_due(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    documents = documents_of(sandbox, tmp_path / "mirror.git", refresh_s=3600)
    before = documents.refresh()
    stopping, pushed = threading.Event(), threading.Event()
    thread = threading.Thread(target=documents.keep_fresh, args=[stopping, pushed])
    thread.start()
    try:
        _, pull = sandbox.open_green("\n## Fetched at once?\n\nYes.\n")
        sandbox.client().merge(pull.number, pull.head_sha, ("More", ""))
        pushed.set()
        wait_until(lambda: documents._index is not before)
    finally:
        stopping.set()
        thread.join(timeout=10)
    assert not thread.is_alive()
