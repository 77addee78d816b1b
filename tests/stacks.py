"""Whole stacks for tests, each with the sandbox world around it, on free ports."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from pydantic import SecretStr

from bench.documents import write_documents
from shiploop.settings import Settings
from shiploop.stack.stack import Stack
from tests.documents import to_be_headings
from tests.until import until
from tests.world import World

# Short, so that a test may wait for it; far longer than any task takes on a busy machine.
TASK_DEADLINE_S = 20
PATIENT_DEADLINE_S = 60  # merges wait for the end of a rollback, on a busy machine too
# The workflows are not run, which costs a second of both cores each time: what a test promises
# of them it says with `ci_ms=0`.
CI_MS = 100
TOKEN = "token-of-the-bot"


@contextmanager
def running_world(api_key: str = "", **changes: object) -> Iterator[World]:
    """A stack for the length of the block; `changes` are settings that differ.

    `api_key` is the one that the tests ask with, where keys are among the changes.
    """
    home = Path(tempfile.mkdtemp(prefix="shiploop-"))
    home.chmod(0o755)  # PostgreSQL runs as a user of its own where we are root
    files = write_documents(home / "files", to_be_headings())
    changed = settings(home).model_copy(update=changes)
    stack = Stack(changed, lambda process: None, files=files)
    with stack as addresses:
        mirror = home / "mirror-of-tests.git"
        world = World(addresses, mirror, TOKEN, stack.admin_token, stack.environment, api_key)
        with world.latency(ci_ms=CI_MS):
            yield world
    # Nothing is left of it; a git that was at work when its runner stopped may come to its end.
    until(lambda: processes_of(home), lambda left: not left, timeout_s=5)
    for log in (home / "logs").iterdir():
        assert "uncaught exception" not in (text := log.read_text()), f"{log}: {text[-5000:]}"
    for data in home.iterdir():  # a hundred megabytes; the logs may still be wanted
        if data.is_dir() and data.name != "logs":
            shutil.rmtree(data)


def settings(home: Path) -> Settings:
    """Settings of a stack that gets in nobody's way."""
    return Settings(
        _env_file=None,
        home=home,
        github_token=SecretStr(TOKEN),
        sentry_auth_token=SecretStr("token-of-the-sentry-that-is-not-used"),
        previous_signing_key=SecretStr("key-that-signed-before-this-one"),
        api_port=0,
        prefect_port=0,
        github_port=0,
        site_port=0,
        task_deadline_s=TASK_DEADLINE_S,
        deploy_deadline_s=TASK_DEADLINE_S,
        verify_deadline_s=TASK_DEADLINE_S // 2,
    )


def processes_of(home: Path) -> set[int]:
    """Every living process that works for the stack of this home."""
    return {
        process.pid
        for process in psutil.process_iter()
        if process.pid != os.getpid() and works_for(process, str(home))
    }


def works_for(process: psutil.Process, home: str) -> bool:
    try:
        # Servers that write their state into their title lose their environment by it.
        told = [*process.cmdline(), process.cwd(), process.environ().get("SHIPLOOP_HOME", "")]
        return any(home in each for each in told)
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return False
