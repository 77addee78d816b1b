"""Writes plain Markdown in a dialect, and reads it back."""

import re
from dataclasses import replace
from typing import Final

from shiploop.agents.faq.dialects.dialect import (
    PUNCTUATION,
    Code,
    Dialect,
    Unwritable,
    reference,
)
from shiploop.agents.faq.dialects.pieces import (
    Listing,
    Paragraph,
    Piece,
    Span,
    Structure,
    read_pieces,
)
from shiploop.agents.faq.question import heading_text, split_code

_SIGN: Final = re.compile(
    r"(?P<link>\]\([^()\s]{0,600}\))|(?P<double>\\?\{\\?\{)|(?P<break>\\\n)|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<sign>[{}|$~])|(?P<colon>(?<=[^\W_]):(?=\d{0,9}[a-zA-Z_+-][\w+-]{0,60}:[^\W_]))"
)
# What stands before the text of a line: quotations and lists.
_PREFIX: Final = re.compile(
    r"^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])))*[ \t]*", re.MULTILINE
)
_REFERENCE: Final = re.compile(r"(?<!\\)&(?:#(?P<number>\d{2,3})|(?P<name>lt|gt|amp));")
_BARE: Final = re.compile(r"(?P<kept>\]\([^()\s]{0,600}\)|\\.)|[$~]")
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&"}
_ALWAYS_ESCAPED: Final = frozenset("<>~$&")
# Of a backslash before these nothing depends.
_PLAIN: Final = PUNCTUATION.difference("<>&:$~^=|\"'")


def write(markdown: str, dialect: Dialect) -> str | Unwritable:
    """Write an answer so that readers of the site see it as GitHub shows it."""
    shaped = dialect.shape(markdown)
    if isinstance(shaped, Unwritable):
        return shaped
    written = []
    for piece in read_pieces(shaped):
        text = _written(piece, dialect)
        if isinstance(text, Unwritable):
            return text
        written.append(text)
    return "\n".join(written)


def write_heading(question: str, dialect: Dialect) -> str | Unwritable:
    """Write a question as the text of a heading; what stands between backticks is code."""
    if dialect.heading_attributes and dialect.heading_attributes.search(question):
        return Unwritable.QUESTION
    if dialect.two_braces and "{{" in question:
        return Unwritable.TEMPLATE
    pieces = split_code(question)
    prose = [heading_text(piece) for piece in pieces[::2]]
    paired = _paired("".join(prose), dialect)
    pieces[::2] = [_prose(piece, dialect, paired) for piece in prose]
    return "".join(pieces)


def read(written: str, dialect: Dialect) -> str:
    """Read what `write` wrote as plain Markdown; written again it is the same.

    Lists and code stand as the dialect has them: that is Markdown as well.
    """
    return "\n".join(_read(piece, dialect) for piece in read_pieces(written))


def _written(piece: Piece, dialect: Dialect) -> str | Unwritable:
    match piece:
        case Structure():
            return piece.text
        case Paragraph():
            return _write_paragraph(piece, dialect)
        case Listing():
            return _write_listing(piece, dialect)


def _write_listing(listing: Listing, dialect: Dialect) -> str | Unwritable:
    if not listing.opening and not dialect.indented_code:
        return Unwritable.INDENTED_CODE
    shown = Code(listing.content, listing.language)
    code = dialect.write_code(shown)
    if isinstance(code, Unwritable) or code == shown:
        return code if isinstance(code, Unwritable) else listing.text
    return _with_code(listing, code) or Unwritable.INTERRUPTED_CODE


def _with_code(listing: Listing, code: Code) -> str | None:
    """The block with other code; None where its lines cannot be told from what is before them."""
    lines = tuple(code.content.split("\n"))
    if "\n".join(listing.lines) != listing.content or len(lines) != len(listing.lines):
        return None
    opening = listing.opening
    if code.language != listing.language:
        opening = opening.rstrip().removesuffix(listing.language) + (code.language or "")
    return replace(listing, opening=opening, lines=lines).text


