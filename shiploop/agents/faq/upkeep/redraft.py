"""What becomes of a draft so that its entry stays true: what it cites is noted, and removals."""

from dataclasses import replace

from shiploop.agents.faq.content import answer_as_read
from shiploop.agents.faq.document.document import Entry, find
from shiploop.agents.faq.document.entry import read_entry
from shiploop.agents.faq.document.proposed import drafted_in
from shiploop.agents.faq.question import AskRequest, question_hash
from shiploop.agents.faq.retrieval.library import Library
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.agents.faq.upkeep.cited import cited_sections, made_of, sources_of
from shiploop.agents.faq.upkeep.moved import find_moved, propose_move, search_in
from shiploop.agents.faq.upkeep.removal import propose_removal
from shiploop.domain.delivery.change import Declined, Proposal


def redraft(
    drafted: Proposal | Declined, request: AskRequest, library: Library
) -> Proposal | Declined:
    """Note what a draft is made of.

    For an entry that was asked again and is declined: let it cite the section in which its words
    stand by now, or propose its removal. With a model that did not answer nobody knows whether
    the documents do.
    """
    if isinstance(drafted, Proposal):
        return _with_note(drafted, library)
    if not request.again or drafted.looked_for is None or "model_problem" in drafted.notes:
        return drafted
    found = _find(library, question_hash(request.question))
    if found is None:
        return drafted
    path, written, entry = found
    section = find_moved(entry.answer, search_in(library.index))
    if section is not None and not _cites(entry, section):
        return _with_note(propose_move(entry, section, drafted.looked_for), library)
    return propose_removal(written, entry, library.index.section, path) or drafted


def _find(library: Library, hash_: str) -> tuple[str, Entry, Entry] | None:
    """The file that has an entry, the entry as it stands there, and as it was drafted."""
    for path, faq in library.faqs.items():
        if (written := find(faq, hash_)) is not None:
            drafted = (each for each in drafted_in(faq, path) if each.question_hash == hash_)
            return (
                path,
                written,
                read_entry(next(drafted, written), library.profile.dialect_of(path)),
            )
    return None


def _cites(entry: Entry, section: Section) -> bool:
    places = [(source.path, source.anchor) for source in sources_of(entry.answer)]
    return places == [(section.path, section.anchor)]


def _with_note(proposal: Proposal, library: Library) -> Proposal:
    answer = answer_as_read(proposal)
    cited = cited_sections(sources_of(answer), library.index.section)
    return replace(proposal, notes={**proposal.notes, "made_of": made_of(answer, cited)})
