"""Fetching with git: what comes, and who may not see the token on the way."""

import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from shiploop.clients.git.remote import GitRemote
from shiploop.clients.github.auth import fixed_token
from shiploop.errors import MirrorUnavailable
from shiploop.stack.addresses import free_port
from tests.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess, new_branch
from tests.scripted_server import Reply, ScriptedServer
from tests.until import wait_until

_SILENT = "import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(60)"


def test_a_commit_is_fetched_by_its_sha_with_so_much_of_its_past(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    place = new_branch()
    first, second, third = (sandbox.commit({f"{place}/{name}": b""}) for name in "abc")
    remote = GitRemote(tmp_path / "r.git", sandbox.client().clone_url(), fixed_token(BOT_TOKEN))
    repository = remote.fetch(third, depth=2)
    assert third in repository
    assert second in repository
    assert first not in repository
    assert first in remote.fetch(first, depth=1)


def test_the_token_is_sent_as_a_header_and_is_in_no_url(
    scripted: ScriptedServer, tmp_path: Path
) -> None:
    scripted.replies.append(Reply(404))
    url = f"{scripted.url}/{REPOSITORY}.git"
    with pytest.raises(MirrorUnavailable) as failed:
        GitRemote(tmp_path / "r.git", url, fixed_token(BOT_TOKEN)).fetch("main", depth=1)
    (request,) = scripted.requests
    assert request == f"GET /{REPOSITORY}.git/info/refs?service=git-upload-pack"
    # base64 of "x-access-token:" and the token
    assert scripted.headers[0]["Authorization"] == (
        "Basic eC1hY2Nlc3MtdG9rZW46Ym90LXRva2VuLXRoYXQtbm9ib2R5LW1heS1zZWU="
    )
    assert BOT_TOKEN not in str(failed.value)


def test_neither_the_token_nor_its_encoding_is_in_an_argument_of_git(tmp_path: Path) -> None:
    # A server that takes the connection and says nothing keeps git alive to be looked at.
    port = free_port()
    url = f"http://127.0.0.1:{port}/{REPOSITORY}.git"
    remote = GitRemote(tmp_path / "r.git", url, fixed_token(BOT_TOKEN))
    refused: list[MirrorUnavailable] = []

    def fetch() -> None:
        try:
            remote.fetch("main", depth=1)
        except MirrorUnavailable as error:
            refused.append(error)

    with subprocess.Popen([sys.executable, "-c", _SILENT.format(port=port)]) as server:
        wait_until(lambda: bool(psutil.Process(server.pid).net_connections()))
        thread = threading.Thread(target=fetch)
        thread.start()
        try:
            lines = git_arguments()
        finally:
            server.terminate()
            thread.join()
    assert any(url in line for line in lines)
    assert not [line for line in lines if BOT_TOKEN in line or "Basic" in line]
    (error,) = refused
    assert BOT_TOKEN not in str(error)


def git_arguments() -> list[str]:
    """The command lines of our children, once git's transport is among them."""
    lines: list[str] = []

    def seen() -> bool:
        lines[:] = [" ".join(child.cmdline()) for child in psutil.Process().children(True)]
        return any("remote-http" in line for line in lines)

    wait_until(seen)
    return lines


def test_the_token_is_in_no_file_that_a_fetch_leaves(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    remote = GitRemote(tmp_path / "r.git", sandbox.client().clone_url(), fixed_token(BOT_TOKEN))
    remote.fetch("main", depth=1)
    files = [path for path in (tmp_path / "r.git").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if BOT_TOKEN.encode() in path.read_bytes()]


def test_a_repository_that_cannot_be_fetched_is_unavailable_and_named(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    for url, ref in (
        (f"http://127.0.0.1:{free_port()}/{REPOSITORY}.git", "main"),
        (sandbox.client().clone_url(), "no-such-branch"),
        (f"{sandbox.url}/acme/nothing.git", "main"),
    ):
        with pytest.raises(MirrorUnavailable, match=url):
            GitRemote(tmp_path / "r.git", url, fixed_token(BOT_TOKEN)).fetch(ref, depth=1)
