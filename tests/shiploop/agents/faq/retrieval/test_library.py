"""What answers are taken from: the repository's documents, but for the FAQ itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from shiploop.agents.faq.retrieval.library import Library
from shiploop.domain.delivery.change import Source

FAQ = "# FAQ\n\n## Where are the docs?\n\nIn `docs/`.\n"
GUIDE = "# Guide\n\n## Heartbeats\n\nA worker heartbeat is written every five seconds.\n"
RULES = "[MD004]\nstyle = 'dash'\n"
HEARTBEATS = Source("docs/guide.md", "heartbeats", "Guide › Heartbeats")


@dataclass(frozen=True, slots=True)
class Files:
    """A repository of these files."""

    texts: Mapping[str, str]

    def markdown(self) -> dict[str, str]:
        return {path: text for path, text in self.texts.items() if path.endswith(".md")}

    def text(self, path: str) -> str | None:
        return self.texts.get(path)

    def leave_out(self, path: str, reason: str) -> None:
        raise AssertionError(f"{path}: {reason}")


def a_library(**more: str) -> Library:
    return Library.of(Files({"docs/FAQ.md": FAQ, "docs/guide.md": GUIDE, **more}))


def test_a_search_finds_the_section_that_answers() -> None:
    best = a_library().index.search("What is the worker heartbeat?")[0]
    assert best.section.path == "docs/guide.md"
    assert "every five seconds" in best.section.text


def test_the_faq_is_no_source_of_its_own_answers() -> None:
    library = a_library()
    hits = library.index.search("Where are the docs?")
    assert not [hit for hit in hits if hit.section.path == "docs/FAQ.md"]
    assert library.faq == FAQ


def test_a_repository_without_faq_and_lint_rules_has_none() -> None:
    library = Library.of(Files({"docs/guide.md": GUIDE}))
    assert (library.faq, library.lint_rules) == ("", None)


def test_the_repositorys_own_lint_rules_are_read() -> None:
    assert a_library(**{".rumdl.toml": RULES}).lint_rules == RULES


def test_of_what_an_answer_cites_the_sections_are_found_that_there_are() -> None:
    gone = Source("docs/guide.md", "gone", "Guide › Gone")
    in_the_faq = Source("docs/FAQ.md", "where-are-the-docs", "FAQ › Where are the docs?")
    (section,) = a_library().cited((gone, HEARTBEATS, in_the_faq))
    assert (section.path, section.anchor) == ("docs/guide.md", "heartbeats")
