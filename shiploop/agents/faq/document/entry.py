"""One entry of the FAQ: its value, its rendered form, and what an answer must not contain."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from markdown_it import MarkdownIt

from shiploop.agents.faq.document.markers import MARKER, PROBE, unify_newlines
from shiploop.agents.faq.question import heading_text, unescape_heading

_HASH_CHARACTERS_IN_ID: Final = 8
_ENTRIES_REMEMBERED: Final = 4096
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_HEADING: Final = re.compile(r"\A(?:[ \t]*\n)+(?P<marks>#{1,6})[ \t]+(?P<text>[^ \t\n][^\n]*)")
_CLOSING_SEQUENCE: Final = re.compile(r"(?<![ \t])[ \t]+#+[ \t]*$")
_LEADING_BLANK_LINES: Final = re.compile(r"\A(?:[ \t]*\n)+")

_COMMONMARK: Final = MarkdownIt("commonmark")


class UnsafeEntryError(ValueError):
    """An entry that could not stand in a document without changing what is around it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A question and its answer (Markdown, `\\n` line ends, no blank lines around it)."""

    question: str
    question_hash: str
    slug: str
    trace_id: str
    answer: str


def entry_id(entry: Entry) -> str:
    """Name an entry for its marker and its anchor on the site; the same however it is edited."""
    return f"{entry.slug}-{entry.question_hash[:_HASH_CHARACTERS_IN_ID]}"


def render_entry(entry: Entry, level: int) -> str:
    """Write an entry as Markdown under a heading of that level, from marker to marker.

    Raises UnsafeEntryError when the answer is not self-contained (see `answer_problem`), or
    when reading the text back would not give this entry, because of a value no marker can hold.
    """
    answer = clean_answer(entry.answer)
    problem = answer_problem(answer)
    if problem is not None:
        raise UnsafeEntryError(problem)
    name = entry_id(entry)
    opening = f"<!-- shiploop:entry {name} hash={entry.question_hash} trace={entry.trace_id} -->"
    inner = f"\n{'#' * level} {heading_text(entry.question)}\n\n{answer}\n\n"
    marker = MARKER.fullmatch(opening)
    if marker is None or parse_entry(marker, inner) != (replace(entry, answer=answer), level):
        raise UnsafeEntryError("The question or one of the entry's ids cannot be written.")
    return f"{opening}{inner}<!-- /shiploop:entry {name} -->"


def parse_entry(opening: re.Match[str], inner: str) -> tuple[Entry, int] | None:
    """Read an entry and its heading level from its opening marker and the text up to the other.

    None when the text does not begin with a heading or the marker's id and hash disagree.
    """
    return _parse(opening["opens"], opening["hash"], opening["trace"], inner)


@lru_cache(maxsize=_ENTRIES_REMEMBERED)  # a document changes by one entry at a time
def _parse(name: str, question_hash: str, trace_id: str, inner: str) -> tuple[Entry, int] | None:
    text = unify_newlines(inner)
    heading = _HEADING.match(text)
    suffix = "-" + question_hash[:_HASH_CHARACTERS_IN_ID]
    if heading is None or not name.endswith(suffix) or name == suffix:
        return None
    question = unescape_heading(_CLOSING_SEQUENCE.sub("", heading["text"]).strip(" \t"))
    answer = clean_answer(text[heading.end() :])
    entry = Entry(question, question_hash, name.removesuffix(suffix), trace_id, answer)
    return entry, len(heading["marks"])


def clean_answer(answer: str) -> str:
    """Make line ends `\\n` and drop the blank lines around an answer."""
    return _LEADING_BLANK_LINES.sub("", unify_newlines(answer)).rstrip()


def answer_problem(answer: str) -> str | None:
    """Say why an answer would not stay within its entry, or None.

    An unclosed fence or raw HTML can swallow the entries that follow, a heading would look like
    an entry, and the first definition of a link's label holds for the whole document.
    """
    if not answer:
        return "The answer is blank."
    if _UNWRITABLE.search(answer):
        return "The answer contains control characters."
    environment: dict[str, object] = {}
    tokens = _COMMONMARK.parse(f"{answer}\n\n{PROBE}", environment)
    probe = tokens.pop()
    if probe.type != "html_block" or probe.level or probe.content != PROBE:
        return "The answer leaves a code fence or an HTML block open."
    nested = [child for token in tokens for child in token.children or ()]
    if any(token.type in ("html_block", "html_inline") for token in (*tokens, *nested)):
        return "The answer contains raw HTML."
    if any(token.type == "heading_open" for token in tokens):
        return "The answer contains a heading."
    if environment.get("references"):
        return "The answer defines a link label."
    return None
