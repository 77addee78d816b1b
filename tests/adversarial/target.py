"""The sample repository as a target: what would be shipped for a question, or an answer to it."""

from functools import cache
from pathlib import Path

from shiploop.agents.agent import World
from shiploop.agents.faq.agent import FaqAgent
from shiploop.agents.faq.answering.answer import Answer, source_of
from shiploop.agents.faq.dialects.plain import UNKNOWN
from shiploop.agents.faq.document.document import FAQ_PATH, Entry
from shiploop.agents.faq.document.entry import clean_answer
from shiploop.agents.faq.drafting import Drafter
from shiploop.agents.faq.gate.citation import expected_citations
from shiploop.agents.faq.gate.gate import Candidate, Reason, check_answer
from shiploop.agents.faq.question import AskRequest, Question, QuestionProblem, check_question
from shiploop.agents.faq.retrieval.library import Library
from shiploop.agents.faq.retrieval.sections import Section, split_sections
from shiploop.domain.delivery.change import Declined, Proposal, Source
from shiploop.domain.prompt import Prices
from tests.builders import TASK_ID
from tests.files import Files

SAMPLE = Path(__file__).parents[2] / "sandbox" / "sample_repository"
QUESTION = "How do I freeze merges by hand?"
CITED = ("docs/deployment.md", "freeze-merges")


@cache
def pages() -> dict[str, str]:
    found = {str(path.relative_to(SAMPLE)): path for path in SAMPLE.rglob("*.md")}
    return {name: path.read_bytes().decode() for name, path in found.items()}


def document() -> str:
    return pages()[FAQ_PATH]


@cache
def sections() -> tuple[Section, ...]:
    return tuple(
        section
        for path, text in sorted(pages().items())
        if path != FAQ_PATH
        for section in split_sections(path, text)
    )


@cache
def library() -> Library:
    return Library.of(Files(pages()))


def cited_by(sources: tuple[Source, ...]) -> tuple[Section, ...]:
    named = {(source.path, source.anchor) for source in sources}
    return tuple(each for each in sections() if (each.path, each.anchor) in named)


def cited_section(path: str = CITED[0], anchor: str = CITED[1]) -> Section:
    return next(each for each in sections() if (each.path, each.anchor) == (path, anchor))


def candidate(question: Question, answer: Answer, faq: str | None = None) -> Candidate:
    text = clean_answer(answer.text)
    entry = Entry(question.text, question.hash, question.slug, TASK_ID, text)
    return Candidate(
        entry=entry,
        answer=answer,
        sections=cited_by(answer.sources),
        document=document() if faq is None else faq,
        dialect=UNKNOWN,
    )


def extract(text: str) -> Candidate | None:
    """What we answer without a model; None when we decline, or do not accept the question."""
    question = check_question(text)
    if isinstance(question, QuestionProblem):
        return None
    drafter = Drafter(library(), frozenset(), Prices(None, None))
    answer = drafter.draft(question.text, None, lambda written: None).answer
    return candidate(question, answer) if isinstance(answer, Answer) else None


def from_model(
    text: str, question: str = QUESTION, section: Section | None = None, *, cite: bool = True
) -> Candidate:
    """What a model has made of a question, its citation as it should be."""
    asked = check_question(question)
    assert isinstance(asked, Question), asked
    cited = section or cited_section()
    citation = f"\n\nSource: {expected_citations((cited,))}" if cite else ""
    answer = Answer(text + citation, (source_of(cited),), "model")
    return candidate(asked, answer)


def proposed(text: str) -> Proposal:
    """What we propose for a question, answered or not."""
    agent = FaqAgent(library, "/faq", frozenset(), Prices(None, None))
    drafted = agent.draft(AskRequest(question=text), World(TASK_ID))
    proposal = drafted.looked_for if isinstance(drafted, Declined) else drafted
    assert proposal is not None
    return proposal


def refusals(found: Candidate) -> set[Reason]:
    return set(check_answer(found))
