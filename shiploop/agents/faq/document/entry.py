"""One entry of the FAQ: its value, its rendered form, and what an answer must not contain."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from markdown_it import MarkdownIt

from shiploop.agents.faq.dialects.dialect import Dialect, Unwritable
from shiploop.agents.faq.dialects.plain import GFM
from shiploop.agents.faq.dialects.writing import read, write, write_heading
from shiploop.agents.faq.document.form import Form, Shape
from shiploop.agents.faq.document.markers import PROBE, match_marker, unify_newlines
from shiploop.agents.faq.document.question_text import read_question, write_question
from shiploop.agents.faq.question import question_hash
from shiploop.domain.markdown import shared

_HASH_CHARACTERS_IN_ID: Final = 8
_LINES: Final = (Shape.LINE, Shape.INDENTED, Shape.DEFINED)
_ENTRIES_REMEMBERED: Final = 4096
_ANSWERS_REMEMBERED: Final = 64
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_LEADING_BLANK_LINES: Final = re.compile(r"\A(?:[ \t]*\n)+")

_COMMONMARK: Final = shared(MarkdownIt("commonmark"))


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


def in_dialect(entry: Entry, dialect: Dialect) -> Entry | Unwritable:
    """An entry with its answer as the dialect writes it, or why that cannot be."""
    if dialect.shows_comments:
        return Unwritable.COMMENT
    heading, answer = write_heading(entry.question, dialect), write(entry.answer, dialect)
    if isinstance(heading, Unwritable):
        return heading
    return answer if isinstance(answer, Unwritable) else replace(entry, answer=answer)


def read_entry(entry: Entry, dialect: Dialect) -> Entry:
    """An entry of a document with its answer as plain Markdown."""
    return replace(entry, answer=read(entry.answer, dialect))


def render_entry(entry: Entry, form: Form, dialect: Dialect = GFM) -> str:
    """Write an entry as Markdown in that form, from marker to marker.

    Its answer is as the dialect has it already: see `in_dialect`.
    Raises UnsafeEntryError when the answer is not self-contained (see `answer_problem`), or
    when reading the text back would not give this entry, because of a value no marker can hold.
    """
    answer = clean_answer(entry.answer)
    problem = answer_problem(answer)
    if problem is not None:
        raise UnsafeEntryError(problem)
    heading = write_heading(entry.question, dialect)
    if isinstance(heading, Unwritable):
        raise UnsafeEntryError(heading.value)
    name, comment = entry_id(entry), dialect.comment
    opening = comment.around(
        f"shiploop:entry {name} hash={entry.question_hash} trace={entry.trace_id}"
    )
    inner = f"\n\n{write_question(form, heading, answer, entry.slug)}\n\n"
    marker = match_marker(opening)
    parsed = parse_entry(marker, inner) if marker else None
    if parsed is None or parsed[0] != replace(entry, answer=answer):
        raise UnsafeEntryError("The question or one of the entry's ids cannot be written.")
    return f"{opening}{inner}{comment.around(f'/shiploop:entry {name}')}"


def parse_entry(opening: re.Match[str], inner: str) -> tuple[Entry, Form] | None:
    """Read an entry and its form from its opening marker and the text up to the other.

    None when the text does not begin with a question or the marker's id and hash disagree.
    """
    return _parse(opening["opens"], opening["hash"], opening["trace"], inner)


@lru_cache(maxsize=_ENTRIES_REMEMBERED)  # a document changes by one entry at a time
def _parse(name: str, hash_: str, trace_id: str, inner: str) -> tuple[Entry, Form] | None:
    text = unify_newlines(inner)
    suffix = "-" + hash_[:_HASH_CHARACTERS_IN_ID]
    begin = _LEADING_BLANK_LINES.match(text)
    if begin is None or not name.endswith(suffix) or name == suffix:
        return None
    read = read_question(text[begin.end() :])
    if read is None:
        return None
    form, asked, answer = read
    question = next((each for each in reversed(asked) if question_hash(each) == hash_), None)
    marked = any(character.isalpha() or character in "*_" for character in form.before)
    if question is None and form.shape in _LINES and not marked:
        return None  # a line like any other
    slug = name.removesuffix(suffix)
    return Entry(question or asked[0], hash_, slug, trace_id, clean_answer(answer)), form


def clean_answer(answer: str) -> str:
    """Make line ends `\\n` and drop the blank lines around an answer."""
    return _LEADING_BLANK_LINES.sub("", unify_newlines(answer)).rstrip()


@lru_cache(maxsize=_ANSWERS_REMEMBERED)  # an entry is written some ten times until it is merged
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
