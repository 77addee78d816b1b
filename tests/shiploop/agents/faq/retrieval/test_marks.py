import pytest

from shiploop.agents.faq.retrieval.marks import is_page_unreleased
from shiploop.agents.faq.retrieval.sections import split_sections


def marks(page: str) -> dict[str, tuple[str, ...]]:
    return {section.anchor: section.marks for section in split_sections("p.md", page)}


@pytest.mark.parametrize(
    ("head", "mark"),
    [
        ("> **Removed in 4.0.** Do not use.", "Removed in 4.0."),
        (":::warning Deprecated\n\nUse `b`.\n\n:::", "Deprecated"),
        (":::warning Deprecated since 3.1\nUse `b`.\n:::", "Deprecated since 3.1"),
        ('!!! danger "Deprecated"\n\n    Use `b`.', "Deprecated"),
        (
            "> [!WARNING]\n> This is deprecated in favour of `b`.",
            "This is deprecated in favour of b.",
        ),
        ("/// warning | Experimental\n\nIt may change.\n\n///", "Experimental"),
        ("_Experimental_\n\nText.", "Experimental"),
        ("**Deprecated:** use `b`.", "Deprecated: use b."),
        (
            "This feature is experimental and may change.",
            "This feature is experimental and may change.",
        ),
        ("This option was removed in version 2.", "This option was removed in version 2."),
        ("![Beta](https://img.shields.io/x)", "Beta."),
        ('<Badge type="warning" text="deprecated" />', "deprecated."),
        ("This feature is not yet released.", "This feature is not yet released."),
        ("Macros are experimental.", "Macros are experimental."),
        ("::warning\nIt is deprecated.\n::", "It is deprecated."),
        ("> NB: this backend is in beta.", "NB: this backend is in beta."),
        ("!!! warning\n    This is experimental.\n\nText.", "This is experimental."),
        ("Diese Funktion ist veraltet.", "Diese Funktion ist veraltet."),
        ("この機能は非推奨です。", "この機能は非推奨です。"),
        ("该功能已弃用。", "该功能已弃用。"),
    ],
)
def test_what_a_head_says_is_a_mark_of_it_and_of_all_below(head: str, mark: str) -> None:
    page = f"# Macros\n\n{head}\n\n## Convert\n\nUse it.\n\n# Other\n\nText.\n"
    assert marks(page) == {"macros": (mark,), "convert": (mark,), "other": ()}


@pytest.mark.parametrize(
    "text",
    [
        "Entries are removed from the cache after a minute.",
        "It warns when memory is not released.",
        "Deleted and removed files are kept for 30 days.",
        "Set `preview` to see a preview of the page.",
        "The beta of the portfolio is 1.2.",
        "It is in alpha, so expect its API to change.",
        "This is deprecated in most shops.",
        "[A module](https://a.example) is in alpha.",
        "1. **Deprecated**: should no longer be used.\n2. **Removed**: is gone.",
        "::tip\nThe cache of others is experimental. This is in alpha.\n::",
        "> [!TIP]\n> This is experimental in other caches.",
        "!!! hint\n    This is in beta elsewhere.\n\nText.",
        "> `a` is kept. It was removed in 2.0 elsewhere.",
        ":::warning\nThe option `a` is deprecated.\n:::",
        "| Deprecated | New |\n|---|---|\n| this is deprecated | b |",
        "Deprecated entries are kept.",
        "This command replaces the now deprecated `a`.",
        "This cache is for services that are unstable.",
        "![Preview](a.png) ![The entries in a preview](b.png)",
        "Text.\n\nText.\n\nText.\n\nText.\n\nThe option `a` is deprecated.",
        "```\nthis is deprecated\n```",
    ],
)
def test_the_same_words_about_something_else_are_no_mark(text: str) -> None:
    assert marks(f"# Cache\n\n{text}\n") == {"cache": ()}


@pytest.mark.parametrize(
    "title", ["Deprecating and removing", "Déprécier un appel", "非推奨にする"]
)
def test_a_page_about_deprecating_is_not_itself_deprecated(title: str) -> None:
    page = f"# {title}\n\n**Deprecated**: should no longer be used.\n\n## When\n\nText.\n"
    assert set(marks(page).values()) == {()}


def test_a_heading_says_it_of_what_is_below_it_only() -> None:
    page = "# Options\n\n## `a` (deprecated)\n\nText.\n\n## `b`\n\nText.\n"
    assert marks(page) == {"options": (), "a-deprecated": ("a (deprecated)",), "b": ()}


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("deprecated: true", "This page is marked as deprecated."),
        ("status: Experimental", "This page is marked as experimental."),
        ("draft: true", "This page is marked as draft."),
    ],
)
def test_front_matter_says_it_of_the_page(line: str, mark: str) -> None:
    assert marks(f"---\n{line}\n---\n# A\n\nText.\n\n## B\n\nText.\n") == {
        "a": (mark,),
        "b": (mark,),
    }


def test_a_page_may_say_that_it_is_unreleased() -> None:
    assert is_page_unreleased("# Cache\n\n> **Unreleased.** This is about the next version.\n")
    assert is_page_unreleased("---\ndraft: true\n---\nText.\n")
    assert not is_page_unreleased("# Cache\n\n> **Deprecated.** Use keys.\n")
