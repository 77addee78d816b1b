"""Holds an answer against the gate, with what the documents really say: a step's part, no task."""

import logging

from shiploop.agents.faq.answering.answer import Answer
from shiploop.agents.faq.document.document import Entry, UnsafeDocumentError
from shiploop.agents.faq.document.entry import render_entry
from shiploop.agents.faq.gate.gate import Candidate, Refusal, check_answer, refusal_reason
from shiploop.bootstrap import services
from shiploop.domain.delivery.task import Outcome, Run, declined
from shiploop.errors import RepositoryUnusable
from tasks.shared.entry import entry_of

_LINTED_LEVEL = 2  # below the page's title

log = logging.getLogger(__name__)


def refusal_of(run: Run, answer: Answer, document: str) -> Outcome | None:
    """Decline an answer that must not be shipped, with the reasons in words.

    Raises RepositoryUnusable for a document that no answer could be added to.
    """
    refusals = refusals_of(run, answer, document)
    return declined(refusal_reason(refusals)) if refusals else None


def refusals_of(run: Run, answer: Answer, document: str) -> tuple[Refusal, ...]:
    """Every reason not to add an answer to this FAQ. Raises RepositoryUnusable."""
    entry = entry_of(run, answer)
    candidate = Candidate(
        entry=entry,
        answer=answer,
        sections=services().documents.cited(answer.sources),
        document=document,
        allowed_hosts=frozenset(services().settings.allowed_link_hosts),
    )
    try:
        refusals = check_answer(candidate)
    except UnsafeDocumentError as error:
        raise RepositoryUnusable(f"the entry cannot stand in the FAQ: {error}") from error
    return refusals or _lint(entry)


def _lint(entry: Entry) -> tuple[Refusal, ...]:
    """Only what may be shipped otherwise is linted: that takes a process of its own."""
    found = services().documents.lint(f"# FAQ\n\n{render_entry(entry, _LINTED_LEVEL)}\n")
    for each in found:
        log.warning("the entry's Markdown: %s", each)
    return (Refusal.UNCLEAN_MARKDOWN,) if found else ()
