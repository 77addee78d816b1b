"""The sample repository, and any files, as an agent reads those of a repository."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.agents.faq.retrieval.library import Library

SAMPLE: Final = Path(__file__).resolve().parent.parent / "sandbox" / "sample_repository"


@dataclass(frozen=True, slots=True)
class Files:
    """A repository of these files, all of which have to be read. Raises ValueError."""

    texts: Mapping[str, str]

    def markdown(self) -> dict[str, str]:
        """Each page's text by its path."""
        return dict(self.texts)

    def text(self, path: str) -> str | None:
        """The text of a file, None where there is none."""
        return self.texts.get(path)

    def named(self, names: Collection[str]) -> tuple[str, ...]:
        """The paths of the files that are called so."""
        return tuple(path for path in self.texts if path.rpartition("/")[2] in names)

    def note(self, what: str) -> None:
        """Tell nobody."""

    def leave_out(self, path: str, reason: str) -> None:
        """Refuse to measure what is not read."""
        raise ValueError(f"{path}: {reason}")


def pages() -> dict[str, str]:
    """The pages of the sample repository that answers are taken from."""
    found = {str(path.relative_to(SAMPLE)): path.read_text("utf-8") for path in _markdown()}
    del found[FAQ_PATH]
    return found


def faq() -> str:
    """The FAQ of the sample repository."""
    return (SAMPLE / FAQ_PATH).read_text("utf-8")


@cache
def sample_library() -> Library:
    """The sample repository, searchable."""
    return Library.of(Files({**pages(), FAQ_PATH: faq()}))


def _markdown() -> list[Path]:
    return sorted(SAMPLE.rglob("*.md"))
