"""Reads a page as a reader does: which texts stand below which, whatever builds the page.

Letters and digits are compared, block by block, since a generator is free in all else: it has ids
of its own or none, curls quotes, colours code, and adds buttons, labels and line numbers.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

# What nobody reads, or reads as no part of the text.
_SKIPPED: Final = frozenset(
    ("script", "style", "template", "noscript", "svg", "button", "select", "head", "iframe")
)
# Line numbers stand between the lines of code that a reader reads on.
_LINE_NUMBERS: Final = re.compile(
    r"(?:^|\s)(?:linenos?|linenodiv|line-?numbers?(?:-rows)?|gutter|ln|hljs-ln-numbers)(?:\s|$)",
    re.IGNORECASE,
)
# Only read aloud, such as the title of a heading's link, which says the heading once more.
_UNSEEN: Final = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-text)(?:\s|$)", re.IGNORECASE
)
_INLINE: Final = frozenset(
    (
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn"),
        *("em", "font", "i", "img", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s"),
        *("samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var"),
        "wbr",
    )
)
# Elements that hold nothing, and so have no end.
_EMPTY: Final = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
        *("source", "track", "wbr"),
    )
)
# An emoji or its name, as the generator pleases: `:tada:`.
_SHORTCODE: Final = re.compile(r"(?<![\w:]):[a-z0-9_+-]+:(?![\w:])", re.IGNORECASE)
_SIGNS: Final = str.maketrans({"©": "c", "®": "r", "™": "tm", "℠": "sm", "…": ""})
_NO_LETTERS: Final = re.compile(r"[\W_]+")
_NO_ASCII_LETTERS: Final = bytes(sign for sign in range(128) if not chr(sign).isalnum())
_SHA: Final = re.compile(r"[0-9a-f]{7,64}")
# Between two blocks of an answer a page may have labels, captions and titles of tabs.
_MOST_BETWEEN: Final = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where on a page a text stands: the id that leads there, empty where there is none."""

    anchor: str


