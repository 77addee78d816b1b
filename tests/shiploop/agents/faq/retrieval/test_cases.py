"""Small repositories, a question, and what has to be found first: each kind went wrong once."""

from collections.abc import Mapping

import pytest

from shiploop.agents.faq.retrieval.library import Library
from tests.files import Files

OTHERS = {"docs/y.md": "# Y\n\nfoo\n", "docs/z.md": "# Z\n\nbar\n"}

FOUND = {
    "of two versions the newer one": (
        {
            "docs/v1/cache.md": "# Cache\n\nThe cache keeps entries for 60 seconds.\n",
            "docs/v2/cache.md": "# Cache\n\nThe cache keeps entries for 10 seconds.\n",
        },
        "How long does the cache keep entries?",
        "docs/v2/cache.md#cache",
    ),
    "the released version, not the one that is worked on": (
        {
            "docs/cache.md": "# Cache\n\nThe cache keeps entries for 5 seconds.\n",
            "versioned_docs/version-1.9/cache.md": "# Cache\n\nIt keeps entries for 60 seconds.\n",
            "versioned_docs/version-1.10/cache.md": "# Cache\n\nIt keeps entries for 10 seconds.\n",
        },
        "How long does the cache keep entries?",
        "versioned_docs/version-1.10/cache.md#cache",
    ),
    "a version that says that it is unreleased gives way": (
        {
            "docs/v1/cache.md": "# Cache\n\nThe cache keeps entries for 60 seconds.\n",
            "docs/v2/cache.md": "# Cache\n\n> Unreleased.\n\nThe cache keeps entries for 10 s.\n",
        },
        "How long does the cache keep entries?",
        "docs/v1/cache.md#cache",
    ),
    "an empty parent is its first child": (
        {
            "docs/a.md": "# Rotate keys\n\n## Steps\n\nRun `keys rotate` and restart.\n",
            "docs/b.md": "# Rotate keys on Windows\n\n## x\n\nz\n",
            "docs/c.md": "# Rotate keys on Mac\n\n## x\n\nz\n",
        },
        "rotate keys",
        "docs/a.md#steps",
    ),
    "so is an empty parent of an empty parent": (
        {
            "docs/a.md": "# Rotate keys\n\n<Tabs />\n\n## Overview\n\n### Steps\n\nRun it.\n",
            "docs/b.md": "# Windows\n\nHow to rotate keys on Windows.\n",
            **OTHERS,
        },
        "How do I rotate keys?",
        "docs/a.md#steps",
    ),
    "a heading in HTML": (
        {
            "docs/help.md": '# Help\n\n<h3 name="a">Colours on Windows</h3>\n\nSet COLOR=1.\n\n'
            '<h3 name="b">Cygwin</h3>\n\nUse //.\n',
        },
        "colours on windows",
        "docs/help.md#a",
    ),
    "a heading with an anchor of its own": (
        {"docs/a.md": "# Help\n\nx\n\n## Colours on Windows {#win}\n\nSet COLOR=1.\n", **OTHERS},
        "colours on windows",
        "docs/a.md#win",
    ),
    "a page whose title is in its front matter": (
        {"docs/a.md": "---\ntitle: Colours on Windows\n---\n\nSet COLOR=1.\n", **OTHERS},
        "colours on windows",
        "docs/a.md#",
    ),
    "documentation, not a changelog": (
        {
            "CHANGELOG.md": "# 0.2\n\n- FEATURE 9: python files filter.\n",
            "GUIDE.md": "# File types\n\nUse `-t py` to restrict a search to python files.\n",
        },
        "How do I only search python files?",
        "GUIDE.md#file-types",
    ),
    "a page that is only called by its file": (
        {
            "commands/rename.md": "Renames a key to a new key, or fails where there is none.\n",
            "commands/keys.md": "A key is a name. Rename, key, key and key.\n",
        },
        "How can I rename a key?",
        "commands/rename.md#",
    ),
    "a page in MDX": (
        {
            "docs/A.MDX": "import A from 'a'\n\n# Tabs\n\n<Tabs>\n\nSet `tabs`.\n\n</Tabs>\n",
            "docs/b.markdown": "# Lists\n\nSet `lists`.\n",
        },
        "How do I set tabs?",
        "docs/A.MDX#tabs",
    ),
    "a slip in katakana, small っ": (
        {"docs/a.md": "# トランジション\n\nトランジションは要素に適用します。\n", **OTHERS},
        "トランジッション",
        "docs/a.md#トランジション",
    ),
    "a slip in katakana, long ー": (
        {"docs/a.md": "# ユーザー設定\n\nユーザーを追加します。\n", **OTHERS},
        "ユザの追加",
        "docs/a.md#ユーザー設定",
    ),
    "a slip in katakana, small ォ": (
        {"docs/a.md": "# フォルダー\n\nフォルダーを作成します。\n", **OTHERS},
        "フオルダの作成",
        "docs/a.md#フォルダー",
    ),
    "Traditional asks, Simplified has it": (
        {
            "docs/a.md": "# 备份数据库\n\n运行备份命令可以备份数据库到云端。\n",
            "docs/b.md": "# 其他\n\n无\n",
        },
        "如何備份資料庫？",
        "docs/a.md#备份数据库",
    ),
    "Simplified asks, Traditional has it": (
        {"docs/a.md": "# 備份資料庫\n\n執行備份指令。\n", "docs/b.md": "# 其他\n\n無\n"},
        "如何备份数据库？",
        "docs/a.md#備份資料庫",
    ),
    "words of Latin that are no Italian": (
        {
            "docs/a.md": "# Limits\n\nUse `limit_req` to allow a number of requests per second per"
            " address.\n"
        },
        "limit requests per second per IP",
        "docs/a.md#limits",
    ),
    "another form of a German word": (
        {
            "docs/a.md": "# Passwörter\n\nDie Passwörter werden mit dem Befehl `reset` auf den"
            " Stand gesetzt, den sie bei der Installation hatten.\n",
            "docs/b.md": "# Anderes\n\nDas ist nicht wichtig und steht nur hier.\n",
        },
        "Wo steht das Passwort?",
        "docs/a.md#passwörter",
    ),
    "a slip in a French word": (
        {
            "docs/a.md": "# Réinitialiser\n\nPour réinitialiser le mot de passe, lancez la commande"
            " qui est décrite dans cette page.\n",
            "docs/b.md": "# Autre\n\nCette page ne dit rien de plus que ce que vous voyez ici.\n",
        },
        "Comment réinitialser ?",
        "docs/a.md#réinitialiser",
    ),
}


