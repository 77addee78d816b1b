"""Holds an answer against the gate, with what the documents really say: a step's part, no task."""

from shiploop.bootstrap import services
from shiploop.domain.answer import Answer
from shiploop.domain.answer_gate import Candidate, check_answer, refusal_reason
from shiploop.domain.faq_document import UnsafeDocumentError
from shiploop.domain.run import Outcome, Run, declined
from shiploop.errors import RepositoryUnusable
from tasks.entry import entry_of


def refusal_of(run: Run, answer: Answer, document: str) -> Outcome | None:
    """Decline an answer that must not be shipped, with the reasons in words.

    Raises RepositoryUnusable for a document that no answer could be added to.
    """
    candidate = Candidate(
        entry=entry_of(run, answer),
        answer=answer,
        sections=services().documents.cited(answer.sources),
        document=document,
        allowed_hosts=frozenset(services().settings.allowed_link_hosts),
    )
    try:
        refusals = check_answer(candidate)
    except UnsafeDocumentError as error:
        raise RepositoryUnusable(f"the entry cannot stand in the FAQ: {error}") from error
    return declined(refusal_reason(refusals)) if refusals else None
