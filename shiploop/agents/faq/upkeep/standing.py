"""How each entry of the FAQ stands against today's documents, and which are asked again.

What an entry cites is compared by its hash. Only where that has changed is the question answered
anew, from the documents alone; that takes some 20 ms, so a sweep does it for a number of entries,
and the next one goes on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from shiploop.agents.faq.dialects.dialect import Dialect
from shiploop.agents.faq.dialects.plain import GFM
from shiploop.agents.faq.document.entry import Entry, entry_id, read_entry
from shiploop.agents.faq.document.faq_files import FAQ_PATH
from shiploop.agents.faq.document.proposed import drafted_in
from shiploop.agents.faq.gate.citation import without_citation
from shiploop.agents.faq.question import Question, check_question
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.agents.faq.upkeep.cited import (
    Find,
    cited_sections,
    is_made_of,
    made_of,
    sources_of,
)
from shiploop.agents.faq.upkeep.moved import Search, find_moved
from shiploop.agents.faq.upkeep.quoted import NEARLY_QUOTED, is_quoted, share_quoted
from shiploop.domain.delivery.change import Sighting
from shiploop.domain.limits import MAX_ANSWERED_ANEW
from shiploop.domain.upkeep.kept import Kept, Noted, Recall, Standing

# Where so many have lost what they cite, it is rather that the documents are not read rightly.
_MOST_GONE: Final = 0.5
_GONE_BY_CHANCE: Final = 4


@dataclass(frozen=True, slots=True)
class Today:
    """The documents as they are: their sections, and the answer that they give to a question.

    `search` gives the sections that have most of a text's words.
    `answer` gives None where they do not answer, and asks no language model. `page` is where the
    site shows the FAQ. Of what is `unread`, a page by its path, nobody knows what it says.
    Entries stand in the FAQ in its `dialect`.
    """

    find: Find
    search: Search
    answer: Callable[[str], str | None]
    page: Sighting
    unread: frozenset[str] = frozenset()
    dialect: Dialect = GFM


def look_after(
    faq: str, today: Today, recall: Recall, most: int, path: str = FAQ_PATH
) -> tuple[Kept, ...]:
    """Every entry of ours in the FAQ at `path`; `most` of those that are due have a request."""
    look = _Look(today, most)
    ours = [read_entry(entry, today.dialect) for entry in drafted_in(faq, path)]
    noted = recall({entry.question_hash: entry.trace_id for entry in ours})
    found = [look.at(entry, noted.get(entry.question_hash, Noted())) for entry in ours]
    if not look.doubts_the_documents(len(found)):
        return tuple(found)
    return tuple(
        replace(kept, request=None) if kept.standing is Standing.GONE else kept for kept in found
    )


class _Look:
    """Looks at one entry after the other, and answers as many anew as one sweep may."""

    def __init__(self, today: Today, most: int) -> None:
        self._today = today
        self._most = most
        self._asked = 0
        self._answered = 0
        self._lost: list[Standing | None] = []  # of entries without a section; None: not answered

    def at(self, entry: Entry, noted: Noted) -> Kept:
        """How an entry stands, and the request where it is due."""
        sources = sources_of(entry.answer)
        cited = cited_sections(sources, self._today.find)
        there = [section for section in cited if section is not None]
        unread = self._today.unread.intersection(source.path for source in sources)
        of_today = made_of(entry.answer, cited)
        standing, request = self._by_hash(entry, of_today, noted, there, len(cited)), None
        if standing is None and unread and len(there) < len(cited):
            standing = Standing.CURRENT
        if standing is None:
            answered = self._by_answer(entry, there) if self._may_answer else None
            if not there:
                self._lost.append(answered)
            standing = answered or (Standing.CHANGED if there else Standing.GONE)
            request = self._request(entry, answered) if answered else None
        return Kept(
            key=entry.question_hash,
            title=entry.question,
            task_id=entry.trace_id,
            place=replace(self._today.page, anchor=entry_id(entry)),
            sources=sources,
            standing=standing,
            made_of=of_today,
            request=request,
        )

    def doubts_the_documents(self, entries_in_all: int) -> bool:
        """True where most entries have no section any more, and most of those no answer."""
        answered = [standing for standing in self._lost if standing is not None]
        gone = answered.count(Standing.GONE)
        most_are_lost = len(self._lost) > max(_GONE_BY_CHANCE, _MOST_GONE * entries_in_all)
        return most_are_lost and gone > _MOST_GONE * len(answered)

    @property
    def _may_answer(self) -> bool:
        # Once nothing more is asked, the next sweep finds out how the rest stands.
        enough = self._most > 0 and self._asked >= self._most
        return self._answered < MAX_ANSWERED_ANEW and not enough

    def _request(self, entry: Entry, standing: Standing) -> Mapping[str, Any] | None:
        if not standing.is_due or self._asked >= self._most:
            return None
        self._asked += 1
        return {"question": entry.question, "again": True}

    def _by_hash(
        self, entry: Entry, of_today: str, noted: Noted, there: Sequence[Section], cited: int
    ) -> Standing | None:
        """How it stands, where that can be told without an answer."""
        if of_today == noted.made_of:
            return Standing.CURRENT
        if not cited or _is_edited(entry, noted):
            return Standing.EDITED
        if of_today == noted.asked:
            return Standing.ASKED
        if noted.made_of or len(there) < cited:
            return None
        # Nobody knows what it was made of. In its own words it is taken for what is said there.
        share = share_quoted(entry.answer, there)
        return None if NEARLY_QUOTED <= share < 1 else Standing.CURRENT

    def _by_answer(self, entry: Entry, there: Sequence[Section]) -> Standing:
        self._answered += 1
        answer = self._today.answer(entry.question)
        if answer == entry.answer:
            return Standing.CURRENT
        if answer is None:
            if is_quoted(entry.answer, there):
                return Standing.CURRENT
            if find_moved(entry.answer, self._today.search) is not None:
                return Standing.MOVED
            return Standing.CHANGED if there else Standing.GONE
        is_same = without_citation(answer) == without_citation(entry.answer)
        return Standing.MOVED if is_same else Standing.CHANGED


def _is_edited(entry: Entry, noted: Noted) -> bool:
    """True where a person has changed the question or the answer."""
    question = check_question(entry.question)
    if not isinstance(question, Question) or question.hash != entry.question_hash:
        return True
    return bool(noted.made_of) and not is_made_of(noted.made_of, entry.answer)
