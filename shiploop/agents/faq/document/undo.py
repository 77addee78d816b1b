"""Takes back what one merge did to the entries of the FAQ, on the FAQ as it stands today."""

from dataclasses import dataclass

from shiploop.agents.faq.document.document import (
    Entry,
    UnsafeDocumentError,
    entries,
    entry_id,
    find,
    put_back,
)
from shiploop.agents.faq.document.markers import marker_lines


@dataclass(frozen=True, slots=True)
class UndoConflict:
    """An entry that somebody has changed since, so that a person has to take it back."""

    question: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Change:
    """What a merge did to the entry of one question; None: there was none, or is none any more."""

    question_hash: str
    before: Entry | None
    after: Entry | None

    @property
    def question(self) -> str:
        known = self.after or self.before
        return known.question if known else ""


def undo_entries(today: str, before: str, after: str) -> str | UndoConflict | None:
    """Take the change from `before` to `after`, a merge's parent and the merge, out of `today`.

    What a later task made of an entry stays, and what is gone stays gone. None when the merge
    changed more than entries: undoing those on `after` does not give `before` byte for byte.
    """
    changes = _changes(before, after)
    try:
        undone = after
        for change in changes:
            undone = put_back(undone, change.question_hash, before)
    except UnsafeDocumentError:
        return None
    if undone != before:
        return None
    for change in changes:
        edited = _undo_today(today, change, before)
        if isinstance(edited, UndoConflict):
            return edited
        today = edited
    return today


def _changes(before: str, after: str) -> list[_Change]:
    old = {entry.question_hash: entry for entry in entries(before)}
    new = {entry.question_hash: entry for entry in entries(after)}
    return [
        _Change(each, old.get(each), new.get(each))
        for each in {**new, **old}
        if old.get(each) != new.get(each)
    ]


def _undo_today(today: str, change: _Change, before: str) -> str | UndoConflict:
    present = find(today, change.question_hash)
    if present != change.after:
        return _changed_since(today, change, present)
    try:
        return put_back(today, change.question_hash, before)
    except UnsafeDocumentError as error:
        return UndoConflict(change.question, f"the entry cannot be put back: {error}")


def _changed_since(today: str, change: _Change, present: Entry | None) -> str | UndoConflict:
    """Today's entry is not what the merge wrote: fine, unless a person's hand is in it."""
    written = change.after
    if written is None or (present is not None and present.trace_id != written.trace_id):
        return today
    if present is not None:
        return UndoConflict(change.question, "a person has edited the entry since")
    if _has_a_marker_of(today, written):
        return UndoConflict(change.question, "a person has broken the entry's markers")
    return today


def _has_a_marker_of(document: str, entry: Entry) -> bool:
    name = entry_id(entry)
    return any(name in (found["opens"], found["closes"]) for found in marker_lines(document))
