"""What answers are taken from and held against: the newest documents, the FAQ, lint rules."""

from collections.abc import Iterable
from dataclasses import dataclass

from shiploop.agents.agent import Repository
from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.agents.faq.gate.lint import RULES_PATH
from shiploop.agents.faq.retrieval.index import DocsIndex
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.domain.delivery.change import Source


@dataclass(frozen=True, slots=True)
class Library:
    """One commit's documents, searchable. The FAQ itself is left out: it is no source."""

    index: DocsIndex
    faq: str
    lint_rules: str | None

    @classmethod
    def of(cls, repository: Repository) -> "Library":
        """Read and index the repository's files."""
        pages = repository.markdown()
        faq = pages.pop(FAQ_PATH, "")
        return cls(DocsIndex(pages), faq, repository.text(RULES_PATH))

    def cited(self, sources: Iterable[Source]) -> tuple[Section, ...]:
        """Those sections of an answer's sources that there are."""
        found = (self.index.section(source.path, source.anchor) for source in sources)
        return tuple(section for section in found if section is not None)
