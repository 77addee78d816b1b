"""Which questions are not merged without a person, asked of some pages."""

from collections.abc import Iterable, Mapping

from bench.sample import Files
from shiploop.agents.agent import World
from shiploop.agents.faq.agent import FaqAgent
from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.agents.faq.question import AskRequest
from shiploop.agents.faq.retrieval.library import Library
from shiploop.domain.delivery.change import Edited, Level, Proposal
from shiploop.domain.prompt import Prices
from tests.builders import TASK_ID


def not_shipped(texts: Iterable[str], pages: Mapping[str, str]) -> list[str]:
    """Those that are suggested, declined, or answered by the FAQ already."""
    library = Library.of(Files(pages))
    agent = FaqAgent(lambda: library, "/faq", frozenset(), Prices(None, None))
    return [text for text in texts if not _is_shipped(text, agent, library.faq)]


def _is_shipped(text: str, agent: FaqAgent, faq: str) -> bool:
    proposal = agent.draft(AskRequest(question=text), World(TASK_ID))
    if not isinstance(proposal, Proposal) or proposal.assessment.level is not Level.AUTO:
        return False
    return isinstance(agent.edit(proposal, {FAQ_PATH: faq}), Edited)
