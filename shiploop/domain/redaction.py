"""Takes secrets out of text that leaves the process."""

import re
from collections.abc import Iterable

HIDDEN = "[hidden]"
_SHORTEST_SECRET = 6  # replacing anything shorter would make a text unreadable

_SHAPES = (
    # https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/
    # about-authentication-to-github#githubs-token-formats
    re.compile(r"\b(?:gh[pousr]_|github_pat_)\w{16,}"),
    re.compile(r"\bsk-[\w-]{16,}"),
    re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"),
    re.compile(r"(?i)(?<=bearer )[\w.~+/=-]{8,}"),
    re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S
    ),
    re.compile(r"(?<=hooks\.slack\.com/services/)[\w/]+"),
)


class Redaction:
    """Hides the given secrets, and whatever has the shape of one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # The longest first: one may be a part of another.
        long_enough = {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}
        self._secrets = sorted(long_enough, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text with `[hidden]` in place of every secret."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        for shape in _SHAPES:
            text = shape.sub(HIDDEN, text)
        return text
