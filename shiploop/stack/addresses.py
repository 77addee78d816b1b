"""Where the parts of the stack listen."""

import hashlib
import json
import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from itertools import count, islice
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from shiploop.errors import PermanentError
from shiploop.settings import Settings

_HOST = "127.0.0.1"
_LONGEST_SOCKET_PATH = 103  # bytes: macOS takes no more, Linux 107
# Below those that systems hand out (from 32768 on Linux): a part binds its port seconds after it
# was chosen, and nobody who connects somewhere or asks for any port may be given it meanwhile.
_FREE_PORTS: Final = range(20_000, 32_768)
# Nor may another stack that starts just now: each process begins at a place of its own, far from
# those that were started shortly before and after it, and offers no port twice in a round.
_turns: Final = count(os.getpid() * 64)


class PortTaken(PermanentError):
    """Somebody listens already where a part of ours should."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The URL of each part. `dashboard` is empty where none is started."""

    api: str
    prefect: str
    github: str
    site: str
    redis: str
    dashboard: str = ""


def choose_addresses(settings: Settings, dashboard: bool = False) -> Addresses:
    """Settle on a port for each part that the stack starts, a free one where the setting is 0.

    Raises PortTaken, which names the port and its setting.
    """
    free = _free_ports()

    def local(part: str, wanted: int) -> str:
        if wanted and not _is_free(wanted):
            raise PortTaken(
                f"port {wanted} is taken: stop what listens there, or set SHIPLOOP_{part}_PORT "
                "to another port (0 = any free one)"
            )
        return f"http://{_HOST}:{wanted or next(free)}"

    return Addresses(
        api=local("API", settings.api_port),
        prefect=settings.prefect_api_url or local("PREFECT", settings.prefect_port),
        github=settings.github_api_url
        if settings.github_repo
        else local("GITHUB", settings.github_port),
        site=settings.site_url if settings.github_repo else local("SITE", settings.site_port),
        redis=settings.redis_url or redis_address(settings.home.resolve()),
        dashboard=local("DASHBOARD", settings.dashboard_port) if dashboard else "",
    )


def note_of_stack(home: Path) -> Path:
    """The file in which a running stack says where its parts are."""
    return home / "stack.json"


def write_note(home: Path, addresses: Addresses, pids: Mapping[str, int | None]) -> None:
    """Say in that file where each part is, and which process it is."""
    with tempfile.NamedTemporaryFile("w", dir=home, delete=False) as draft:
        # Readable by its owner only, as a Redis of somebody's own may have its password in the
        # address; and replaced as a whole, so that nobody reads half of it.
        draft.write(json.dumps({**asdict(addresses), "pids": pids}, indent=2) + "\n")
    Path(draft.name).replace(note_of_stack(home))


def find_stack(settings: Settings) -> Addresses | None:
    """Where the stack of SHIPLOOP_HOME is; None where none runs, or it starts just now."""
    try:
        note = json.loads(note_of_stack(settings.home).read_text(encoding="utf-8"))
        known = {part.name for part in fields(Addresses)} & note.keys()
        return Addresses(**{part: str(note[part]) for part in known})
    except (FileNotFoundError, ValueError, AttributeError, TypeError):
        return None


def api_address(settings: Settings) -> str:
    """Where the API is: as the stack that runs here says, else at the port that is set."""
    stack = find_stack(settings)
    return stack.api if stack else f"http://{_HOST}:{settings.api_port}"


def port_of(address: str) -> int:
    """The port in one of our own addresses."""
    return int(address.rsplit(":", 1)[1])


def redis_address(home: Path) -> str:
    """Where the embedded Redis is: at a socket, which no browser reaches, nor another user."""
    socket_path = home / "redis" / "redis.sock"
    if len(os.fsencode(socket_path)) > _LONGEST_SOCKET_PATH:
        name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        socket_path = Path(tempfile.gettempdir(), f"shiploop-{os.getuid()}-{name}", "redis.sock")
    return f"unix://{quote(str(socket_path))}"


def socket_of(address: str) -> Path:
    """The path in the address of the embedded Redis."""
    return Path(unquote(address.removeprefix("unix://")))


def free_port() -> int:
    """A port of this machine on which nobody listens. Raises PortTaken when there is none."""
    return next(_free_ports())


def _free_ports() -> Iterator[int]:
    for turn in islice(_turns, len(_FREE_PORTS)):
        port = _FREE_PORTS[turn % len(_FREE_PORTS)]
        if _is_free(port):
            yield port
    raise PortTaken(f"no port from {_FREE_PORTS.start} to {_FREE_PORTS.stop - 1} is free")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
        return True
