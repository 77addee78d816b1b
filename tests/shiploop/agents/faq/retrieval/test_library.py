"""What answers are taken from: the repository's documents, but for the FAQ itself."""

from shiploop.agents.faq.gate.lint import Rules
from shiploop.agents.faq.retrieval.documentation import Documentation
from shiploop.agents.faq.retrieval.library import Librarian, Library
from shiploop.domain.delivery.change import Source
from tests.files import Files

FAQ = "# FAQ\n\n## Where are the docs?\n\nIn `docs/`.\n"
GUIDE = "# Guide\n\n## Heartbeats\n\nA worker heartbeat is written every five seconds.\n"
RULES = "[MD004]\nstyle = 'dash'\n"
HEARTBEATS = Source("docs/guide.md", "heartbeats", "Guide › Heartbeats")


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


def test_rules_that_are_read_in_part_only_are_not_gone_by_and_the_doctor_says_so() -> None:
    files = Files({".markdownlint.json": '{"extends": "base.json"}'})
    assert Library.of(files).lint_rules is None
    assert any("rumdl passes over" in found for found in files.found)


def test_the_repositorys_own_lint_rules_are_read() -> None:
    assert a_library(**{".rumdl.toml": RULES}).lint_rules == Rules(".rumdl.toml", RULES)


def test_of_what_an_answer_cites_the_sections_are_found_that_there_are() -> None:
    gone = Source("docs/guide.md", "gone", "Guide › Gone")
    in_the_faq = Source("docs/FAQ.md", "where-are-the-docs", "FAQ › Where are the docs?")
    (section,) = a_library().cited((gone, HEARTBEATS, in_the_faq))
    assert (section.path, section.anchor) == ("docs/guide.md", "heartbeats")


def test_what_is_left_out_is_told_in_a_line_for_each_folder() -> None:
    pages = {
        f"docs/v{version}/{name}.md": f"# {name} {version}" for version in (1, 2) for name in "ab"
    }
    files = Files({**pages, "docs/v2/c/copy.md": "# a 2", "CHANGELOG.md": "# 1"})
    library = Library.of(files)
    assert [section.path for section in library.index.sections] == [
        "docs/v2/a.md",
        "docs/v2/b.md",
    ]
    assert files.left_out == {
        "docs/v1/a.md": "current is docs/v2, and 1 more",
        "docs/v2/c/copy.md": "it is a copy, as in docs/v2",
        "CHANGELOG.md": "it is no documentation: 'changelog*' of SHIPLOOP_DOCS_EXCLUDE names it",
    }


def test_the_next_library_takes_what_has_not_changed_from_the_last() -> None:
    make = Librarian(Documentation())
    first = make(Files({"docs/a.md": GUIDE, "docs/b.md": "# B\n\nOne.\n"}))
    second = make(Files({"docs/a.md": GUIDE, "docs/b.md": "# B\n\nTwo.\n"}))
    assert first.index.section("docs/a.md", "guide") is second.index.section("docs/a.md", "guide")
    assert [hit.section.text for hit in first.index.search("one")] == ["One."]
    assert [hit.section.text for hit in second.index.search("two")] == ["Two."]
    assert second.index.search("one") == ()
