"""A GitHub App's private key, in whatever form a setting can hold its many lines."""

import base64
import binascii
import re
from pathlib import Path
from typing import Final

_PEM: Final = re.compile(
    r"-----BEGIN ([A-Z ]{1,40})-----([A-Za-z0-9+/=\s]+)-----END [A-Z ]{1,40}-----"
)
_LINE: Final = 64  # characters: RFC 7468


def load_app_key(value: str | None, file: Path | None) -> str | None:
    """The key from its setting or, where one is named, its file; None without either.

    Raises OSError and UnicodeDecodeError, of a file that cannot be read.
    """
    told = value if file is None else file.read_text(encoding="utf-8")
    return None if told is None else read_app_key(told)


def read_app_key(told: str) -> str:
    """The key as PEM has it.

    It may come as the file that GitHub gives, in one line with `\\n` or blanks for its line ends,
    in quotes, or as base64 of the file. What is none of these is given back as it is.
    """
    text = told.strip().strip("\"'").replace("\\n", "\n").replace("\\r", "")
    found = _PEM.search(text) or _PEM.search(_decoded(text))
    if found is None:
        return told
    kind, body = found[1], "".join(found[2].split())
    lines = [body[begin : begin + _LINE] for begin in range(0, len(body), _LINE)]
    return "\n".join((f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""))


def _decoded(text: str) -> str:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
