"""A section of the documentation as pieces that can be quoted in the FAQ.

Raw HTML, images, headings and quotations are left out, tables become lists, text keeps its
emphasis and code, and links lead to the same place from where the FAQ stands. A link to a host
that is not allowed is its text, and an address in the text is code, which leads nowhere.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.tree import SyntaxTreeNode

from shiploop.agents.faq.question import heading_text
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.domain.limits import MAX_PARAGRAPH_BRACKETS, MAX_PARAGRAPH_CHARACTERS


def _drop_endless(state: StateCore) -> None:
    """Leave out the text of what takes too long to be read: nobody quotes it either."""
    for token in state.tokens:
        written = token.content
        if token.type == "inline" and (
            len(written) > MAX_PARAGRAPH_CHARACTERS or written.count("[") > MAX_PARAGRAPH_BRACKETS
        ):
            token.content = ""


_MARKDOWN: Final = MarkdownIt("commonmark").enable("table")
_MARKDOWN.core.ruler.before("inline", "drop_endless", _drop_endless)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])(?=\s)|(?<=[。！？])")
# What at the beginning of a line would make it a list or a rule.
_BLOCK_START: Final = re.compile(r"^(\d{1,9}(?=[.)])|(?=[-+=]))")
_SCHEME: Final = re.compile(r"\A(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_ADDRESS: Final = re.compile(
    r"(\b(?:[a-z][a-z0-9+.-]{1,20}://|www\.)[^\s<>`]*[^\s<>`.,:;!?)'\"*_~。，）])", re.IGNORECASE
)
_BLANKS: Final = re.compile(r"[\x00-\x20\x7f-\x9f]+")
_UNSAFE_IN_DESTINATION: Final = re.compile(r"[\s()<>{}\\%\"']")


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph by sentences, a list by items, or a code block: what a quotation may hold.

    The units put together are the piece's Markdown; a quotation may end after any of them.
    """

    units: tuple[str, ...]
    is_table: bool = False

    @property
    def markdown(self) -> str:
        return "".join(self.units).rstrip()


def quotable_pieces(
    section: Section, faq_path: str, allowed_hosts: frozenset[str] = frozenset()
) -> tuple[Piece, ...]:
    """Read a section as pieces to be quoted in the document at `faq_path`."""
    writer = _InlineWriter(section.path, faq_path, allowed_hosts)
    blocks = SyntaxTreeNode(_MARKDOWN.parse(section.text)).children
    pieces = (_piece(block, writer) for block in blocks)
    return tuple(piece for piece in pieces if any(unit.strip() for unit in piece.units))


def relative_link(path: str, anchor: str, faq_path: str) -> str:
    """Write the link destination that leads from the FAQ to an anchor of a page."""
    target = posixpath.relpath(path, posixpath.dirname(faq_path) or ".")
    destination = f"{target}#{anchor}" if anchor else target
    return _UNSAFE_IN_DESTINATION.sub(lambda match: quote(match[0]), destination)


def _piece(block: SyntaxTreeNode, writer: "_InlineWriter") -> Piece:
    if block.type == "paragraph":
        return Piece(tuple(_sentences(writer.line(block))))
    if block.type in ("bullet_list", "ordered_list"):
        return Piece(tuple(_items(block, writer)))
    if block.type == "table":
        rows = [node for node in block.walk() if node.type == "tr"][1:]
        lines = (" — ".join(filter(None, map(writer.line, row.children))) for row in rows)
        return Piece(tuple(f"- {line}\n" for line in lines if line), is_table=True)
    if block.type in ("fence", "code_block") and "```" not in block.content:
        language = block.info.split()[0] if block.type == "fence" and block.info.strip() else "text"
        return Piece((f"```{language}\n{block.content.rstrip()}\n```",))
    return Piece(())


def _items(block: SyntaxTreeNode, writer: "_InlineWriter") -> Iterator[str]:
    first = int(block.attrs.get("start", 1))
    for number, item in enumerate(block.children, first):
        line = writer.line(item)
        if line:
            yield f"{number}. {line}\n" if block.type == "ordered_list" else f"- {line}\n"


def _sentences(line: str) -> Iterator[str]:
    """Split after sentences, but not inside code, a link or emphasis."""
    sentence = ""
    for part in _SENTENCE_END.split(line):
        sentence += part
        if (
            sentence.count("`") % 2 == 0
            and sentence.count("*") % 2 == 0
            and sentence.count("[") == sentence.count("]")
        ):
            yield sentence
            sentence = ""
    if sentence:
        yield sentence


@dataclass(frozen=True, slots=True)
class _InlineWriter:
    """Writes inline Markdown of the page at `path` for the document at `faq_path`."""

    path: str
    faq_path: str
    allowed_hosts: frozenset[str]

    def line(self, block: SyntaxTreeNode) -> str:
        """Write a block's first paragraph (or a cell's text) as one line."""
        inline = next((node for node in block.walk() if node.type == "inline"), None)
        text = " ".join(self._inside(inline).split()) if inline else ""
        return _BLOCK_START.sub(r"\1\\", text)

    def _inside(self, node: SyntaxTreeNode) -> str:
        return "".join(self._inline(child) for child in node.children)

    def _inline(self, node: SyntaxTreeNode) -> str:
        match node.type:
            case "text" | "text_special" | "image":
                # A link after an exclamation mark would become an image.
                return re.sub(r"!$", r"\!", self._text(node.content))
            case "code_inline":
                pad = " " if "`" in node.content[:1] + node.content[-1:] else ""
                return f"{node.markup}{pad}{node.content}{pad}{node.markup}"
            case "em" | "strong":
                return f"{node.markup}{self._inside(node)}{node.markup}"
            case "link":
                return self._link(node)
            case "softbreak" | "hardbreak":
                return " "
            case _:  # raw HTML
                return ""

    def _text(self, text: str) -> str:
        """Write text literally, and an address in it so that nobody makes a link of it."""
        pieces = _ADDRESS.split(text)
        pieces[::2] = map(heading_text, pieces[::2])
        pieces[1::2] = (
            heading_text(url) if is_allowed(url, self.allowed_hosts) else f"`{url}`"
            for url in pieces[1::2]
        )
        return "".join(pieces)

    def _link(self, node: SyntaxTreeNode) -> str:
        text = self._inside(node)
        destination = self._destination(str(node.attrs.get("href", "")))
        return f"[{text}]({destination})" if destination and text else text

    def _destination(self, href: str) -> str:
        """Rewrite a link; empty when it would lead where it may not."""
        if _SCHEME.match(href):
            kept = is_allowed(href, self.allowed_hosts)
            return href.replace("(", "%28").replace(")", "%29") if kept else ""
        page, anchor = (unquote(part) for part in href.partition("#")[::2])
        if not page:
            return relative_link(self.path, anchor, self.faq_path)
        folder = "" if page.startswith("/") else posixpath.dirname(self.path)
        target = posixpath.normpath(posixpath.join(folder, page.lstrip("/")))
        return "" if target.split("/")[0] == ".." else relative_link(target, anchor, self.faq_path)


def is_allowed(url: str, allowed_hosts: frozenset[str]) -> bool:
    """Exactly an https address of an allowed host: no port, no user, nothing to confuse."""
    if not url.isascii() or _BLANKS.search(url) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() == "https" and parts.netloc.lower() in allowed_hosts
