"""What becomes of a draft so that its entry stays true: what it cites is noted, and removals."""

from dataclasses import replace

from shiploop.agents.faq.document.document import find
from shiploop.agents.faq.question import AskRequest, question_hash
from shiploop.agents.faq.retrieval.library import Library
from shiploop.agents.faq.upkeep.cited import cited_sections, made_of, sources_of
from shiploop.agents.faq.upkeep.removal import propose_removal
from shiploop.domain.delivery.change import Declined, Proposal


def redraft(
    drafted: Proposal | Declined, request: AskRequest, library: Library
) -> Proposal | Declined:
    """Note what a draft is made of; propose a removal where one that was asked again is declined.

    With a model that did not answer nobody knows whether the documents do.
    """
    if isinstance(drafted, Proposal):
        answer = str(drafted.content["answer"])
        cited = cited_sections(sources_of(answer), library.index.section)
        return replace(drafted, notes={**drafted.notes, "made_of": made_of(answer, cited)})
    if not request.again or "model_problem" in drafted.notes:
        return drafted
    entry = find(library.faq, question_hash(request.question))
    if entry is None:
        return drafted
    return propose_removal(entry, library.index.section) or drafted
