"""Taking an entry out that the documents do not answer any more."""

from collections.abc import Sequence
from typing import Final

from shiploop.agents.faq.document.document import Entry, find, remove
from shiploop.agents.faq.document.faq_files import FAQ_PATH
from shiploop.agents.faq.document.proposed import content_of, entry_in
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


def propose_removal(
    entry: Entry, drafted: Entry, find_section: Find, path: str = FAQ_PATH
) -> Proposal | None:
    """Take an entry out whose question the documents do not answer; None where it still holds.

    `entry` is as the file at `path` has it, `drafted` as it was drafted.

    The loop may do so by itself where nothing of what is cited is there any more. Where a section
    only says something else by now, a person decides.
    """
    sources = sources_of(drafted.answer)
    found = cited_sections(sources, find_section)
    there = [section for section in found if section is not None]
    if not sources or is_quoted(drafted.answer, there):
        return None
    question = title_text(entry.question)
    return Proposal(
        agent=_AGENT,
        title=f"Update FAQ - {question}",
        summary=f"Takes out the answer to: {question}",
        content={**content_of(entry, path), _MARK: True},
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
    return entry_in(proposal.content) if proposal.content.get(_MARK) else None


def take_out(
    entry: Entry, files: Files, place: Sighting, path: str = FAQ_PATH
) -> Edited | AlreadyThere | CannotEdit:
    """Take the entry out of the FAQ at `path`, if it still stands there as it was."""
    document = files.get(path)
    if document is None or len(document) > MAX_FAQ_CHARACTERS:
        return CannotEdit(f"{path} cannot be read, or is too long")
    if find(document, entry.question_hash) != entry:
        reason = "the FAQ has changed this answer, or does not have it any more"
        return AlreadyThere(reason, place)
    return Edited({path: remove(document, entry.question_hash)})
