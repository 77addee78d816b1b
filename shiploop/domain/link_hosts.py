"""Hosts outside the repository that the FAQ may send its readers to."""

import re
from typing import Final
from urllib.parse import urlsplit

_BLANKS: Final = re.compile(r"[\x00-\x20\x7f-\x9f]+")


def is_allowed(url: str, allowed_hosts: frozenset[str]) -> bool:
    """Exactly an https address of an allowed host: no port, no user, nothing to confuse."""
    if not url.isascii() or _BLANKS.search(url) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() == "https" and parts.netloc.lower() in allowed_hosts