@dataclass(slots=True)
class _Block:
    """A block's text as it is written, and the nearest id at or above its beginning."""

    anchor: str
    pieces: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """What is compared of a page: the letters of all of it, and of each block with its id."""

    letters: str
    blocks: tuple[tuple[str, str], ...]

    def find(self, texts: Sequence[str]) -> Place | None:
        """Where the first of the texts stands with the others below it, in order; None: nowhere.

        Each text has to stand in one piece. Between two of them there may be a little of something
        else. Without any text, the page is all that is asked for.
        """
        wanted = [letters for text in texts if (letters := letters_of(text))]
        if not wanted:
            return Place("")
        candidates = list(self._candidates(wanted))
        if not candidates:
            return None
        if len(wanted) == 1:
            # It may stand in a table of contents as well, but has its id where it is answered.
            return Place(next((anchor for _, anchor in candidates if anchor), ""))
        # A table of contents may end right above it: the nearest above the rest is meant.
        first_follows_at = candidates[0][0]
        return Place([anchor for at, anchor in candidates if at == first_follows_at][-1])

    def _candidates(self, wanted: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Each block with the first text that has the others below it: where they begin, its id."""
        begin = 0
        for letters, anchor in self.blocks:
            within = letters.find(wanted[0])
            if within >= 0:
                follows_at = _follow(self.letters, begin + within + len(wanted[0]), wanted[1:])
                if follows_at is not None:
                    yield follows_at, anchor
            begin += len(letters)


def read_page(html: str) -> Page:
    """A page as it is compared."""
    blocks = tuple((letters_of("".join(each.pieces)), each.anchor) for each in _blocks(html))
    return Page("".join(letters for letters, _ in blocks), blocks)


def commit_named_in(html: str) -> str | None:
    """The commit in a page's `<meta name="shiploop-commit" content="…">`."""
    head = _Head()
    _parse(html, head)
    return head.sha


def text_of(html: str) -> str:
    """What can be read of a page, block by block."""
    return "\n".join("".join(block.pieces) for block in _blocks(html))


def letters_of(text: str) -> str:
    """What of a text is compared: its letters and digits, whatever their form and case."""
    plain = _SHORTCODE.sub(" ", text) if ":" in text else text
    if plain.isascii():
        # A page has thousands of blocks, and nearly all of them are plain.
        return plain.lower().encode().translate(None, _NO_ASCII_LETTERS).decode()
    plain = unicodedata.normalize("NFKC", plain.translate(_SIGNS))
    return _NO_LETTERS.sub("", plain.casefold())


def _follow(page: str, position: int, wanted: Sequence[str]) -> int | None:
    """Where the first of them stands, if all of them follow; the end of the page without any."""
    first = None
    for text in wanted:
        found = page.find(text, position, position + _MOST_BETWEEN + len(text))
        if found < 0:
            return None
        first = found if first is None else first
        position = found + len(text)
    return len(page) if first is None else first


def _blocks(html: str) -> tuple[_Block, ...]:
    """The blocks of text in their order: what a line break or a box of its own keeps apart."""
    reader = _Reader()
    _parse(html, reader)
    return tuple(block for block in reader.blocks if block.pieces)


class _Reader:
    """Takes a page's elements and texts as they come."""

    def __init__(self) -> None:
        self.blocks = [_Block("")]
        # Ids may stand on the element, on one around it that begins with it, or on an empty one
        # before it.
        self._anchor = ""
        self._skipped_depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._skipped_depth or _is_skipped(tag, attributes):
            self._skipped_depth += tag not in _EMPTY
            return
        self._break_at(tag)
        if not attributes:
            return
        own = attributes.get("id") or (attributes.get("name", "") if tag == "a" else "")
        block = self.blocks[-1]
        if own and block.pieces:
            block.anchor = block.anchor or own
        elif own:
            self._anchor = own

    def end(self, tag: str) -> None:
        if self._skipped_depth:
            self._skipped_depth -= tag not in _EMPTY
        else:
            self._break_at(tag)

    def data(self, text: str) -> None:
        if self._skipped_depth or not (text := text.strip("\n") if text.isspace() else text):
            return
        block = self.blocks[-1]
        if not block.pieces and not text.isspace():
            block.anchor, self._anchor = self._anchor, ""
        if block.pieces or not text.isspace():
            block.pieces.append(text)

    def close(self) -> None:
        pass

    def _break_at(self, tag: str) -> None:
        if tag not in _INLINE and self.blocks[-1].pieces:
            self.blocks.append(_Block(""))


class _Head:
    """Takes the commit that a page names."""

    def __init__(self) -> None:
        self.sha: str | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "meta" and attributes.get("name") == "shiploop-commit":
            told = attributes.get("content", "").strip()
            self.sha = told if _SHA.fullmatch(told) else self.sha

    def close(self) -> None:
        pass


def _parse(html: str, target: object) -> None:
    # With a target nothing is built: however deep a page is, it is read once from end to end. The
    # stubs want all the methods of a target, and lxml does without those it lacks.
    parser = etree.HTMLParser(target=target, encoding="utf-8", recover=True)  # type: ignore[arg-type]
    with suppress(etree.ParserError, etree.XMLSyntaxError):  # there is nothing to read
        etree.fromstring(html.encode("utf-8", "replace"), parser)


def _is_skipped(tag: str, attributes: Mapping[str, str]) -> bool:
    # Most have no attributes, and to ask lxml's empty mapping for one costs an exception.
    if tag in _SKIPPED or not attributes:
        return tag in _SKIPPED
    classes = attributes.get("class", "")
    return attributes.get("aria-hidden") == "true" or bool(
        classes and (_LINE_NUMBERS.search(classes) or _UNSEEN.search(classes))
    )
