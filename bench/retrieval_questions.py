"""Questions with the sections that answer them, in a half to tune with and a half to judge by."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("retrieval_questions.yaml")


@dataclass(frozen=True, slots=True)
class Expected:
    """A question, the `path#anchor` of all that answers it, and the FAQ's own words for it."""

    text: str
    sections: frozenset[str]
    repeats: str | None

    @property
    def answerable(self) -> bool:
        """True when the pages answer it."""
        return bool(self.sections)


def tuning_half() -> Sequence[Expected]:
    """The first, the third … question: to be looked at while something is changed."""
    return _all()[::2]


def held_out_half() -> Sequence[Expected]:
    """The second, the fourth … question: only ever counted."""
    return _all()[1::2]


def _all() -> Sequence[Expected]:
    return [_expected(line) for line in yaml.safe_load(_FILE.read_text("utf-8"))]


def _expected(line: dict[str, Any]) -> Expected:
    sections = frozenset(f"docs/{section}" for section in line["in"])
    return Expected(line["ask"], sections, line.get("repeats"))
