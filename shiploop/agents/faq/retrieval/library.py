"""What answers are taken from and held against: the newest documents, the FAQ, lint rules."""

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from shiploop.agents.agent import Repository
from shiploop.agents.faq.document.faq_files import FAQ_PATH, faq_in, find_faqs
from shiploop.agents.faq.gate.lint import RULES_PATHS, Rules, is_read_whole
from shiploop.agents.faq.profile import Profile, format_profile, read_profile
from shiploop.agents.faq.retrieval.documentation import Documentation
from shiploop.agents.faq.retrieval.headings import Headings
from shiploop.agents.faq.retrieval.index import DocsIndex
from shiploop.agents.faq.retrieval.language import language_of
from shiploop.agents.faq.retrieval.marks import is_page_unreleased
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.agents.faq.retrieval.versions import copies, superseded
from shiploop.domain.delivery.change import Source
from shiploop.domain.limits import MAX_FAQS, MAX_LINT_RULES_CHARACTERS, LeftOut

_EVERYTHING: Final = Documentation()


@dataclass(frozen=True, slots=True)
class Library:
    """One commit's documents, searchable. The FAQ itself is left out: it is no source.

    `pages` are the paths of all there is, whether it is answered from or not.
    """

    index: DocsIndex
    faq: str
    lint_rules: Rules | None
    headings: Headings = field(default_factory=lambda: Headings(()))
    pages: frozenset[str] = frozenset()
    profile: Profile = field(default_factory=Profile)
    faq_path: str = FAQ_PATH
    translations: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        repository: Repository,
        documentation: Documentation = _EVERYTHING,
        earlier: "Library | None" = None,
        faq_paths: Sequence[str] = (),
        dialect: str | None = None,
    ) -> "Library":
        """Read and index the repository's files; what has not changed is taken from `earlier`.

        `faq_paths` are the FAQ where its name does not tell, `dialect` names the one to write in
        where the repository's files do not tell rightly.
        """
        profile, pages = read_profile(repository, dialect), repository.markdown()
        faqs = tuple(faq_paths)[:MAX_FAQS] or find_faqs(pages) or (FAQ_PATH,)
        current, others = _current(pages, frozenset(faqs), documentation, repository.text)
        current = {path: profile.dialect.read_page(text) for path, text in current.items()}
        index = DocsIndex(current, earlier.index if earlier else None)
        for each in (*others, *index.left_out):
            repository.leave_out(each.path, each.reason)
        rules = _rules(repository)
        headings = Headings(index.sections, earlier.headings if earlier else None)
        first, *more = faqs
        translations = {path: pages.get(path, "") for path in more}
        faq = pages.get(first, "")
        repository.note(format_profile(profile, faq))
        return cls(index, faq, rules, headings, frozenset(pages), profile, first, translations)

    @property
    def faqs(self) -> Mapping[str, str]:
        """The FAQ, and what it is in other languages, by path; empty where there is none."""
        return {self.faq_path: self.faq, **self.translations}

    def faq_for(self, question: str) -> str:
        """The path of the FAQ in the language of a question; else of the first one."""
        if not self.translations:
            return self.faq_path
        told = [(path, language_of(text)) for path, text in self.faqs.items() if text]
        return faq_in(language_of(question), told) if told else self.faq_path

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

    def __init__(
        self,
        documentation: Documentation = _EVERYTHING,
        faq_paths: Sequence[str] = (),
        dialect: str | None = None,
    ) -> None:
        """`faq_paths`, `dialect`: where the repository's files do not tell them rightly."""
        self._documentation = documentation
        self._faq_paths = tuple(faq_paths)
        self._dialect = dialect
        self._last: Library | None = None

    def __call__(self, repository: Repository) -> Library:
        """The library of a commit; for one thread at a time."""
        self._last = Library.of(
            repository, self._documentation, self._last, self._faq_paths, self._dialect
        )
        return self._last


def _rules(repository: Repository) -> Rules | None:
    """The rules of the repository's linter, where it has some that can be read."""
    for path in RULES_PATHS:
        text = repository.text(path)
        if text is not None and len(text) > MAX_LINT_RULES_CHARACTERS:
            repository.leave_out(path, f"it is longer than {MAX_LINT_RULES_CHARACTERS}")
        elif text is not None:
            rules = Rules(path, text)
            if is_read_whole(rules):
                return rules
            repository.note(
                f"{path} extends a file or names groups of rules, which rumdl passes over: entries "
                "are linted by shiploop's own rules"
            )
            return None
    return None


def _current(
    pages: Mapping[str, str],
    faqs: frozenset[str],
    documentation: Documentation,
    read: Callable[[str], str | None],
) -> tuple[dict[str, str], Sequence[LeftOut]]:
    """The pages to answer from, which FAQs are none of; and, a line for each reason, the others."""
    documents, others = documentation.of(path for path in pages if path not in faqs)
    # What an FAQ is another version of is known by it.
    versions = documents | faqs.intersection(pages)
    replaced = superseded(versions, lambda path: is_page_unreleased(pages[path]), read)
    replaced = {path: newer for path, newer in replaced.items() if path not in faqs}
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
