"""Holds what is proposed against the gate, with what the documents really say."""

import logging
from collections.abc import Sequence

from shiploop.agents.faq.content import (
    answer_of,
    dialect_in,
    entry_of,
    path_of,
    written_entry,
)
from shiploop.agents.faq.dialects.dialect import Unwritable
from shiploop.agents.faq.document.document import UnsafeEntryError, insert
from shiploop.agents.faq.gate.gate import (
    Candidate,
    Reason,
    Refusal,
    check_answer,
    check_text,
    is_too_long,
)
from shiploop.agents.faq.gate.lint import linting
from shiploop.agents.faq.retrieval.library import Library
from shiploop.domain.delivery.change import Proposal

_EMPTY_FAQ = "# FAQ\n"

log = logging.getLogger(__name__)


def refused_alone(
    proposal: Proposal, library: Library, allowed_hosts: frozenset[str]
) -> tuple[Reason, ...]:
    """Why the text of an answer may not stand in any FAQ."""
    return check_text(_candidate(proposal, "", library, allowed_hosts))


def refusals_of(
    proposal: Proposal, document: str, library: Library, allowed_hosts: frozenset[str]
) -> tuple[Reason, ...]:
    """Why an entry may not be added to this FAQ.

    Raises UnsafeDocumentError for a document that nothing can be appended to, whatever it is.
    """
    candidate = _candidate(proposal, document, library, allowed_hosts)
    written = written_entry(proposal)
    if is_too_long(candidate) or isinstance(written, Unwritable):
        return check_answer(candidate)
    page = document or _EMPTY_FAQ
    try:
        added = insert(page, written, candidate.dialect)
    except UnsafeEntryError:
        return check_answer(candidate)
    with linting(page, added, library.lint_rules, path_of(proposal)) as found:
        return check_answer(candidate) or _unclean(found())


def _candidate(
    proposal: Proposal, document: str, library: Library, allowed_hosts: frozenset[str]
) -> Candidate:
    return Candidate(
        entry=entry_of(proposal),
        answer=answer_of(proposal),
        sections=library.cited(proposal.evidence),
        document=document,
        allowed_hosts=allowed_hosts,
        dialect=dialect_in(proposal),
    )


def _unclean(found: Sequence[str]) -> tuple[Refusal, ...]:
    for each in found:
        log.warning("the entry's Markdown: %s", each)
    return (Refusal.UNCLEAN_MARKDOWN,) if found else ()
