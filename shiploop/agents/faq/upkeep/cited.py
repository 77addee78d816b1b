"""What an entry cites, read back from its last line, and a hash of what stands there."""

import hashlib
import posixpath
from collections.abc import Callable, Iterable, Iterator
from typing import Final
from urllib.parse import unquote

from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.agents.faq.gate.citation import without_citation
from shiploop.agents.faq.gate.text import read_text
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.domain.delivery.change import Source

_FOLDER: Final = posixpath.dirname(FAQ_PATH)
_HASH_CHARACTERS: Final = 16
_NOT_THERE: Final = "-"

# The section at a path and an anchor, where there is one.
Find = Callable[[str, str], Section | None]


def sources_of(answer: str) -> tuple[Source, ...]:
    """The sections that an answer names as its sources; none where its last line names none."""
    last = answer.removeprefix(without_citation(answer))
    return tuple(_sources(last)) if last else ()


def _sources(line: str) -> Iterator[Source]:
    for link in read_text(line).links:
        page, _, anchor = link.href.partition("#")
        path = posixpath.normpath(posixpath.join(_FOLDER, unquote(page)))
        yield Source(path, unquote(anchor), link.text)


def cited_sections(sources: Iterable[Source], find: Find) -> tuple[Section | None, ...]:
    """The sections of an answer's sources, None for one that is not there any more."""
    return tuple(find(source.path, source.anchor) for source in sources)


def made_of(answer: str, cited: Iterable[Section | None]) -> str:
    """A hash of an answer, then one of each section that it cites, with what marks it."""
    found = (_NOT_THERE if section is None else _digest(_said(section)) for section in cited)
    return " ".join([hash_of_answer(answer), *found])


def _said(section: Section) -> str:
    return "\n".join((section.text, *section.marks))


def hash_of_answer(answer: str) -> str:
    """What `made_of` begins with."""
    return _digest(answer)


def is_made_of(noted: str, answer: str) -> bool:
    """True where what was noted is about this very answer."""
    return noted.partition(" ")[0] == hash_of_answer(answer)


def _digest(text: str) -> str:
    # A line that is broken elsewhere says the same.
    folded = " ".join(text.split())
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_CHARACTERS]
