"""Taking an entry out that the documents do not answer any more."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from shiploop.agents.faq.document.document import FAQ_PATH, Entry, find, remove
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.agents.faq.upkeep.cited import Find, cited_sections, sources_of
from shiploop.agents.faq.upkeep.quoted import is_quoted
from shiploop.domain.delivery.change import (
    AlreadyThere,
    Assessment,
    CannotEdit,
    Edited,
    Files,
    Level,
    Proposal,
    Sighting,
    Source,
)
from shiploop.domain.delivery.github_text import code_text, title_text
from shiploop.domain.limits import MAX_FAQ_CHARACTERS

# How the answers that are taken out are called where their kind earns its level.
KIND: Final = "removal"
_AGENT: Final = "faq"
_MARK: Final = "removed"


def propose_removal(entry: Entry, find_section: Find) -> Proposal | None:
    """Take an entry out whose question the documents do not answer; None where it still holds.

    The loop may do so by itself where nothing of what is cited is there any more. Where a section
    only says something else by now, a person decides.
    """
    sources = sources_of(entry.answer)
    found = cited_sections(sources, find_section)
    there = [section for section in found if section is not None]
    if not sources or is_quoted(entry.answer, there):
        return None
    question = title_text(entry.question)
    return Proposal(
        agent=_AGENT,
        title=f"Update FAQ - {question}",
        summary=f"Takes out the answer to: {question}",
        content={**asdict(entry), _MARK: True},
        generator=KIND,
        assessment=_assess(sources, there),
    )


def _assess(sources: Sequence[Source], there: Sequence[Section]) -> Assessment:
    cited = ", ".join(code_text(f"{each.path}#{each.anchor}") for each in sources)
    unanswered = "The documents do not answer the question any more."
    if not there:
        return Assessment(Level.AUTO, KIND, (f"It cites {cited}: that is gone.", unanswered))
    says = f"It quotes {cited}, which says something else by now."
    return Assessment(Level.SUGGEST, KIND, (says, unanswered))


def entry_to_remove(proposal: Proposal) -> Entry | None:
    """The entry that a proposal takes out, None where it is one that adds an answer."""
    fields = dict(proposal.content)
    return Entry(**fields) if fields.pop(_MARK, False) else None


def take_out(entry: Entry, files: Files, page: str) -> Edited | AlreadyThere | CannotEdit:
    """Take the entry out of the FAQ, if it still stands there as it was."""
    document = files.get(FAQ_PATH)
    if document is None or len(document) > MAX_FAQ_CHARACTERS:
        return CannotEdit(f"{FAQ_PATH} cannot be read, or is too long")
    if find(document, entry.question_hash) != entry:
        reason = "the FAQ has changed this answer, or does not have it any more"
        return AlreadyThere(reason, Sighting(page))
    return Edited({FAQ_PATH: remove(document, entry.question_hash)})
