from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.agents.faq.retrieval.versions import copies, superseded


def current(*paths: str) -> set[str]:
    return set(paths) - set(superseded(paths))


@pytest.mark.parametrize(
    ("newest", "others"),
    [
        ("docs/v2/cache.md", ["docs/v1/cache.md"]),
        ("docs/v10/cache.md", ["docs/v9/cache.md", "docs/v2/cache.md"]),
        ("docs/1.10/cache.md", ["docs/1.9/cache.md", "docs/1.9.5/cache.md"]),
        ("docs/2.x/cache.md", ["docs/2.4/cache.md", "docs/1.x/cache.md"]),
        ("docs/v1.2/cache.md", ["docs/v2.0-beta1/cache.md", "docs/v1.1/cache.md"]),
        ("docs/stable/cache.md", ["docs/latest/cache.md", "docs/1.2/cache.md"]),
        ("docs/latest/cache.md", ["docs/v3/cache.md", "docs/next/cache.md"]),
        ("docs/1.0/cache.md", ["docs/next/cache.md", "docs/main/cache.md", "docs/0.9/cache.md"]),
        ("docs/cache.md", ["docs/v1/cache.md"]),
        ("docs/cache.md", ["docs/next/cache.md"]),
        ("versioned_docs/version-1.2/cache.md", ["versioned_docs/version-1.1/cache.md"]),
        ("versioned_docs/version-1.2/cache.md", ["docs/cache.md"]),
        ("web/versioned_docs/version-1.2/a/b.mdx", ["web/docs/a/b.md"]),
        ("website/versioned_docs/version-1/a.md", ["docs/a.md"]),
        ("api_versioned_docs/version-2/a.md", ["api/a.md"]),
        ("en/2.0/cache.md", ["en/1.0/cache.md"]),
        ("content/v2/docs/cache.md", ["content/v1/docs/cache.md"]),
        (
            "i18n/ja/docusaurus-plugin-content-docs/version-1.2/cache.md",
            ["i18n/ja/docusaurus-plugin-content-docs/current/cache.md"],
        ),
    ],
)
def test_of_several_versions_the_newest_released_one_counts(newest: str, others: list[str]) -> None:
    assert current(newest, *others) == {newest}


@pytest.mark.parametrize(
    "paths",
    [
        ["docs/en/cache.md", "docs/ja/cache.md"],
        ["docs/en/v2/cache.md", "docs/ja/v1/cache.md"],
        ["docs/v2/cache.md", "docs/v2/keys.md"],
        ["docs/chapter/1/index.md", "docs/chapter/2/index.md"],
        ["docs/1/exercise.md", "docs/2/exercise.md"],
        ["docs/dev/index.md", "docs/index.md", "docs/dev/style.md"],
        ["api/v1/users.md", "api/v2/orders.md", "api/v2/keys.md", "api/v1/a.md", "api/v1/b.md"],
    ],
)
def test_what_is_no_version_of_something_stays(paths: list[str]) -> None:
    assert current(*paths) == set(paths)


def test_a_page_that_the_new_version_no_longer_has_is_not_current() -> None:
    old = [f"docs/v{n}/{name}.md" for n in (1, 2) for name in ("cache", "keys", "gone")]
    new = [f"docs/v3/{name}.md" for name in ("cache", "keys", "fresh")]
    assert current(*old, *new) == set(new)
    assert superseded([*old, *new])["docs/v2/gone.md"] == "docs/v3"


@pytest.mark.parametrize(
    "folders",
    [
        ("content/docs", "content/v1.20-docs", "content/v1.9-docs"),
        ("docs", "docs-v2", "docs-v1"),
        ("site/docs", "site/v1.2", "site/v1.1"),
        ("v1.20-docs", "v1.9-docs"),
    ],
)
def test_the_documents_beside_folders_of_versions_are_the_newest(folders: Sequence[str]) -> None:
    pages = ("cache.md", "keys/index.md", "keys/rotate.md", "limits.md")
    newest, *others = ({f"{folder}/{page}" for page in pages} for folder in folders)
    assert current(*newest, *(path for each in others for path in each)) == newest


