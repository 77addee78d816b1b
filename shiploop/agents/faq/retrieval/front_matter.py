"""What stands above a page between two lines of `---` (YAML) or `+++` (TOML), as far as it tells.

Only lines of a key and a plain value are read: that is how titles and states are written, and
reading YAML as such may take any time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from shiploop.agents.faq.document.markers import front_matter_end
from shiploop.domain.limits import MAX_HEADING_CHARACTERS

_TOML: Final = "+++"
_LINE: Final = re.compile(r"^([A-Za-z_]{1,30})[ \t]*[:=][ \t]*(\S[^\n]*)$", re.MULTILINE)
_COMMENT: Final = re.compile(r"[ \t]#[^\"'#]*$")
_QUOTES: Final = "\"'"
_YES: Final = ("true", "yes", "on", "1")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Where the page's text begins, and the plain values above it by key in lower case."""

    end: int = 0
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The page's title; empty without one, or with one that is too long for a heading."""
        title = self.values.get("title", "")
        return title if len(title) <= MAX_HEADING_CHARACTERS else ""

    def says(self, key: str) -> bool:
        """Tell whether a key is set, as `deprecated: true`."""
        return self.values.get(key, "").lower() in _YES


def read_front_matter(text: str) -> FrontMatter:
    """Read the front matter of a page whose lines end in `\\n`."""
    end = _toml_end(text) if text.startswith(_TOML) else front_matter_end(text)
    if not end:
        return FrontMatter()
    values = {key.lower(): _value(written) for key, written in _LINE.findall(text[:end])}
    return FrontMatter(end, values)


def _toml_end(text: str) -> int:
    closing = text.find(f"\n{_TOML}", len(_TOML))
    end = text.find("\n", closing + 1)
    if closing < 0:
        return 0
    return end if end >= 0 else len(text)


def _value(written: str) -> str:
    if written[0] in _QUOTES:
        return written[1:].partition(written[0])[0].strip()
    return _COMMENT.sub("", written).strip()