def _write_paragraph(paragraph: Paragraph, dialect: Dialect) -> str | Unwritable:
    prose = "".join(part for part in paragraph.parts if isinstance(part, str))
    paired = _paired(prose, dialect)
    text = ""
    for part in paragraph.parts:
        if isinstance(part, Span):
            span = _write_span(part, dialect, in_table=paragraph.in_table)
            if isinstance(span, Unwritable):
                return span
            text += span
        elif part == "|" and paragraph.in_table:
            text += part
        else:
            begins = not text
            text += _prose(_with_line_starts(part, dialect, begins=begins), dialect, paired)
    return text


def _paired(prose: str, dialect: Dialect) -> frozenset[str]:
    return frozenset(sign for sign in dialect.paired if prose.count(sign) > 1)


def _with_line_starts(text: str, dialect: Dialect, *, begins: bool) -> str:
    """Write the beginnings of lines that are more than text as references."""
    if dialect.line_start is None:
        return text
    written, end = "", 0
    for prefix in _PREFIX.finditer(text):
        start = prefix.end()
        if (prefix.start() or begins) and dialect.line_start.match(text, start):
            character = text[start + 1] if text[start] == "\\" else text[start]
            written += text[end:start] + reference(character)
            end = start + (2 if text[start] == "\\" else 1)
    return written + text[end:]


def _write_span(span: Span, dialect: Dialect, *, in_table: bool) -> str | Unwritable:
    shown = span.content.replace("\\|", "|") if in_table else span.content
    code = dialect.write_code(Code(shown))
    if isinstance(code, Unwritable):
        return code
    content = (
        code.content.replace("|", "\\|") if in_table and dialect.bars_in_code else code.content
    )
    return f"{span.ticks}{content}{span.ticks}{code.suffix}"


def _prose(text: str, dialect: Dialect, paired: frozenset[str]) -> str:
    def written(found: re.Match[str]) -> str:
        if found["link"]:
            return found[0]
        if found["double"]:
            return dialect.two_braces or reference("{") * 2
        if found["break"]:
            return found[0] if dialect.breaks_by_backslash else "  \n"
        if sign := found["sign"]:
            return reference(sign) if sign in dialect.referenced or sign in paired else sign
        if colon := found["colon"]:
            return reference(colon) if dialect.emoji else colon
        return _escaped(found["escaped"], dialect, paired)

    return _SIGN.sub(written, text)


def _escaped(character: str, dialect: Dialect, paired: frozenset[str]) -> str:
    if character in paired or (character in dialect.referenced and character != "|"):
        return reference(character)
    if character not in dialect.shown_escapes:
        return f"\\{character}"
    if character in _PLAIN or character in dialect.paired:
        return character
    return reference(character)


def _read(piece: Piece, dialect: Dialect) -> str:
    match piece:
        case Structure():
            return piece.text
        case Paragraph():
            return _read_paragraph(piece, dialect)
        case Listing():
            shown = dialect.read_code(Code(piece.content, piece.language))
            return _with_code(piece, shown) or piece.text


def _read_paragraph(paragraph: Paragraph, dialect: Dialect) -> str:
    text, suffix = "", ""
    for part in paragraph.parts:
        if isinstance(part, Span):
            code = dialect.read_code(Code(part.content))
            content, suffix = code.content, code.suffix
            if paragraph.in_table and not dialect.bars_in_code:
                content = content.replace("|", "\\|")
            text += f"{part.ticks}{content}{part.ticks}"
        else:
            text += _read_prose(part.removeprefix(suffix), dialect)
            suffix = ""
    return text


def _read_prose(text: str, dialect: Dialect) -> str:
    if dialect.two_braces:
        text = text.replace(dialect.two_braces, "{{")

    def meant(found: re.Match[str]) -> str:
        character = _NAMED[found["name"]] if found["name"] else chr(int(found["number"]))
        is_link = character == ":" and text[found.end() : found.end() + 2] == "//"
        return f"\\{character}" if character in _ALWAYS_ESCAPED or is_link else character

    text = _REFERENCE.sub(meant, text)
    if dialect.paired & dialect.shown_escapes:
        return _BARE.sub(lambda found: found["kept"] or f"\\{found[0]}", text)
    return text
