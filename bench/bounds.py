"""What the worst that docs/limits.md admits costs: a question, the gate, a page."""

import random
import string
import time
from collections.abc import Callable
from functools import partial

from bench.measurement import Figure, Measurement, Unit
from shiploop.agents.faq.answering.answer import Answer, source_of, with_sources
from shiploop.agents.faq.document.document import Entry
from shiploop.agents.faq.gate.gate import Candidate, check_answer
from shiploop.agents.faq.question import question_hash
from shiploop.agents.faq.retrieval.index import DocsIndex
from shiploop.agents.faq.retrieval.sections import Section, read_page
from shiploop.domain.limits import (
    MAX_HEADING_CHARACTERS,
    MAX_HEADING_MARKS,
    MAX_HEADINGS_PER_PAGE,
    MAX_LINES_PER_PAGE,
    MAX_NESTED_PER_PAGE,
    MAX_NESTING,
    MAX_SECTION_CHARACTERS,
)

_WORDS = 100_000
_UNKNOWN_WORDS = 40
_WORDS_A_SECTION = 10
_SECTIONS_A_PAGE = 100
_QUESTION_MS = 100.0
_GATE_MS = 20.0
_PAGE_MS = 5_000.0
_SENTENCE = (
    "A runner takes a task with [care](care.md), and `settle` **writes** what became of it. "
)
_DEFINITION = (
    f"CPU time of a thread: a question of {_UNKNOWN_WORDS} unknown words on {_WORDS} known ones; "
    "the gate without its linter on the longest answer from the longest sections; those of the "
    "pages within the limits that take longest to parse"
)


def measure_bounds(times: int) -> Measurement:
    """Ask, check and parse the worst that there may be, so many times."""
    chance = random.Random(1)  # noqa: S311 - the same words each time
    index = DocsIndex(_pages([_word(chance) for _ in range(_WORDS)]))
    candidate = _candidate()
    questions = [" ".join(_word(chance) for _ in range(_UNKNOWN_WORDS)) for _ in range(times)]
    observed = {
        "question": tuple(_ms(partial(index.search, question)) for question in questions),
        "gate": tuple(_ms(partial(check_answer, candidate)) for _ in range(times)),
        "page": tuple(_ms(partial(read_page, "worst.md", page)) for page in _worst_pages()),
    }
    bounds = {"question": _QUESTION_MS, "gate": _GATE_MS, "page": _PAGE_MS}
    return Measurement(
        "bounds",
        _DEFINITION,
        tuple(
            Figure(f"{name}, most", max(observed[name]), bounds[name], Unit.MS) for name in bounds
        ),
        observed,
    )


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(string.ascii_lowercase, k=chance.randint(5, 12)))


def _pages(words: list[str]) -> dict[str, str]:
    sections = [
        f"# Section {start}\n\n{' '.join(words[start : start + _WORDS_A_SECTION])}\n"
        for start in range(0, len(words), _WORDS_A_SECTION)
    ]
    return {
        f"docs/{start}.md": "\n".join(sections[start : start + _SECTIONS_A_PAGE])
        for start in range(0, len(sections), _SECTIONS_A_PAGE)
    }


def _candidate() -> Candidate:
    text = "\n\n".join([_SENTENCE * 10] * (MAX_SECTION_CHARACTERS // len(_SENTENCE) // 10))
    sections = tuple(
        Section(f"docs/{name}.md", ("Guide", name), name, 1, 9, text) for name in ("a", "b", "c")
    )
    sources = tuple(map(source_of, sections))
    said = " ".join(
        "aworldofwordsaworldofwo" + letter for letter in string.ascii_lowercase[:10] * 10
    )
    answer = with_sources(said, sources)
    question = "How is a task taken?"
    entry = Entry(question, question_hash(question), "how-is-a-task-taken", "0" * 36, answer)
    return Candidate(entry, Answer(answer, sources, "model"), sections, "# FAQ\n")


def _worst_pages() -> list[str]:
    heading = "[" * MAX_HEADING_MARKS + "a" * (MAX_HEADING_CHARACTERS - MAX_HEADING_MARKS)
    nested = MAX_NESTED_PER_PAGE // MAX_NESTING
    return [
        f"# {heading}\n" * MAX_HEADINGS_PER_PAGE,
        ("- " * (MAX_NESTING - 1) + "a\n") * nested,
        ("> - " * (MAX_NESTING // 2) + "a\n") * nested,
        "> " * MAX_NESTING + "a\n" + "b\n" * (MAX_LINES_PER_PAGE - 2),
    ]


def _ms(work: Callable[[], object]) -> float:
    begun = time.thread_time()
    work()
    return (time.thread_time() - begun) * 1000
