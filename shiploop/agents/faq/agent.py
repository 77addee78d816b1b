"""The first agent: answers a question in the FAQ, from the repository's own documents."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from shiploop.agents.agent import Documents, World
from shiploop.agents.faq.answering.answer import (
    Answer,
    Generator,
    Unanswered,
    plain_texts,
)
from shiploop.agents.faq.answering.draft import Draft
from shiploop.agents.faq.answering.near_duplicate import find_duplicate
from shiploop.agents.faq.document.document import (
    FAQ_PATH,
    UnsafeDocumentError,
    UnsafeEntryError,
    find,
    insert,
)
from shiploop.agents.faq.document.entry import Entry, clean_answer, entry_id, render_entry
from shiploop.agents.faq.document.undo import UndoConflict, undo_entries
from shiploop.agents.faq.drafting import Drafter
from shiploop.agents.faq.gate.gate import Candidate, Refusal, check_answer, refusal_reason
from shiploop.agents.faq.gate.lint import lint
from shiploop.agents.faq.judging.judge import Nearness
from shiploop.agents.faq.judging.small_model import small_model
from shiploop.agents.faq.question import (
    AskRequest,
    Question,
    QuestionProblem,
    check_question,
    question_hash,
)
from shiploop.agents.faq.retrieval.documentation import Documentation
from shiploop.agents.faq.retrieval.library import Librarian, Library
from shiploop.agents.faq.upkeep.gaps import find_gaps
from shiploop.agents.faq.upkeep.moved import search_in
from shiploop.agents.faq.upkeep.redraft import redraft
from shiploop.agents.faq.upkeep.removal import entry_to_remove, take_out
from shiploop.agents.faq.upkeep.standing import Today, look_after
from shiploop.domain.delivery.change import (
    AlreadyThere,
    CannotEdit,
    Declined,
    Edited,
    Files,
    MergedChange,
    Proposal,
    Sighting,
    Source,
)
from shiploop.domain.delivery.commit import CannotUndo
from shiploop.domain.delivery.github_text import title_text
from shiploop.domain.limits import MAX_FAQ_CHARACTERS
from shiploop.domain.prompt import Prices
from shiploop.domain.upkeep.gap import DeclinedRequest, Gap
from shiploop.domain.upkeep.kept import Kept, Recall
from shiploop.settings import Settings

_LINTED_LEVEL = 2  # below the page's title
_NO_ANSWER = Answer("", (), "extractive")

log = logging.getLogger(__name__)


def create_agent(settings: Settings, documents: Documents) -> "FaqAgent":
    """The agent of this process."""
    model = small_model()
    documentation = Documentation(settings.docs_include, settings.docs_exclude)
    return FaqAgent(
        library=documents.keep_ready(Librarian(documentation)),
        page=settings.site_faq_path or "",
        allowed_hosts=frozenset(settings.allowed_link_hosts),
        prices=Prices(settings.openai_input_usd, settings.openai_output_usd),
        nearness=model.nearness if model else None,
    )


class FaqAgent:
    """One entry of `docs/FAQ.md` for each question."""

    name = "faq"
    request_model = AskRequest

    def __init__(
        self,
        library: Callable[[], Library],
        page: str,
        allowed_hosts: frozenset[str],
        prices: Prices,
        nearness: Nearness | None = None,
    ) -> None:
        """`page` is the path of the page that shows the FAQ on the site, empty if not known."""
        self._library = library
        self._page = page
        self._allowed_hosts = allowed_hosts
        self._prices = prices
        self._nearness = nearness

    def dedupe_key(self, request: AskRequest) -> str:
        """The hash of the question, however it is written."""
        return question_hash(request.question)

    def reads(self, request: AskRequest) -> tuple[str, ...]:
        """The FAQ."""
        return (FAQ_PATH,)

    def draft(self, request: AskRequest, world: World) -> Proposal | Declined:
        """Answer from the documents, and say whether that may be shipped unattended.

        Asked again, an entry that the documents do not answer any more is taken out.
        """
        return redraft(self._draft(request, world), request, self._library())

    def _draft(self, request: AskRequest, world: World) -> Proposal | Declined:
        question = check_question(request.question)
        if isinstance(question, QuestionProblem):
            raise TypeError(f"the request holds no question: {question.value}")
        draft = self._drafted(question, world)
        if isinstance(draft.answer, Unanswered):
            looked_for = _propose(question, world.trace_id, Draft(_NO_ANSWER), _NO_ANSWER)
            reason = format_decline(draft.answer, draft.why_not)
            return Declined(reason, draft.answer.closest, looked_for, draft.notes)
        return _propose(question, world.trace_id, draft, draft.answer)

    def edit(self, proposal: Proposal, files: Files) -> Edited | AlreadyThere | CannotEdit:
        """Put the entry into the FAQ, unless it answers the question in other words already."""
        if (removed := entry_to_remove(proposal)) is not None:
            return take_out(removed, files, self._page)
        document, entry = files.get(FAQ_PATH), _entry(proposal)
        if document is None:
            return CannotEdit(f"there is no readable {FAQ_PATH}: add one, UTF-8 text")
        if len(document) > MAX_FAQ_CHARACTERS:
            return CannotEdit(f"{FAQ_PATH} is longer than {MAX_FAQ_CHARACTERS} characters")
        if (same := _same_answer(entry, document)) is not None:
            return self._already_there(same.question, entry_id(same))
        existing = find_duplicate(entry.question, _answer(proposal), document)
        if existing is not None:
            return self._already_there(existing.question, existing.anchor)
        try:
            return Edited({FAQ_PATH: insert(document, entry)})
        except (UnsafeDocumentError, UnsafeEntryError) as error:
            return CannotEdit(f"the entry cannot stand in the FAQ: {error}")

    def check(self, proposal: Proposal, files: Files) -> tuple[str, ...]:
        """Hold the answer against the gate, with what the documents really say."""
        if entry_to_remove(proposal) is not None:
            return ()
        document = files.get(FAQ_PATH) or ""
        if len(document) > MAX_FAQ_CHARACTERS:
            return ()  # nothing can be added: `edit` says so
        try:
            refusals = self._refusals(proposal, document)
        except UnsafeDocumentError:
            return ()  # nothing could be added whatever it is: `edit` says so
        return (refusal_reason(refusals),) if refusals else ()

    def undo(self, merged: MergedChange, files: Files) -> Mapping[str, str] | CannotUndo | None:
        """Take a merge's entries out of today's FAQ, or put back those that it took out."""
        today, before, after = (each.get(FAQ_PATH) for each in (files, merged.before, merged.after))
        if today is None or before is None or after is None:
            return None
        if max(map(len, (today, before, after))) > MAX_FAQ_CHARACTERS:
            return None
        undone = undo_entries(today, before, after)
        if isinstance(undone, UndoConflict):
            return CannotUndo(f"{undone.question}: {undone.reason}")
        return None if undone is None else {FAQ_PATH: undone}

    def seen(self, proposal: Proposal) -> Sighting:
        """The question and its answer, on the page that shows the FAQ; or that page without it."""
        if (removed := entry_to_remove(proposal)) is not None:
            gone = (removed.question, *plain_texts(removed.answer))
            return Sighting(self._page, absent=gone)
        entry = _entry(proposal)
        texts = (entry.question, *plain_texts(entry.answer))
        return Sighting(self._page, entry_id(entry), texts)

    def due(self, recall: Recall, world: World, most: int) -> tuple[Kept, ...]:
        """Every entry, and those to ask again whose sources have changed, moved or gone."""
        library = self._library()
        find, search, answer = (
            library.index.section,
            search_in(library.index),
            self._answer_of_today,
        )
        today = Today(find, search, answer, self._page, library.unread())
        return look_after(library.faq, today, recall, most)

    def lacks(self, declined: Sequence[DeclinedRequest]) -> tuple[Gap, ...]:
        """Questions by what they ask for; those that hold personal data are left out."""
        return find_gaps(declined)

    def _answer_of_today(self, question: str) -> str | None:
        drafted = self._draft(AskRequest(question=question), World(""))
        return str(drafted.content["answer"]) if isinstance(drafted, Proposal) else None

    def _already_there(self, question: str, anchor: str) -> AlreadyThere:
        return AlreadyThere(format_duplicate(question), Sighting(self._page, anchor, (question,)))

    def _drafted(self, question: Question, world: World) -> Draft:
        if world.earlier:
            return Draft(_answer_of_version_1(world.earlier))
        library = self._library()

        def refuse(answer: Answer) -> str | None:
            proposal = _propose(question, world.trace_id, Draft(answer), answer)
            # Of the FAQ as it was fetched: the step that adds to it says so of today's.
            return "; ".join(self.check(proposal, {FAQ_PATH: library.faq})) or None

        drafter = Drafter(library, self._allowed_hosts, self._prices, self._nearness)
        return drafter.draft(question.text, world.model, refuse)

    def _refusals(self, proposal: Proposal, document: str) -> tuple[Refusal, ...]:
        entry, library = _entry(proposal), self._library()
        candidate = Candidate(
            entry=entry,
            answer=_answer(proposal),
            sections=library.cited(proposal.evidence),
            document=document,
            allowed_hosts=self._allowed_hosts,
        )
        return check_answer(candidate) or _lint(entry, library.lint_rules)


def _propose(question: Question, trace_id: str, draft: Draft, answer: Answer) -> Proposal:
    entry = Entry(question.text, question.hash, question.slug, trace_id, clean_answer(answer.text))
    return Proposal(
        agent=FaqAgent.name,
        title=f"Update FAQ - {title_text(question.text)}",
        summary=f"Adds the answer to: {title_text(question.text)}",
        content=asdict(entry),
        evidence=answer.sources,
        generator=answer.generator,
        assessment=draft.assessment,
        notes=draft.notes,
    )


def _entry(proposal: Proposal) -> Entry:
    return Entry(**proposal.content)


def _same_answer(entry: Entry, document: str) -> Entry | None:
    """The entry of another task that says the same already."""
    present = find(document, entry.question_hash)
    if present is None or present.trace_id == entry.trace_id:
        return None
    return present if present.answer == entry.answer else None


def _answer(proposal: Proposal) -> Answer:
    generator: Generator = "model" if proposal.generator == "model" else "extractive"
    return Answer(str(proposal.content["answer"]), proposal.evidence, generator)


def _answer_of_version_1(stored: Mapping[str, Any]) -> Answer | Unanswered:
    """What the step of the version before had stored: an answer, or the closest sections."""
    sources = tuple(Source(**one) for one in stored.get("sources", stored.get("closest", ())))
    if "text" not in stored:
        return Unanswered(sources)
    return Answer(stored["text"], sources, stored["generator"])


def format_decline(unanswered: Unanswered, why_not: str = "") -> str:
    """Why a question was declined, and where to read on."""
    reason = "the documents do not answer this question"
    if why_not:
        reason = f"{reason}: {why_not}"
    if not unanswered.closest:
        return reason
    closest = ", ".join(f"{source.path}#{source.anchor}" for source in unanswered.closest)
    return f"{reason}; closest: {closest}"


def format_duplicate(question: str) -> str:
    """Why nothing was added for a question that the FAQ answers already."""
    return f"the FAQ answers this already: {question}"


def _lint(entry: Entry, rules: str | None) -> tuple[Refusal, ...]:
    """Only what may be shipped otherwise is linted: that takes a process of its own."""
    found = lint(f"# FAQ\n\n{render_entry(entry, _LINTED_LEVEL)}\n", rules)
    for each in found:
        log.warning("the entry's Markdown: %s", each)
    return (Refusal.UNCLEAN_MARKDOWN,) if found else ()
