"""What a proposal of the FAQ agent is made of: an entry, and the file that it stands in."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any, Final

from shiploop.agents.faq.document.document import as_written, drafted_entries, find
from shiploop.agents.faq.document.entry import Entry
from shiploop.agents.faq.document.faq_files import FAQ_PATH
from shiploop.agents.faq.document.moved_links import links_as_drafted, links_from

_PATH: Final = "path"
_OF_ENTRY: Final = frozenset(field.name for field in fields(Entry))


def content_of(entry: Entry, path: str) -> dict[str, Any]:
    """The content of a proposal; the usual file is not named, as it was before others were."""
    return asdict(entry) if path == FAQ_PATH else {**asdict(entry), _PATH: path}


def entry_in(content: Mapping[str, Any]) -> Entry:
    """The entry of a proposal, as it was drafted."""
    return Entry(**{name: value for name, value in content.items() if name in _OF_ENTRY})


def path_in(content: Mapping[str, Any]) -> str:
    """The file that a proposal is about."""
    return str(content.get(_PATH, FAQ_PATH))


def entry_for(entry: Entry, path: str) -> Entry:
    """A drafted entry with its links as they lead from a file."""
    return replace(entry, answer=links_from(entry.answer, path))


def drafted_in(document: str, path: str) -> tuple[Entry, ...]:
    """Our entries in the file at `path`, as they were drafted."""
    return tuple(
        replace(entry, answer=links_as_drafted(entry.answer, path))
        for entry in drafted_entries(document)
    )


def same_answer(entry: Entry, document: str) -> Entry | None:
    """The entry of another task that says the same already."""
    present = find(document, entry.question_hash)
    if present is None or present.trace_id == entry.trace_id:
        return None
    return present if present.answer == as_written(document, entry).answer else None
