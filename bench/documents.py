"""Documents that answer some questions: the sample's, and a heading for each that is none there.

What is merged without a person is what a heading of the documents asks.
"""

import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from bench.sample import SAMPLE, pages
from shiploop.agents.faq.question import heading_text
from shiploop.agents.faq.retrieval.headings import Headings
from shiploop.agents.faq.retrieval.sections import split_sections

_HEADINGS_A_PAGE: Final = 200
_KANA: Final = re.compile(r"[\u3041-\u30ff]")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")


def write_documents(folder: Path, questions: Iterable[str]) -> Path:
    """Write the files that a stack's repository begins with; returns the folder."""
    shutil.copytree(SAMPLE, folder)
    for path, text in handbook(questions).items():
        (folder / path).write_text(text, "utf-8")
    return folder


def handbook(questions: Iterable[str], edition: int = 1) -> Mapping[str, str]:
    """Pages by path, with a heading for each question that the sample has none for.

    Each edition answers in other words.
    """
    known = _headings_of_sample()
    further = [text for text in dict.fromkeys(questions) if known.find(text) is None]
    sections = [_section(number, text, edition) for number, text in enumerate(further, 1)]
    return {
        f"docs/handbook-{page}.md": "\n".join(
            ["# Handbook\n", *sections[first : first + _HEADINGS_A_PAGE]]
        )
        for page, first in enumerate(range(0, len(sections), _HEADINGS_A_PAGE), 1)
    }


def _headings_of_sample() -> Headings:
    texts = pages().items()
    return Headings([each for path, text in texts for each in split_sections(path, text)])


def _section(number: int, question: str, edition: int) -> str:
    return f"## {heading_text(question)}\n\n{_answer(number * edition, question)}\n"


def _answer(number: int, question: str) -> str:
    if _KANA.search(question):
        return f"テストのための説明です。これは{number}番目です。"
    if _HAN.search(question):
        return f"這是測試用的說明，一共有許多條，這是第 {number} 條。"
    return f"It is told in part {number} of the handbook: open the page, and read it to the end."