@pytest.mark.parametrize(("pages", "question", "first"), FOUND.values(), ids=FOUND)
def test_what_answers_is_found_first(pages: Mapping[str, str], question: str, first: str) -> None:
    best = Library.of(Files(pages)).index.search(question)[0]
    assert f"{best.section.path}#{best.section.anchor}" == first
    assert best.coverage >= 0.5


NOT_FOUND = {
    "a stem that means something else": (
        {
            "docs/a.md": "# Loops\n\nSend tasks: a task attached to a different loop fails.\n",
            **OTHERS,
        },
        "How do I send attachments?",
    ),
    "an older version that has what the newer one has not": (
        {
            "docs/v1/cache.md": "# Cache\n\nSet `evict_after`.\n",
            "docs/v1/keys.md": "# Keys\n\nRun `keys`.\n",
            "docs/v2/cache.md": "# Cache\n\nThere is nothing to set.\n",
            "docs/v2/keys.md": "# Keys\n\nRun `keys`.\n",
        },
        "evict_after",
    ),
    "what is said to agents": ({"AGENTS.md": "# Style\n\nUse tabs.\n", **OTHERS}, "use tabs"),
}


@pytest.mark.parametrize(("pages", "question"), NOT_FOUND.values(), ids=NOT_FOUND)
def test_what_does_not_answer_covers_too_little(pages: Mapping[str, str], question: str) -> None:
    hits = Library.of(Files(pages)).index.search(question)
    assert max((hit.coverage for hit in hits), default=0) < 0.6


def test_empty_parents_do_not_fill_the_hits() -> None:
    pages = {f"docs/{n}.md": f"# Rotate keys {n}\n\n## More\n\n" for n in range(5)}
    pages["docs/z.md"] = "# Z\n\nHow to rotate keys.\n"
    (hit,) = Library.of(Files(pages)).index.search("rotate keys")
    assert hit.section.path == "docs/z.md"


def test_what_says_the_same_twice_is_found_once() -> None:
    pages = {"docs/a.md": "# Keys\n\nRotate.\n\nx\n", "docs/b.md": "# Keys\n\nRotate.\n\nx\n"}
    pages["docs/c.md"] = "# More\n\ny\n\n## Keys\n\nRotate.\n\nx\n"
    hits = Library.of(Files(pages)).index.search("rotate keys")
    assert [hit.section.path for hit in hits] == ["docs/a.md"]


def test_simplified_and_traditional_are_told_apart_in_what_is_found() -> None:
    page = "# 備份資料庫\n\n執行備份指令。\n"
    best = Library.of(Files({"docs/a.md": page})).index.search("如何备份数据库？")[0]
    assert best.section.text == "執行備份指令。"
