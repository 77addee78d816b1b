"""The FAQ document: read, insert, replace and remove our entries; every other byte stays.

A document is text decoded from UTF-8 without newline translation. An entry of ours looks so:

    <!-- shiploop:entry how-do-i-export-my-data-3fa2b1c0 hash=<64 hex> trace=<uuid> -->

    ## How do I export my data?

    Answer.

    <!-- /shiploop:entry how-do-i-export-my-data-3fa2b1c0 -->

and its question and answer as the file has its own, or with `{/*` and `*/}` around the markers,
where the site reads MDX. A marker inside a code fence, indented code or an HTML block, one without
its partner, and a repeated question hash are plain text. Each entry owns the blank line before it,
and the line that lists it in a table of contents, so that inserting and removing are exact
inverses. The order of insertions leaves no trace but in the numbers of questions, in a file that
numbers them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from shiploop.agents.faq.dialects.dialect import Dialect
from shiploop.agents.faq.dialects.plain import GFM
from shiploop.agents.faq.document.blocks import (
    Apart,
    Block,
    find_blocks,
    removed_with,
    take_apart,
)
from shiploop.agents.faq.document.contents import (
    link_to,
    listed,
    relisted,
    unlisted,
)
from shiploop.agents.faq.document.entry import (
    Entry,
    UnsafeEntryError,
    answer_problem,
    clean_answer,
    entry_id,
    render_entry,
)
from shiploop.agents.faq.document.faq_files import FAQ_PATH
from shiploop.agents.faq.document.form import Form, Shape
from shiploop.agents.faq.document.habits import habits_of
from shiploop.agents.faq.document.index_page import asks_in_data, is_index
from shiploop.agents.faq.document.kin import Kin, find_kin, kin_of, kin_of_block, link_of
from shiploop.agents.faq.document.lines import STANDS_ALONE
from shiploop.agents.faq.document.markers import NEWLINE, unify_newlines
from shiploop.agents.faq.document.styling import as_drafted, styled

__all__ = [
    "FAQ_PATH",
    "Entry",
    "UnsafeDocumentError",
    "UnsafeEntryError",
    "as_written",
    "drafted_entries",
    "entries",
    "entry_id",
    "find",
    "insert",
    "put_back",
    "remove",
]

_BOM: Final = "\ufeff"
_INDEX: Final = (
    "The document is only an index of other files: SHIPLOOP_FAQ_PATHS names the one that answers."
)
_IN_DATA: Final = (
    "The document's questions stand in its front matter or in data of its page, not in its text."
)
_HEADINGS: Final = (Shape.ATX, Shape.CLOSED, Shape.SETEXT)


class UnsafeDocumentError(ValueError):
    """A document to which nothing can be added, and why."""


def entries(document: str) -> tuple[Entry, ...]:
    """List our entries in the order in which they stand."""
    return tuple(block.entry for block in find_blocks(document.removeprefix(_BOM)))


def find(document: str, question_hash: str) -> Entry | None:
    """Return our entry for a question, or None."""
    found = (entry for entry in entries(document) if entry.question_hash == question_hash)
    return next(found, None)


def drafted_entries(document: str) -> tuple[Entry, ...]:
    """List our entries with their answers as they were drafted, before the file's habits."""
    body = document.removeprefix(_BOM)
    habits = habits_of(take_apart(body, find_blocks(body)).text)
    return tuple(
        replace(entry, answer=as_drafted(entry.answer, habits)) for entry in entries(document)
    )


def as_written(document: str, entry: Entry) -> Entry:
    """An entry as it is read back once it was inserted: its answer as the file has its own."""
    body = document.removeprefix(_BOM)
    return _as_written(take_apart(body, find_blocks(body)).text, entry)


def insert(document: str, entry: Entry, dialect: Dialect = GFM) -> str:
    """Put an entry in its place; one for the same question is replaced where it stands.

    The place is among its kin: before the first of our entries in their section with a greater
    (slug, hash), else after the last of ours there, else after the last of theirs. It is written
    as they are; the level of a heading is the one that most of our entries have, else theirs.
    Raises UnsafeEntryError, and UnsafeDocumentError when nothing can be put there.
    """
    body = document.removeprefix(_BOM)
    edited = _Edit.of(body, entry, dialect).inserted()
    return document[: len(document) - len(body)] + edited


def put_back(document: str, question_hash: str, earlier: str) -> str:
    """Put an entry in its place as it stands in an earlier document, byte by byte.

    Where that has none it is removed. Raises UnsafeDocumentError as `insert` does.
    """
    body, old = document.removeprefix(_BOM), earlier.removeprefix(_BOM)
    block = next((b for b in find_blocks(old) if b.entry.question_hash == question_hash), None)
    if block is None:
        return remove(document, question_hash)
    text = unify_newlines(old[block.marker : block.end])
    edited = replace(_Edit.of(body, block.entry), text=text).inserted()
    return document[: len(document) - len(body)] + edited


def remove(document: str, question_hash: str) -> str:
    """Take an entry out again; a document without it is returned as it is."""
    body = document.removeprefix(_BOM)
    entry = find(body, question_hash)
    if entry is None:
        return document
    edited = _Edit.of(body, entry).removed()
    return document[: len(document) - len(body)] + edited


