"""Decides who may come in: by the name that was asked for, and by whose page made a browser ask.

A browser on this machine can be made to speak for any page. Such a page either uses a name of its
own that it has pointed here (DNS rebinding, seen in `Host`), or sends across origins (seen in
`Origin` and `Sec-Fetch-Site`). Programs send neither of the last two.
"""

import ipaddress
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not let in: a status of HTTP and a sentence."""

    status: int
    title: str
    detail: str


def refuse(
    method: str, headers: Mapping[str, Sequence[str]], names: Collection[str]
) -> Refusal | None:
    """None for who may come in.

    `headers` are by lower-case name; `names` are the hosts besides loopback and IP addresses that
    are ours, in lower case.
    """
    hosts, origins = headers.get("host", ()), headers.get("origin", ())
    if len(hosts) > 1 or len(origins) > 1:
        return Refusal(400, "Said twice", "Host and Origin may be sent once.")
    host = hosts[0] if hosts else ""
    if hosts and not _is_ours(host, names):
        return Refusal(
            421,  # RFC 9110, 15.5.20: this server does not answer for that name
            "Not a name of this server",
            "Use 127.0.0.1 or localhost, or name this host in SHIPLOOP_ALLOWED_HOSTS.",
        )
    if origins and not _is_same(origins[0], host):
        return _OTHER_ORIGIN
    if _is_sent_across_sites(method, headers):
        return _OTHER_ORIGIN
    return None


_OTHER_ORIGIN = Refusal(
    403, "Sent by another site's page", "Pages of another origin may neither read nor write here."
)


def _is_ours(host: str, names: Collection[str]) -> bool:
    name = _name_of(host)
    if name is None:
        return False
    # An address cannot be pointed elsewhere as a name can.
    if _is_address(name) or name == "localhost" or name.endswith(".localhost"):
        return True
    return name in names


def _name_of(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # what follows the colon has to be a port
    except ValueError:
        return None
    if parts.netloc != host or parts.username is not None or not parts.hostname:
        return None
    return parts.hostname.removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_same(origin: str, host: str) -> bool:
    # TLS may end before us, so the scheme of the origin is not compared, but says which port is
    # meant where none is written.
    try:
        theirs = urlsplit(origin)
        ours = urlsplit(f"//{host}")
        default = _DEFAULT_PORTS.get(theirs.scheme)
        return (
            default is not None
            and theirs.hostname is not None
            and theirs.hostname == ours.hostname
            and (theirs.port or default) == (ours.port or default)
        )
    except ValueError:
        return False


def _is_sent_across_sites(method: str, headers: Mapping[str, Sequence[str]]) -> bool:
    # https://www.w3.org/TR/fetch-metadata/: every port of this machine is the same "site".
    if not set(headers.get("sec-fetch-site", ())) & {"cross-site", "same-site"}:
        return False
    followed = (
        method in ("GET", "HEAD")
        and list(headers.get("sec-fetch-mode", ())) == ["navigate"]
        and list(headers.get("sec-fetch-dest", ())) == ["document"]
    )
    return not followed