def test_documents_beside_the_versions_of_something_else_stay() -> None:
    paths = {"v1/README.md", "v2/README.md", "docs/README.md", "docs/cache.md", "docs/keys.md"}
    assert current(*paths) >= {"docs/README.md", "docs/cache.md", "docs/keys.md", "v2/README.md"}


def test_a_page_that_is_only_in_what_is_not_released_yet_is_not_current() -> None:
    released = ["versioned_docs/version-1/a.md", "versioned_docs/version-1/b.md"]
    assert current(*released, "docs/a.md", "docs/b.md", "docs/c.md") == set(released)


def test_a_page_that_says_that_it_is_unreleased_gives_way() -> None:
    paths = ["docs/v1/cache.md", "docs/v2/cache.md", "docs/v1/keys.md", "docs/v2/keys.md"]
    replaced = superseded(paths, lambda path: path == "docs/v2/cache.md")
    assert set(paths) - set(replaced) == {"docs/v1/cache.md", "docs/v2/keys.md"}


def test_a_version_whose_first_page_says_that_it_is_unreleased_gives_way() -> None:
    old, new = (
        [f"docs/{version}/{name}.md" for name in ("index", "cache")] for version in ("v1", "v2")
    )
    replaced = superseded([*old, *new], lambda path: path == "docs/v2/index.md")
    assert {*old, *new} - set(replaced) == set(old)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("web/docusaurus.config.ts", "docs: { lastVersion: 'current', }"),
        ("web/versions.json", '[\n  "11.x",\n  "10.x"\n]'),
    ],
)
def test_a_site_may_say_that_what_stands_beside_its_versions_is_current(
    file: str, text: str
) -> None:
    paths = ["web/versioned_docs/version-10.x/cache.md", "web/docs/cache.md"]
    assert set(superseded(paths)) == {"web/docs/cache.md"}
    assert set(superseded(paths, read={file: text}.get)) == {paths[0]}


@pytest.mark.parametrize(
    ("body", "original"),
    [
        ("# Keys\n\nThe keys are rotated by their owner, who has to say so.", "en-US/keys.md"),
        ("# Schlüssel\n\nDie Schlüssel erneuert, wem sie gehören, und sagt das.", "de-DE/keys.md"),
        ("# 密钥\n\n密钥由其所有者轮换，所有者必须说明这一点。", "zh-CN/keys.md"),
        ("# Ключи\n\nКлючи меняет их владелец, который должен сообщить об этом.", "ru-RU/keys.md"),
    ],
)
def test_of_copies_the_one_in_its_own_language_counts(body: str, original: str) -> None:
    pages = {f"{folder}/keys.md": body for folder in ("de-DE", "en-US", "ru-RU", "zh-CN")}
    assert set(copies(pages).values()) == {original}


def test_of_copies_the_plainest_path_counts() -> None:
    pages = {
        "docs/de/a.md": "---\ntitle: A\n---\nSame.\n",
        "docs/en/a.md": "Same.\n",
        "docs/b.md": "Another.\n",
        "docs/empty.md": "",
        "docs/empty2.md": "\n",
    }
    assert copies(pages) == {"docs/de/a.md": "docs/en/a.md"}


SEGMENTS = st.sampled_from(
    ["docs", "v1", "v2", "1.x", "latest", "next", "en", "versioned_docs", "version-1", "1", "a"]
)
PATHS = st.lists(SEGMENTS, min_size=1, max_size=4).map(lambda parts: f"{'/'.join(parts)}.md")


@given(st.sets(PATHS, max_size=12))
def test_something_is_always_current_and_it_does_not_depend_on_the_order(paths: set[str]) -> None:
    replaced = superseded(sorted(paths))
    assert replaced == superseded(sorted(paths, reverse=True))
    assert not paths or paths - set(replaced)
    assert set(replaced) <= paths
