"""`python bench/retrieval_observed.py SECTIONS`: what an index of so many sections costs, as JSON.

A program of its own, so that it says it of whatever build is on its path, and of nothing else.
"""

import gc
import importlib
import json
import random
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

_WORDS: Final = 40_000
_SECTIONS_A_PAGE: Final = 6
_SYLLABLES: Final = """
ba be bi co cu da de di fa fi ga go ha in ka ki la le lo ma me mi na ne no or pa pe po ra re
 ri ro sa se si sta tu te ti to tra un va ve vi
""".split()  # noqa: SIM905
_BLOCKS: Final = (
    "{0}.\n\n{1}: see [{2}](page-{3}.md#section-{3}).",
    "{0}:\n\n- {1}\n- **{2}** {4}\n\n{5}.",
    "{0}.\n\n```sh\n# {1}\nrun --{2} {4}\n```\n\n{5}.",
    "{0}.\n\n| {1} | {2} |\n|---|---|\n| {4} | {5} |",
    "> **Note**\n> {0}.\n\n{1}. `{2}` is {4}.\n\n{5}.",
)


_TIMES = 20
_UNKNOWN_WORDS = 40


class Corpus:
    """Pages of six sections each, and questions about them."""

    def __init__(self, sections: int) -> None:
        """So many sections, of some hundred words each."""
        self._chance = random.Random(7)  # noqa: S311 - the same documents each time
        self._words = [self._word() for _ in range(_WORDS)]
        # Few words are most of a text, and most words are rare.
        self._often = list(accumulate(1 / (rank + 3) for rank in range(_WORDS)))
        self.pages = {
            f"docs/{number % 50}/page-{number}.md": self.page(number)
            for number in range(sections // _SECTIONS_A_PAGE)
        }

    def page(self, number: int) -> str:
        """Another page of that name."""
        sections = [
            f"{'#' * min(level + 1, 3)} {self._phrase(4).capitalize()}\n\n{self._text(number)}\n"
            for level in range(_SECTIONS_A_PAGE)
        ]
        return "\n".join(sections)

    def questions(self, count: int) -> Sequence[str]:
        """Questions of words that the pages have."""
        return [f"How do I {self._phrase(6)}?" for _ in range(count)]

    def unknown(self, count: int, words: int) -> Sequence[str]:
        """Questions of words that no page has."""
        return [" ".join(f"{self._word()}xq" for _ in range(words)) for _ in range(count)]

    def _text(self, number: int) -> str:
        block = self._chance.choice(_BLOCKS)
        phrases = [self._phrase(self._chance.randint(12, 28)) for _ in range(5)]
        return block.format(phrases[0], phrases[1], self._phrase(2), number, *phrases[2:4])

    def _phrase(self, words: int) -> str:
        return " ".join(self._chance.choices(self._words, cum_weights=self._often, k=words))

    def _word(self) -> str:
        return "".join(self._chance.choices(_SYLLABLES, k=self._chance.randint(2, 5)))


def observe(sections: int) -> Mapping[str, Sequence[float]]:
    """Build the index, change a page some times, and ask; CPU time in seconds, memory in MB."""
    corpus = Corpus(sections)
    gc.collect()
    before_mb, begun = _resident_mb(), time.process_time()
    index, make = _built(corpus.pages)
    build_s = time.process_time() - begun
    gc.collect()
    memory_mb = _resident_mb() - before_mb
    pushed_s = []
    for number in range(_TIMES if make else 1):
        corpus.pages["docs/1/page-1.md"] = corpus.page(number)
        begun = time.process_time()
        index = make(_Files(corpus.pages)).index if make else _built(corpus.pages)[0]
        pushed_s.append(time.process_time() - begun)
    asked, unknown = corpus.questions(10 * _TIMES), corpus.unknown(_TIMES, _UNKNOWN_WORDS)
    return {
        "build_s": [build_s],
        "memory_mb": [memory_mb],
        "push_s": pushed_s,
        "search_s": _each(index.search, asked if make else asked[:_TIMES]),
        "unknown_s": _each(index.search, unknown if make else unknown[:2]),
    }


def _built(pages: dict[str, str]) -> tuple[Any, Any]:
    """The index of some pages, and what makes the next one out of it, in builds that have that."""
    try:
        library = importlib.import_module("shiploop.agents.faq.retrieval.library")
    except ImportError:
        return importlib.import_module("shiploop.clients.docs_index").DocsIndex(pages), None
    make = library.Librarian()
    return make(_Files(pages)).index, make


@dataclass(frozen=True, slots=True)
class _Files:
    """A repository of these files."""

    texts: dict[str, str]

    def markdown(self) -> dict[str, str]:
        return dict(self.texts)

    def text(self, path: str) -> str | None:
        return self.texts.get(path)

    def named(self, names: Collection[str]) -> tuple[str, ...]:
        return ()

    def note(self, what: str) -> None:
        return

    def leave_out(self, path: str, reason: str) -> None:
        raise AssertionError(f"{path}: {reason}")


def _each(search: Callable[[str], object], questions: Sequence[str]) -> Sequence[float]:
    taken = []
    for question in questions:
        begun = time.process_time()
        search(question)
        taken.append(time.process_time() - begun)
    return taken


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * 4096 / 2**20


if __name__ == "__main__":
    print(json.dumps(observe(int(sys.argv[1]))))  # noqa: T201
