"""Where a link of the documentation leads when it is written in the FAQ.

A link to a page or an anchor that is not known to exist, or to a host that is not allowed, is not
kept: of such a link only the words are quoted.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from shiploop.agents.faq.document.document import FAQ_PATH

_SCHEME: Final = re.compile(r"\A(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[\x00-\x20\x7f-\x9f]+")
_UNSAFE_IN_DESTINATION: Final = re.compile(r"[\s()<>{}\\%\"']")
_PAGE: Final = re.compile(r"\.(?:md|mdx|markdown)\Z", re.IGNORECASE)
_LINK_END: Final = re.compile(r"\]\([^()\s]{0,600}\)")
# What a site's address leaves out of a page's path.
_PAGE_ENDINGS: Final = (".md", ".mdx", ".markdown", "/index.md", "/README.md", "/index.mdx")
# A link that begins with `/` leads from the root of the site, which is one of these folders.
_FOLDERS_TRIED: Final = 7


def _whatever(path: str, anchor: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Reach:
    """Where links may lead: to `allowed_hosts`, and to what `exists` in the repository.

    `exists` is asked for the path of a page and an anchor on it, which is empty for the page.
    """

    allowed_hosts: frozenset[str] = frozenset()
    exists: Callable[[str, str], bool] = _whatever


def relative_link(path: str, anchor: str) -> str:
    """Write the link destination that leads from the FAQ to an anchor of a page."""
    target = posixpath.relpath(path, posixpath.dirname(FAQ_PATH))
    destination = f"{target}#{anchor}" if anchor else target
    return _UNSAFE_IN_DESTINATION.sub(lambda match: quote(match[0]), destination)


def destination(href: str, path: str, reach: Reach) -> str:
    """Rewrite a link of the page at `path`; empty when it would lead where it may not."""
    if _SCHEME.match(href):
        kept = is_allowed(href, reach.allowed_hosts)
        return href.replace("(", "%28").replace(")", "%29") if kept else ""
    page, anchor = (unquote(part) for part in href.partition("#")[::2])
    for target in _targets(page, path):
        if target.split("/")[0] != ".." and reach.exists(target, anchor):
            return relative_link(target, anchor)
    return ""


def unlinked(text: str) -> str:
    """Take the links out of what was written for the FAQ, so that texts can be compared by words.

    Without any bracket: a link that is not kept had none.
    """
    return _LINK_END.sub("", text).replace("[", "")


def is_allowed(url: str, allowed_hosts: frozenset[str]) -> bool:
    """Exactly an https address of an allowed host: no port, no user, nothing to confuse."""
    if not url.isascii() or _BLANKS.search(url) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() == "https" and parts.netloc.lower() in allowed_hosts


def _targets(page: str, path: str) -> Iterator[str]:
    """The files that a link may mean, the likeliest first."""
    if not page:
        yield path
        return
    for folder in _folders(page, path):
        target = posixpath.normpath(posixpath.join(folder, page.lstrip("/")))
        yield target
        if not _PAGE.search(target):
            stem = target.removesuffix(".html")
            yield from (f"{stem}{ending}" for ending in _PAGE_ENDINGS)


def _folders(page: str, path: str) -> Iterator[str]:
    if not page.startswith("/"):
        yield posixpath.dirname(path)
        return
    parts = posixpath.dirname(path).split("/")
    folders = ("/".join(parts[:count]) for count in range(len(parts) + 1))
    yield from islice(folders, _FOLDERS_TRIED)
