"""Where the parts of the stack listen."""

import json
import socket
from dataclasses import dataclass, fields
from pathlib import Path

from shiploop.errors import PermanentError
from shiploop.settings import Settings

_HOST = "127.0.0.1"


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
    return Addresses(
        api=_local("API", settings.api_port),
        prefect=settings.prefect_api_url or _local("PREFECT", settings.prefect_port),
        github=settings.github_api_url
        if settings.github_repo
        else _local("GITHUB", settings.github_port),
        site=settings.site_url if settings.github_repo else _local("SITE", settings.site_port),
        redis=settings.redis_url or _local("REDIS", settings.redis_port, "redis"),
        dashboard=_local("DASHBOARD", settings.dashboard_port) if dashboard else "",
    )


def note_of_stack(home: Path) -> Path:
    """The file in which a running stack says where its parts are."""
    return home / "stack.json"


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


def _local(part: str, wanted: int, scheme: str = "http") -> str:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, wanted))
        except OSError as error:
            raise PortTaken(
                f"port {wanted} is taken: stop what listens there, or set SHIPLOOP_{part}_PORT "
                "to another port (0 = any free one)"
            ) from error
        return f"{scheme}://{_HOST}:{probe.getsockname()[1]}"
