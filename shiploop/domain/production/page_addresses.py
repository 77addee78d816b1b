"""The addresses that a site may give the page which it makes of a file."""

from pathlib import PurePosixPath
from typing import Final

# Of these a folder's own page is made.
_INDEXES: Final = frozenset(("index", "readme", "_index"))
_ENDINGS: Final = ("", "/", ".html")
_MOST_FOLDERS: Final = 4


def addresses_of(path: str) -> tuple[str, ...]:
    """Where a file of the repository may be on the site, the likeliest first.

    A generator's root is some folder on the way to the file; it keeps the file's letter case or
    does not, and it ends addresses with nothing, a slash or `.html`.
    """
    file = PurePosixPath(path)
    parts = list(file.parts[:-1][-_MOST_FOLDERS:])
    if file.stem.casefold() not in _INDEXES:
        parts.append(file.stem)
    tails = ["/".join(parts[begin:]) for begin in reversed(range(len(parts)))] or [""]
    spelled = [spelling for tail in tails for spelling in (tail.casefold(), tail)]
    found = (f"/{each}{ending}" for each in spelled for ending in _ENDINGS)
    return tuple(dict.fromkeys(found))
