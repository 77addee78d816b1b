"""What answers are taken from and held against: the newest documents, the FAQ, lint rules."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from shiploop.agents.agent import Repository
from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.agents.faq.gate.lint import RULES_PATH
from shiploop.agents.faq.retrieval.headings import Headings
from shiploop.agents.faq.retrieval.index import DocsIndex
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.domain.delivery.change import Source
from shiploop.domain.limits import MAX_LINT_RULES_CHARACTERS


@dataclass(frozen=True, slots=True)
class Library:
    """One commit's documents, searchable. The FAQ itself is left out: it is no source."""

    index: DocsIndex
    faq: str
    lint_rules: str | None
    headings: Headings = field(default_factory=lambda: Headings(()))
    places: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, repository: Repository) -> "Library":
        """Read and index the repository's files."""
        pages = repository.markdown()
        index = DocsIndex({path: text for path, text in pages.items() if path != FAQ_PATH})
        for each in index.left_out:
            repository.leave_out(each.path, each.reason)
        rules = repository.text(RULES_PATH)
        if rules is not None and len(rules) > MAX_LINT_RULES_CHARACTERS:
            repository.leave_out(RULES_PATH, f"it is longer than {MAX_LINT_RULES_CHARACTERS}")
            rules = None
        places = {(each.path, each.anchor) for each in index.sections}
        places |= {(path, "") for path in pages}
        headings = Headings(index.sections)
        return cls(index, pages.get(FAQ_PATH, ""), rules, headings, frozenset(places))

    def cited(self, sources: Iterable[Source]) -> tuple[Section, ...]:
        """Those sections of an answer's sources that there are."""
        found = (self.index.section(source.path, source.anchor) for source in sources)
        return tuple(section for section in found if section is not None)

    def has_place(self, path: str, anchor: str) -> bool:
        """Tell whether a link to this page, or to this anchor on it, leads anywhere."""
        return (path, anchor) in self.places
