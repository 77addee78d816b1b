"""A question that is a heading leads to that section, and one word more or less does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.agents.faq.retrieval.asked import asked
from shiploop.agents.faq.retrieval.headings import Ambiguous, Headings, Named
from shiploop.agents.faq.retrieval.sections import split_sections

PAGES = {
    "docs/keys.md": "# Keys\n\n## Rotate the `API` keys\n\nRun it.\n\n"
    "## Revoke keys\n\nDelete it.\n",
    "docs/install.md": "# Installing Redis\n\n## Linux\n\nA.\n\n## Windows\n\nB.\n",
    "docs/move.md": "# Migrate from Redis to Valkey\n\nMove.\n\n## Before you begin\n\nWait.\n",
    "docs/moved.md": "# Upgrade\n\n## Before you begin\n\nStop.\n",
    "docs/faq.md": "# Common questions\n\n## Why are tasks declined?\n\nSo.\n\n"
    "## How long are tasks kept?\n\nA day.\n\n## Can I run it without Docker?\n\nYes.\n",
    "docs/caching.md": "# Cache layers\n\n## Steps to take\n\nDo it.\n",
    "docs/zh.md": "# 告警\n\n## 創建告警規則\n\n編輯。\n\n## 什麼時候算是上線\n\n現在。\n",
    "docs/ja.md": "# はじめに\n\n## デモを動かす\n\n実行。\n\n## ロールバックの条件\n\n三つ。\n",
    "docs/de.md": "# Schlüssel\n\n## Schlüssel für die API erneuern\n\nSo.\n",
    "docs/fr.md": "# Clés\n\n## Renouveler les clés de l’API\n\nAinsi.\n",
}


@pytest.fixture(scope="module")
def headings() -> Headings:
    return Headings([each for path, text in PAGES.items() for each in split_sections(path, text)])


def place(found: Named | Ambiguous | None) -> str | None:
    return f"{found.section.path}#{found.section.anchor}" if isinstance(found, Named) else None


@pytest.mark.parametrize(
    ("question", "anchor"),
    [
        ("Rotate the API keys", "keys.md#rotate-the-api-keys"),
        ("ROTATE THE API KEYS?!", "keys.md#rotate-the-api-keys"),
        ("How do I rotate the `API` keys?", "keys.md#rotate-the-api-keys"),
        ("how to rotate “API” keys", "keys.md#rotate-the-api-keys"),
        ("How can we rotate our API keys?", "keys.md#rotate-the-api-keys"),
        ("Rotating API keys", "keys.md#rotate-the-api-keys"),
        ("What's the best way to revoke keys", "keys.md#revoke-keys"),
        ("Ｒｅｖｏｋｅ　ｋｅｙｓ", "keys.md#revoke-keys"),
        ("How do I install Redis on Windows?", "install.md#windows"),
        ("Install Redis: Linux", "install.md#linux"),
        ("How do I migrate from Redis to Valkey?", "move.md#migrate-from-redis-to-valkey"),
        ("Why is a task declined?", "faq.md#why-are-tasks-declined"),
        ("How long is a task kept?", "faq.md#how-long-are-tasks-kept"),
        ("Could we run it without Docker?", "faq.md#can-i-run-it-without-docker"),
        ("What are cache layers?", "caching.md#steps-to-take"),
        ("如何創建告警規則？", "zh.md#創建告警規則"),
        ("創建告警規則的方法", "zh.md#創建告警規則"),
        ("什麼時候算是上線？", "zh.md#什麼時候算是上線"),
        ("デモを動かすには？", "ja.md#デモを動かす"),
        ("ロールバックの条件は何ですか？", "ja.md#ロールバックの条件"),
        (
            "Wie kann ich den Schlüssel für die API erneuern?",
            "de.md#schlüssel-für-die-api-erneuern",
        ),
        ("Comment renouveler les clés de l'API ?", "fr.md#renouveler-les-clés-de-lapi"),
    ],
)
def test_a_question_that_is_a_heading_names_its_section(
    headings: Headings, question: str, anchor: str
) -> None:
    found = headings.find(question)
    assert place(found) == f"docs/{anchor}"
    assert isinstance(found, Named)
    assert found.in_order


@pytest.mark.parametrize(
    "question",
    [
        "How do I rotate the API tokens?",
        "How do I revoke the API keys?",
        "When are API keys rotated?",
        "How often are tasks kept?",
        "Where are tasks kept?",
        "Why are tasks kept?",
        "Must I run it without Docker?",
        "Can I run it with Docker?",
        "How do I install Redis on macOS?",
        "How do I install Valkey on Windows?",
        "How do I not revoke keys?",
        "如何刪除告警規則？",
        "ロールバックの理由は何ですか？",
    ],
)
def test_with_another_word_it_is_another_question(headings: Headings, question: str) -> None:
    assert headings.find(question) is None


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("[`LOG_LEVEL=<level>`](#LOG_LEVEL) {#LOG_LEVEL}", "What is LOG_LEVEL?"),
        ("`--output <folder>`", "What is --output?"),
        ("`--output=<folder>`", "--output"),
        ("`cache-size` (optional)", "What is cache-size?"),
    ],
)
def test_a_setting_is_named_without_the_value_that_its_heading_shows(
    heading: str, question: str
) -> None:
    page = f"# Settings\n\n## {heading}\n\nIt is set once.\n\n## Others\n\nThey are not.\n"
    found = Headings(split_sections("settings.md", page)).find(question)
    assert isinstance(found, Named)
    assert found.section.text == "It is set once."


def test_one_word_names_a_section_too_and_that_is_told(headings: Headings) -> None:
    found = headings.find("What are keys?")
    assert place(found) == "docs/keys.md#keys"
    assert isinstance(found, Named)
    assert found.is_one_word


def test_the_order_of_the_words_is_told(headings: Headings) -> None:
    found = headings.find("How do I migrate from Valkey to Redis?")
    assert place(found) == "docs/move.md#migrate-from-redis-to-valkey"
    assert isinstance(found, Named)
    assert not found.in_order


def test_several_sections_with_one_heading_are_told_apart_by_what_is_above(
    headings: Headings,
) -> None:
    found = headings.find("Before you begin")
    assert isinstance(found, Ambiguous)
    assert [each.path for each in found.sections] == ["docs/move.md", "docs/moved.md"]
    assert place(headings.find("Before you begin the upgrade")) == "docs/moved.md#before-you-begin"
    assert place(headings.find("Upgrade: before you begin")) == "docs/moved.md#before-you-begin"


def test_empty_headings_are_no_copies_of_each_other() -> None:
    pages = {
        path: f"# {path}\n\n## Install the server\n\n### Run it\n\nRun `{path}`.\n"
        for path in ("dnf.md", "apt.md")
    }
    sections = [each for path, text in pages.items() for each in split_sections(path, text)]
    assert isinstance(Headings(sections).find("Install the server"), Ambiguous)


def test_what_is_written_so_goes_before_what_is_written_alike() -> None:
    found = Headings(split_sections("a.md", "# Manual mocks\n\nA.\n\n# Manual mock\n\nB.\n"))
    assert place(found.find("MANUAL MOCK")) == "a.md#manual-mock"
    assert place(found.find("What are manual mocks?")) == "a.md#manual-mocks"


def test_it_is_told_whether_other_pages_have_the_same_heading() -> None:
    pages = {
        "a.md": "# Sea\n\n## Find a berth\n\nAsk the office.\n",
        "b.md": "# River\n\n### Find a berth\n\nTake any.\n\n## Find a rope\n\nBuy one.\n",
    }
    headings = Headings(
        [each for path, text in pages.items() for each in split_sections(path, text)]
    )
    found = headings.find("Find a berth of the sea"), headings.find("Find a rope")
    told = [each.has_namesakes for each in found if isinstance(each, Named)]
    assert told == [True, False]


def test_copies_of_a_section_count_once() -> None:
    page = "# Keys\n\n## Revoke keys\n\nDelete it.\n"
    found = Headings([*split_sections("a.md", page), *split_sections("b.md", page)])
    assert place(found.find("Revoke keys")) == "a.md#revoke-keys"


def test_of_copies_the_section_in_its_own_language_counts() -> None:
    pages = {
        "de/keys.md": "# Schlüssel\n\n## 撤销密钥\n\n删除密钥，然后重新启动服务器。\n",
        "zh/keys.md": "# 密钥\n\n## 撤销密钥\n\n删除密钥，然后重新启动服务器。\n",
    }
    found = Headings([each for path in pages for each in split_sections(path, pages[path])])
    assert place(found.find("如何撤销密钥？")) == "zh/keys.md#撤销密钥"


@pytest.mark.parametrize(
    ("text", "anchor", "has_more_below"),
    [
        ("# Rotate keys\n\nRun it.\n", "rotate-keys", False),
        ("# Rotate keys\n\nRun it.\n\n## After that\n\nWait.\n", "rotate-keys", True),
        ("# Rotate keys\n\n## Steps\n\nRun it.\n", "steps", False),
        ("# Rotate keys\n\n## Steps\n\nRun it.\n\n## After that\n\nWait.\n", "rotate-keys", True),
    ],
)
def test_it_is_told_whether_there_is_more_below(
    text: str, anchor: str, has_more_below: bool
) -> None:
    found = Headings(split_sections("a.md", text)).find("rotate keys")
    assert isinstance(found, Named)
    assert (found.section.anchor, found.has_more_below) == (anchor, has_more_below)


WORDS = st.sampled_from(["rotate", "revoke", "api", "keys", "tokens", "redis", "windows", "not"])


@given(st.lists(WORDS, min_size=2, max_size=5, unique=True), st.data())
def test_a_heading_with_a_word_swapped_is_never_that_heading(
    words: list[str], data: st.DataObject
) -> None:
    found = Headings(split_sections("a.md", f"# {' '.join(words)}\n\nText.\n"))
    assert isinstance(found.find(" ".join(words)), Named)
    other = data.draw(WORDS.filter(lambda word: word not in words))
    place = data.draw(st.integers(0, len(words) - 1))
    assert found.find(" ".join([*words[:place], other, *words[place + 1 :]])) is None


@given(st.text(max_size=120))
def test_any_text_is_about_something_or_nothing(text: str) -> None:
    about = asked(text)
    assert about.weight >= 0
    assert asked(text.upper()).key == asked(text.upper().lower()).key
