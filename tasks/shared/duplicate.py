"""Points to the entry of the FAQ that answers a question already, in other words."""

from shiploop.agents.faq.answering.answer import Answer, Declined
from shiploop.agents.faq.answering.near_duplicate import find_duplicate
from shiploop.bootstrap import services
from shiploop.domain.delivery.messages import duplicate_reason
from shiploop.domain.delivery.pull_request import Base
from shiploop.domain.delivery.task import Outcome, Run, answered_before


def answered_already(run: Run, answer: Answer | Declined, base: Base) -> Outcome | None:
    """The outcome of a question that the FAQ answers already, None when it does not."""
    existing = find_duplicate(run.question, answer, base.document)
    if existing is None:
        return None
    url = services().site.entry_url(existing.anchor)
    return answered_before(duplicate_reason(existing.question), url)
