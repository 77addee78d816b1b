"""Markdown pages as safe HTML: anchors on headings, links between pages, no raw HTML."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import pairwise
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_FRONT_MATTER = re.compile(
    r"\A---[ \t]*\r?\n.*?^(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)", re.DOTALL | re.M
)
_ENTRY_START = re.compile(r"^(?=<!-- shiploop:entry )", re.M)
_PROBE = "<!-- probe -->"
_ENTRY_MARKER = re.compile(r"<!--\s*shiploop:entry\s+(\S+)\s[^>]{0,300}-->")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with the fragment that links to it."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A page's HTML body, its title and its headings in order."""

    title: str
    body: str
    headings: tuple[Heading, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """Where a repository's files are found on the web."""

    routes: Mapping[str, str]
    """From a page's path in the repository to its path on the site."""
    source_url: str
    """Prefix under which GitHub shows the files that are no pages of the site."""

    def resolve(self, href: str, page_path: str) -> str:
        """Turn a link written in a page into one that works on the site."""
        try:
            parts = urlsplit(href)
        except ValueError:  # no URL, such as http://[
            return href
        if parts.scheme or parts.netloc or not parts.path:
            return href
        path = unquote(parts.path)
        folder = PurePosixPath("." if path.startswith("/") else page_path).parent
        target = normpath(folder / path.lstrip("/"))
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        url = self.routes.get(target) or f"{self.source_url}/{target}"
        return quote(url, safe="/:%") + fragment


@dataclass(frozen=True, slots=True)
class _Title:
    """A heading as it is written; `entry_id` is empty where it is no entry's."""

    level: int
    text: str
    entry_id: str


@dataclass(slots=True)
class _Part:
    """An entry, or what is before the first one: parsed once, and rendered once for its anchors.

    Its tokens take ten times what it takes itself: they are kept until it is rendered.
    """

    text: str
    titles: tuple[_Title, ...]
    tokens: list[Token] | None
    anchors: tuple[str, ...] = ()
    body: str | None = None


class PageRenderer:
    """Renders pages; remembers their entries, so that a page with one change is quick."""

    def __init__(self) -> None:
        self._markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
        for rule in ("html_block", "html_inline"):
            self._markdown.add_render_rule(rule, _escape_raw_html)
        self._markdown.add_render_rule("image", _image_as_text)
        self._markdown.add_render_rule("link_open", _open_link)
        # With its first text it lists its rules; a second thread would find the list empty.
        self._markdown.parse("text")
        self._links: Links | None = None
        self._parts: dict[str, dict[str, _Part]] = {}

    def render(self, path: str, text: str, links: Links) -> RenderedPage:
        """Render the page found at `path` in the repository."""
        if links != self._links:
            self._parts, self._links = {}, links
        headings: list[Heading] = []
        bodies: list[str] = []
        taken: set[str] = set()
        for part in self._parse(path, _FRONT_MATTER.sub("", text)):
            own = _anchor_headings(part.titles, taken)
            headings += own
            bodies.append(self._body(part, own, {"path": path, "links": links}))
        first = next((heading for heading in headings if heading.level == 1), None)
        title = first.text if first else PurePosixPath(path).stem
        return RenderedPage(title, "".join(bodies), tuple(headings))

    def _body(self, part: _Part, headings: Sequence[Heading], env: dict[str, Any]) -> str:
        anchors = tuple(heading.anchor for heading in headings)
        if part.body is None or part.anchors != anchors:
            tokens = part.tokens or self._markdown.parse(part.text)
            openings = (token for token in tokens if token.type == "heading_open")
            for opening, anchor in zip(openings, anchors, strict=True):
                opening.attrSet("id", anchor)
            part.body = self._markdown.renderer.render(tokens, self._markdown.options, env)
            part.anchors, part.tokens = anchors, None
        return part.body

    def _parse(self, path: str, text: str) -> list[_Part]:
        """Parse a page entry by entry, or as a whole where its entries do not stand alone."""
        known = self._parts.pop(path, {})
        parts: dict[str, _Part] = {}
        chunks = _ENTRY_START.split(text)
        for chunk in chunks:
            part = known.get(chunk) or self._parse_alone(chunk)
            if part is None or chunk in parts:  # twice the same would need other anchors
                return [_part(text, self._markdown.parse(text))]
            parts[chunk] = part
        self._parts[path] = parts
        return list(parts.values())

    def _parse_alone(self, chunk: str) -> _Part | None:
        """Parse a part of a page, or return None when what follows would be read differently.

        That is so when it defines link references, or when a comment put after it is not a block
        of its own: the part has then left a code fence or the like open.
        """
        env: dict[str, Any] = {}
        separator = "" if chunk.endswith("\n") else "\n"
        tokens = self._markdown.parse(f"{chunk}{separator}{_PROBE}", env)
        *own, last = tokens
        is_block = last.type == "html_block" and last.content == _PROBE
        return _part(chunk, own) if is_block and not env.get("references") else None


@lru_cache(maxsize=4096)  # a page changes by one heading at a time
def github_slug(text: str) -> str:
    """Return the fragment that GitHub gives a heading, before duplicates are numbered.

    Source: https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
    """
    kept = (c for c in text.strip().lower() if c in "-_ " or unicodedata.category(c)[0] in "LMN")
    return "".join(kept).replace(" ", "-")


def _part(text: str, tokens: list[Token]) -> _Part:
    return _Part(text, tuple(_titles(tokens)), tokens)


def _titles(tokens: Sequence[Token]) -> Iterator[_Title]:
    entry_id = ""
    for token, following in pairwise(tokens):
        if token.type == "html_block":
            marker = _ENTRY_MARKER.search(token.content)
            entry_id = marker[1] if marker else ""
        elif token.type == "heading_open":
            yield _Title(int(token.tag[1]), _plain_text(following), entry_id)
            entry_id = ""


def _anchor_headings(titles: Sequence[_Title], taken: set[str]) -> list[Heading]:
    """Give every heading an id that is not `taken`: an entry's own, else its GitHub slug."""
    headings: list[Heading] = []
    for title in titles:
        slug = _unused(github_slug(title.text), taken)
        anchor = title.entry_id or slug
        taken.update((slug, anchor))
        headings.append(Heading(title.level, anchor, title.text))
    return headings


def _unused(slug: str, taken: set[str]) -> str:
    number = 0
    candidate = slug
    while candidate in taken:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate


def _plain_text(inline: Token) -> str:
    return "".join(
        child.content for child in inline.children or () if child.type in ("text", "code_inline")
    )


def _open_link(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    _options: object,
    env: MutableMapping[str, Any],
) -> str:
    links: Links = env["links"]
    return f'<a href="{escape(links.resolve(str(tokens[index].attrGet("href")), env["path"]))}">'


def _escape_raw_html(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    _options: object,
    _env: MutableMapping[str, Any],
) -> str:
    return escape(_COMMENT.sub("", tokens[index].content).strip("\n"))


def _image_as_text(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    _options: object,
    _env: MutableMapping[str, Any],
) -> str:
    return escape(tokens[index].content)