@dataclass(frozen=True, slots=True)
class _Edit:
    """A document, an entry, and the kin among which it stands or is to stand.

    `text` is how the entry is written where that is known: it is rendered in the dialect else.
    """

    body: str
    entry: Entry
    blocks: Sequence[Block]
    apart: Apart
    kin: Kin
    dialect: Dialect = GFM
    text: str = ""

    @classmethod
    def of(cls, body: str, entry: Entry, dialect: Dialect = GFM) -> "_Edit":
        blocks = find_blocks(body)
        apart = take_apart(body, blocks)
        there = _there(blocks, entry)
        kin = (
            kin_of(entry.question, entry.answer, find_kin(apart.text))
            if there is None
            else kin_of_block(body, apart, blocks[there])
        )
        return cls(body, _as_written(apart.text, entry), blocks, apart, kin, dialect)

    def inserted(self) -> str:
        present = self._present()
        if present is not None:
            return self._replaced(self.blocks[present])
        ours = self._ours()
        form = self._form(ours)
        place, before, after = self._place(ours, numbered=form.number is not None)
        newline = self._newline()
        text = self._rendered(form)
        if (
            before and newline == "\n" and self.body[:place].endswith("\r")
        ):  # both would be one line break
            place = len(self.body[:place].rstrip("\r\n"))
        text = newline * before + text + newline * after
        edited = self.body[:place] + text + self.body[place:]
        if self.kin.contents is None:
            return edited
        above = {self._link(block) for block in ours if block.end <= place}
        link = link_to(
            self.entry.question, self.entry.slug, form, numbered=self.kin.contents.numbered
        )
        begin = self._contents_begin()
        begin += len(text) if begin > place else 0
        return listed(edited, begin, self.kin.contents, link, above)

    def removed(self) -> str:
        present = self._present()
        assert present is not None
        block = self.blocks[present]
        start, end = removed_with(self.body, self.blocks, present)
        edited = self.body[:start] + self.body[end:]
        if self.kin.contents is None:
            return edited
        begin = self._contents_begin()
        begin -= end - start if begin > start else 0
        return unlisted(edited, begin, self.kin.contents, self._link(block))

    def _replaced(self, block: Block) -> str:
        form = self._form(self._ours())
        if block.form.number is not None and form.number is not None:
            form = form.numbered(block.form.number)
        text = self._rendered(form)
        edited = self.body[: block.marker] + text + self.body[block.end :]
        if self.kin.contents is None:
            return edited
        link = link_to(
            self.entry.question, self.entry.slug, form, numbered=self.kin.contents.numbered
        )
        begin = self._contents_begin()
        begin += len(edited) - len(self.body) if begin > block.marker else 0
        return relisted(edited, begin, self._link(block), link)

    def _present(self) -> int | None:
        return _there(self.blocks, self.entry)

    def _ours(self) -> list[Block]:
        """Our entries in the section, in order."""
        begin, end = self.kin.begin, self.kin.end
        return [block for at, block in self.apart.blocks if begin < at <= end]

    def _place(self, ours: Sequence[Block], *, numbered: bool) -> tuple[int, int, int]:
        """Find the offset for a new entry and how many line breaks it needs before and after."""
        key = (self.entry.slug, self.entry.question_hash)
        for block in ours:
            if block.key > key and not numbered:
                at_top = block.start == block.marker
                return (block.start, 0, 2) if at_top else (block.start, 2, 0)
        if ours:
            return ours[-1].end, 2, 0
        if is_index(self.apart.text):
            raise UnsafeDocumentError(_INDEX)
        if not self.kin.asking and asks_in_data(self.apart.text):
            raise UnsafeDocumentError(_IN_DATA)
        if self.kin.place is None:
            raise UnsafeDocumentError("The document ends inside a code fence or an HTML block.")
        place = self.apart.in_body(self.kin.place)
        if place and self.body[place - 1] in "\r\n" and self.body.startswith(STANDS_ALONE, place):
            return place, 0, 2
        return place, 2 if place else 0, 0

    def _form(self, ours: Sequence[Block]) -> Form:
        form = self.kin.form
        if not self.kin.questions and ours:
            form = ours[-1].form
        levels = Counter(block.form.level for block in ours if block.form.shape in _HEADINGS)
        if levels and form.shape in _HEADINGS:
            level = min(levels, key=lambda each: (-levels[each], each))
            form = replace(form, level=level)
        if form.number is None:
            return form
        counted = self.blocks if self.kin.is_counted_on else ours
        numbers = (block.form.number or 0 for block in counted)
        return form.numbered(max(form.number, *numbers, 0) + 1)

    def _link(self, block: Block) -> str:
        assert self.kin.contents
        return link_of(block, self.kin.contents)

    def _contents_begin(self) -> int:
        assert self.kin.contents
        return self.apart.in_body(self.kin.contents.begin)

    def _rendered(self, form: Form) -> str:
        text = self.text or render_entry(self.entry, form, self.dialect)
        return text.replace("\n", self._newline())

    def _newline(self) -> str:
        first = NEWLINE.search(self.body)
        return first[0] if first else "\n"


def _there(blocks: Sequence[Block], entry: Entry) -> int | None:
    found = (i for i, b in enumerate(blocks) if b.entry.question_hash == entry.question_hash)
    return next(found, None)


def _as_written(text: str, entry: Entry) -> Entry:
    answer = clean_answer(entry.answer)
    if answer_problem(answer) is not None:
        return entry
    return replace(entry, answer=styled(answer, habits_of(text)))
