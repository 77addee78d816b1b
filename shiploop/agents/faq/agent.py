"""The first agent: answers a question in the FAQ, from the repository's own documents."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from shiploop.agents.agent import Documents, World
from shiploop.agents.faq.answering.answer import (
    Answer,
    Unanswered,
    plain_texts,
)
from shiploop.agents.faq.answering.draft import Draft
from shiploop.agents.faq.answering.near_duplicate import find_duplicate
from shiploop.agents.faq.answering.quoter import linked
from shiploop.agents.faq.checking import refusals_of, refused_alone
from shiploop.agents.faq.content import (
    answer_as_read,
    answer_of,
    answer_of_version_1,
    dialect_in,
    entry_of,
    path_of,
    propose,
    written_entry,
)
from shiploop.agents.faq.dialects.dialect import Unwritable
from shiploop.agents.faq.document.document import UnsafeDocumentError, UnsafeEntryError, insert
from shiploop.agents.faq.document.entry import entry_id
from shiploop.agents.faq.document.faq_files import FAQ_PATH, is_of_a_language
from shiploop.agents.faq.document.proposed import same_answer
from shiploop.agents.faq.document.undo import UndoConflict, undo_entries
from shiploop.agents.faq.drafting import Drafter
from shiploop.agents.faq.gate.gate import (
    refusal_reason,
)
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
)
from shiploop.domain.delivery.commit import CannotUndo
from shiploop.domain.limits import MAX_FAQ_CHARACTERS
from shiploop.domain.prompt import Prices
from shiploop.domain.upkeep.gap import DeclinedRequest, Gap
from shiploop.domain.upkeep.kept import Kept, Recall
from shiploop.errors import MirrorUnavailable
from shiploop.settings import Settings

_NO_ANSWER = Answer("", (), "extractive")

log = logging.getLogger(__name__)


def create_agent(settings: Settings, documents: Documents) -> "FaqAgent":
    """The agent of this process."""
    model = small_model()
    documentation = Documentation(settings.docs_include, settings.docs_exclude)
    return FaqAgent(
        library=documents.keep_ready(
            Librarian(documentation, settings.faq_paths, settings.faq_dialect)
        ),
        page=settings.site_faq_path or "",
        allowed_hosts=frozenset(settings.allowed_link_hosts),
        prices=Prices(settings.openai_input_usd, settings.openai_output_usd),
        nearness=model.nearness if model else None,
    )


class FaqAgent:
    """One entry of the FAQ for each question."""

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
        """The FAQ, in every language that it has."""
        try:
            return tuple(self._library().faqs)
        except MirrorUnavailable:
            return (FAQ_PATH,)  # and nothing can be drafted

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
            looked_for = self._propose(question, world, Draft(_NO_ANSWER), _NO_ANSWER)
            reason = format_decline(draft.answer, draft.why_not)
            return Declined(reason, draft.answer.closest, looked_for, draft.notes)
        proposal = self._propose(question, world, draft, draft.answer)
        if draft.answer.generator == "model" or world.earlier:
            return proposal
        return self._with_link_for_refused(question, world, draft, proposal)

    def edit(self, proposal: Proposal, files: Files) -> Edited | AlreadyThere | CannotEdit:
        """Put the entry into the FAQ, unless it answers the question in other words already."""
        path = path_of(proposal)
        if (removed := entry_to_remove(proposal)) is not None:
            return take_out(removed, files, self._place(path), path)
        document, entry = files.get(path), written_entry(proposal)
        if isinstance(entry, Unwritable):
            return CannotEdit(entry.value)
        if document is None:
            return CannotEdit(f"there is no readable {path}: add one, UTF-8 text")
        if len(document) > MAX_FAQ_CHARACTERS:
            return CannotEdit(f"{path} is longer than {MAX_FAQ_CHARACTERS} characters")
        if (same := same_answer(entry, document)) is not None:
            return self._already_there(same.question, entry_id(same), path)
        existing = find_duplicate(entry.question, answer_of(proposal), document)
        if existing is not None:
            return self._already_there(existing.question, existing.anchor, path)
        try:
            return Edited({path: insert(document, entry, dialect_in(proposal))})
        except (UnsafeDocumentError, UnsafeEntryError) as error:
            return CannotEdit(f"the entry cannot stand in the FAQ: {error}")

    def check(self, proposal: Proposal, files: Files) -> tuple[str, ...]:
        """Hold the answer against the gate, with what the documents really say."""
        if entry_to_remove(proposal) is not None:
            return ()
        document = files.get(path_of(proposal)) or ""
        if len(document) > MAX_FAQ_CHARACTERS:
            return ()  # nothing can be added: `edit` says so
        try:
            refusals = refusals_of(proposal, document, self._library(), self._allowed_hosts)
        except UnsafeDocumentError:
            return ()  # nothing could be added whatever it is: `edit` says so
        return (refusal_reason(refusals),) if refusals else ()

    def undo(self, merged: MergedChange, files: Files) -> Mapping[str, str] | CannotUndo | None:
        """Take a merge's entries out of today's FAQ, or put back those that it took out."""
        path = next(iter(merged.after), FAQ_PATH)
        today, before, after = (each.get(path) for each in (files, merged.before, merged.after))
        if today is None or before is None or after is None:
            return None
        if max(map(len, (today, before, after))) > MAX_FAQ_CHARACTERS:
            return None
        undone = undo_entries(today, before, after)
        if isinstance(undone, UndoConflict):
            return CannotUndo(f"{undone.question}: {undone.reason}")
        return None if undone is None or len(merged.after) > 1 else {path: undone}

    def seen(self, proposal: Proposal) -> Sighting:
        """The question and its answer, on the page that shows the FAQ; or that page without it."""
        if (removed := entry_to_remove(proposal)) is not None:
            gone = (removed.question, *plain_texts(removed.answer))
            return replace(self._place(path_of(proposal)), absent=gone)
        entry, place = entry_of(proposal), self._place(path_of(proposal))
        texts = (entry.question, *plain_texts(entry.answer))
        return replace(place, anchor=entry_id(entry), texts=texts)

    def due(self, recall: Recall, world: World, most: int) -> tuple[Kept, ...]:
        """Every entry, and those to ask again whose sources have changed, moved or gone."""
        library = self._library()
        kept: list[Kept] = []
        for path, faq in library.faqs.items():
            today = Today(
                find=library.index.section,
                search=search_in(library.index),
                answer=self._answer_of_today,
                page=self._place(path),
                unread=library.unread(),
                dialect=library.profile.dialect_of(path),
            )
            asked = sum(each.request is not None for each in kept)
            kept += look_after(faq, today, recall, most - asked, path)
        return tuple(kept)

    def lacks(self, declined: Sequence[DeclinedRequest]) -> tuple[Gap, ...]:
        """Questions by what they ask for; those that hold personal data are left out."""
        return find_gaps(declined)

    def _answer_of_today(self, question: str) -> str | None:
        drafted = self._draft(AskRequest(question=question), World(""))
        return answer_as_read(drafted) if isinstance(drafted, Proposal) else None

    def _already_there(self, question: str, anchor: str, path: str) -> AlreadyThere:
        place = replace(self._place(path), anchor=anchor, texts=(question,))
        return AlreadyThere(format_duplicate(question), place)

    def _place(self, path: str) -> Sighting:
        """Where the site shows a file: the page that is set is that of the one of no language."""
        if path == FAQ_PATH or (self._page and not is_of_a_language(path)):
            return Sighting(self._page)
        return Sighting("", file=path)

    def _drafted(self, question: Question, world: World) -> Draft:
        if world.earlier:
            return Draft(answer_of_version_1(world.earlier))
        library = self._library()

        def refuse(answer: Answer) -> str | None:
            proposal = self._propose(question, world, Draft(answer), answer)
            # Of the FAQ as it was fetched: the step that adds to it says so of today's.
            return "; ".join(self.check(proposal, library.faqs)) or None

        drafter = Drafter(library, self._allowed_hosts, self._prices, self._nearness)
        return drafter.draft(question.text, world.model, refuse)

    def _propose(self, question: Question, world: World, draft: Draft, answer: Answer) -> Proposal:
        library = self._library()
        path = library.faq_for(question.text)
        where = path, library.profile.dialect_of(path)
        return propose(question, world.trace_id, draft, answer, where)

    def _with_link_for_refused(
        self, question: Question, world: World, draft: Draft, proposal: Proposal
    ) -> Proposal:
        """Link what may not be quoted, so that a person sees it."""
        library = self._library()
        refused = refused_alone(proposal, library, self._allowed_hosts)
        cited = library.cited(proposal.evidence)
        if not refused or not cited:
            return proposal
        why = " ".join(each.value for each in refused).rstrip(".")
        link = linked(cited[0], draft.assessment.kind, draft.assessment.reasons[0], why)
        assert isinstance(link.answer, Answer)
        proposed = self._propose(question, world, link, link.answer)
        return proposal if refused_alone(proposed, library, self._allowed_hosts) else proposed


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
