"""What answers are taken from and held against: the newest documents, the FAQ, lint rules."""

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from shiploop.agents.agent import Repository
from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.agents.faq.gate.lint import RULES_PATH
from shiploop.agents.faq.retrieval.documentation import Documentation
from shiploop.agents.faq.retrieval.headings import Headings
from shiploop.agents.faq.retrieval.index import DocsIndex
from shiploop.agents.faq.retrieval.marks import is_page_unreleased
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.agents.faq.retrieval.versions import copies, superseded
from shiploop.domain.delivery.change import Source
from shiploop.domain.limits import MAX_LINT_RULES_CHARACTERS, LeftOut

_EVERYTHING: Final = Documentation()


@dataclass(frozen=True, slots=True)
class Library:
    """One commit's documents, searchable. The FAQ itself is left out: it is no source.

    `pages` are the paths of all there is, whether it is answered from or not.
    """

    index: DocsIndex
    faq: str
    lint_rules: str | None
    headings: Headings = field(default_factory=lambda: Headings(()))
    pages: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        repository: Repository,
        documentation: Documentation = _EVERYTHING,
        earlier: "Library | None" = None,
    ) -> "Library":
        """Read and index the repository's files; what has not changed is taken from `earlier`."""
        pages = repository.markdown()
        current, others = _current(pages, documentation, repository.text)
        index = DocsIndex(current, earlier.index if earlier else None)
        for each in (*others, *index.left_out):
            repository.leave_out(each.path, each.reason)
        rules = repository.text(RULES_PATH)
        if rules is not None and len(rules) > MAX_LINT_RULES_CHARACTERS:
            repository.leave_out(RULES_PATH, f"it is longer than {MAX_LINT_RULES_CHARACTERS}")
            rules = None
        headings = Headings(index.sections, earlier.headings if earlier else None)
        return cls(index, pages.get(FAQ_PATH, ""), rules, headings, frozenset(pages))

    def cited(self, sources: Iterable[Source]) -> tuple[Section, ...]:
        """Those sections of an answer's sources that there are."""
        found = (self.index.section(source.path, source.anchor) for source in sources)
        return tuple(section for section in found if section is not None)

    def unread(self) -> frozenset[str]:
        """The pages that are there and are not answered from, whole or in part."""
        read = {section.path for section in self.index.sections}
        return (self.pages - read) | {each.path for each in self.index.left_out}

    def has_place(self, path: str, anchor: str) -> bool:
        """Tell whether a link to this page, or to this anchor on it, leads anywhere."""
        if not anchor:
            return path in self.pages
        return self.index.section(path, anchor) is not None


class Librarian:
    """Makes a library of each commit, out of the one that it made last."""

    def __init__(self, documentation: Documentation = _EVERYTHING) -> None:
        self._documentation = documentation
        self._last: Library | None = None

    def __call__(self, repository: Repository) -> Library:
        """The library of a commit; for one thread at a time."""
        self._last = Library.of(repository, self._documentation, self._last)
        return self._last


def _current(
    pages: Mapping[str, str],
    documentation: Documentation,
    read: Callable[[str], str | None],
) -> tuple[dict[str, str], Sequence[LeftOut]]:
    """The pages to answer from; and, a line for each reason, the others."""
    documents, others = documentation.of(path for path in pages if path != FAQ_PATH)
    replaced = superseded(documents, lambda path: is_page_unreleased(pages[path]), read)
    current = {path: pages[path] for path in sorted(documents.difference(replaced))}
    repeated = copies(current)
    originals = {path: posixpath.dirname(other) for path, other in repeated.items()}
    lines = [*others, *_lines(replaced, "current is"), *_lines(originals, "it is a copy, as in")]
    return {path: text for path, text in current.items() if path not in repeated}, lines


def _lines(pages: Mapping[str, str], reason: str) -> Iterator[LeftOut]:
    """A line for each folder of pages that are left out for the same reason."""
    alike: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path, other in pages.items():
        alike[posixpath.dirname(path), other or "the top folder"].append(path)
    for (_, other), paths in alike.items():
        more = f", and {len(paths) - 1} more" if len(paths) > 1 else ""
        yield LeftOut(min(paths), f"{reason} {other}{more}")
