"""What a sweep costs where all that the FAQ cites has changed."""

import time
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bench.measurement import Figure, Measurement, Unit
from bench.world import BenchFailed
from shiploop.agents.agent import World
from shiploop.agents.faq.agent import FaqAgent
from shiploop.agents.faq.answering.answer import with_sources
from shiploop.agents.faq.document.document import FAQ_PATH, Entry, entries, insert
from shiploop.agents.faq.question import Question, check_question
from shiploop.agents.faq.retrieval.library import Library
from shiploop.agents.faq.upkeep.cited import hash_of_answer
from shiploop.domain.delivery.change import Source
from shiploop.domain.prompt import Prices
from shiploop.domain.upkeep.kept import Noted

_ENTRIES = 500
_PAGES = 1_000
_AT_ONCE = 20
_BOUND_S = 10.0
_DEFINITION = (
    f"CPU time of a thread: {_PAGES:,} pages that have all changed are indexed anew, and "
    f"{_ENTRIES} entries looked at, {_AT_ONCE} of them asked again in each sweep until nothing is "
    "due"
)


@dataclass(frozen=True, slots=True)
class _Repository:
    pages: Mapping[str, str]

    def markdown(self) -> dict[str, str]:
        return dict(self.pages)

    def text(self, path: str) -> str | None:
        return None

    def named(self, names: Collection[str]) -> tuple[str, ...]:
        return ()

    def note(self, what: str) -> None:
        return

    def leave_out(self, path: str, reason: str) -> None:
        raise BenchFailed(f"{path}: {reason}")


def measure_sweep(times: int) -> Measurement:
    """Change every page so many times, and sweep until nothing is due."""
    faq = _faq()
    took_s: list[float] = []
    twice = 0
    for change in range(times):
        noted = {entry.question_hash: _before(entry) for entry in entries(faq)}
        asked: set[str] = set()
        pages = {_path(number): _page(number, change) for number in range(_PAGES)}
        begun = time.thread_time()
        agent = _agent(faq, pages)
        while due := _due(agent, noted):
            took_s.append(time.thread_time() - begun)
            twice += len(due.keys() & asked)
            asked |= due.keys()
            noted |= due
            begun = time.thread_time()
        if len(asked) != _ENTRIES:
            raise BenchFailed(f"{len(asked)} of {_ENTRIES} entries were asked again")
    return Measurement(
        "sweep",
        _DEFINITION,
        (
            Figure("a sweep, most", max(took_s), _BOUND_S, Unit.S),
            Figure("all that it takes, for one change", sum(took_s) / times, _BOUND_S, Unit.S),
            Figure("entries asked twice", float(twice), 0.0, Unit.QUESTIONS),
        ),
        {"sweep_s": tuple(took_s)},
    )


def _before(entry: Entry) -> Noted:
    return Noted(f"{hash_of_answer(entry.answer)} before")


def _due(agent: FaqAgent, noted: Mapping[str, Noted]) -> dict[str, Noted]:
    """What one sweep asks again, as the next one has it noted."""
    found = agent.due(lambda _: noted, World(""), _AT_ONCE)
    return {kept.key: Noted("", kept.made_of) for kept in found if kept.request is not None}


def _agent(faq: str, pages: Mapping[str, str]) -> FaqAgent:
    library = Library.of(_Repository({FAQ_PATH: faq, **pages}))
    return FaqAgent(lambda: library, "/faq", frozenset(), Prices(None, None))


def _faq() -> str:
    document = "# FAQ\n"
    for number in range(_ENTRIES):
        question = check_question(_question(number))
        if not isinstance(question, Question):
            raise BenchFailed(question.value)
        source = Source(_path(number), f"setting-of-part-{number}", f"Part {number} › Setting")
        answer = with_sources(f"It was {number} before.", (source,))
        entry = Entry(question.text, question.hash, question.slug, str(uuid.uuid4()), answer)
        document = insert(document, entry)
    return document


def _question(number: int) -> str:
    return f"What is the setting of part {number}?"


def _path(number: int) -> str:
    return f"docs/part-{number}.md"


def _page(number: int, change: int) -> str:
    sections = "".join(
        f"## {topic} of part {number}\n\nThe {topic.lower()} of part {number} is {change} by now, "
        f"and {number * 7} where nobody has said otherwise.\n\n"
        for topic in ("Setting", "Limit", "Command", "Error", "Version")
    )
    return f"# Part {number}\n\nWhat part {number} does.\n\n{sections}"
