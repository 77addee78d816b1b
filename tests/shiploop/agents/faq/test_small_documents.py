"""Answers from small documents of the kinds that real repositories have: what a reader is told."""

from collections.abc import Callable, Mapping

import pytest

from shiploop.agents.agent import World
from shiploop.agents.faq.agent import FaqAgent
from shiploop.agents.faq.question import AskRequest
from shiploop.agents.faq.retrieval.library import Library
from shiploop.domain.delivery.change import Declined, Proposal
from shiploop.domain.prompt import Prices
from tests.builders import TASK_ID
from tests.files import Files

AUTO, SUGGEST, DECLINED = "auto", "suggest", "declined"
MANY_SENTENCES = "It prints a line. " * 38


def drafted(pages: Mapping[str, str], question: str) -> Proposal | Declined:
    library = Library.of(Files(pages))
    agent = FaqAgent(lambda: library, "/faq", frozenset(), Prices(None, None))
    return agent.draft(AskRequest(question=question), World(TASK_ID))


def told(pages: Mapping[str, str], question: str) -> tuple[str, str]:
    """What becomes of a question, and the answer, which is empty where there is none."""
    draft = drafted(pages, question)
    if isinstance(draft, Declined):
        return DECLINED, ""
    return draft.assessment.level.value, str(draft.content["answer"])


def has(*texts: str) -> Callable[[str], bool]:
    return lambda answer: all(text in answer for text in texts)


def lacks(*texts: str) -> Callable[[str], bool]:
    return lambda answer: not any(text in answer for text in texts)


def is_link(answer: str) -> bool:
    """Tell whether nothing is quoted: a reader is sent to the page, or nowhere."""
    return not answer or answer.startswith("Read on: ")


def both(one: Callable[[str], bool], other: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda answer: one(answer) and other(answer)


@pytest.mark.parametrize(
    ("pages", "question", "outcomes", "right"),
    [
        pytest.param(
            {
                "docs/v1/cache.md": "# Cache\n\nThe cache keeps entries for 60 seconds.\n",
                "docs/v2/cache.md": "# Cache\n\nThe cache keeps entries for 10 seconds.\n",
            },
            "How long does the cache keep entries?",
            (SUGGEST,),
            has("10 seconds"),
            id="the newest version",
        ),
        pytest.param(
            {
                "docs/a.md": "# Rotate keys\n\n## Steps\n\nRun `keys rotate` and restart.\n",
                "docs/b.md": "# Rotate keys on Windows\n\n## x\n\nz\n",
                "docs/c.md": "# Rotate keys on Mac\n\n## x\n\nz\n",
            },
            "rotate keys",
            (AUTO,),
            has("`keys rotate`", "](a.md#steps)"),
            id="an empty section is its first child",
        ),
        pytest.param(
            {
                "docs/a.md": "# Keys\n\n## Rotate keys\n\nIt takes two steps.\n\n"
                "### Before it\n\nStop the server.\n\n### After it\n\nStart the server.\n"
                "## Revoke keys\n\nDelete them.\n"
            },
            "rotate keys",
            (AUTO,),
            both(
                has("two steps", "**Before it:**", "Start the", "](a.md#after-it)"), lacks("Revoke")
            ),
            id="a section with all that stands below it",
        ),
        pytest.param(
            {
                "docs/a.md": "# Keys\n\n## Rotate keys\n\nIt takes two steps.\n\n"
                f"### Before it\n\n{MANY_SENTENCES}\n\n### After it\n\n{MANY_SENTENCES}\n"
            },
            "rotate keys",
            (SUGGEST,),
            both(has("two steps"), lacks("Before")),
            id="too much stands below it",
        ),
        pytest.param(
            {
                "docs/a.md": "# Keys\n\n## Rotate keys\n\nIt takes two steps.\n\n"
                "### Before it\n\n**Deprecated in 2.0.** Stop it.\n\n### After it\n\nStart it.\n"
            },
            "rotate keys",
            (SUGGEST,),
            both(has("two steps"), lacks("Stop it", "Start it")),
            id="something below it is deprecated",
        ),
        pytest.param(
            {"docs/a.md": "# Acme\n\n## Eine Sicherung anlegen\n\nRufe `acme backup` auf.\n"},
            "Wie lege ich eine Sicherung an?",
            (AUTO,),
            has("acme backup"),
            id="a verb that is conjugated",
        ),
        pytest.param(
            {
                "docs/a.md": "# Limits\n\nUploads are limited by [the quota][q].\n\n"
                "## Other\n\nx\n\n[q]: quota.md\n"
            },
            "upload limits",
            (SUGGEST,),
            both(has("the quota"), lacks("[q]")),
            id="a reference link",
        ),
        pytest.param(
            {
                "docs/a.md": '# Changes\n\n!!! info "Only certificates"\n\n'
                "    They are reloaded without a restart.\n"
            },
            "are changes reloaded without a restart",
            (SUGGEST, DECLINED),
            lambda answer: is_link(answer) or "Only certificates" in answer,
            id="the title of an admonition",
        ),
        pytest.param(
            {
                "docs/a.md": "# customRef\n\nMakes a ref of your own.\n\n- **Type**\n\n"
                "  Takes a factory.\n\n- **Example**\n\n  See the debounced ref.\n"
            },
            "customRef type example",
            (SUGGEST,),
            lambda answer: "**Type**" not in answer or "Takes a factory." in answer,
            id="items with all their paragraphs",
        ),
        pytest.param(
            {
                "docs/a.md": "# Speed\n\n| tool | seconds |\n|---|---|\n| ours | 0.1 |\n"
                "| grep fast | 9.0 |\n"
            },
            "is it faster than grep?",
            (SUGGEST, DECLINED),
            lambda answer: "9.0" not in answer or ("0.1" in answer and "seconds" in answer),
            id="a table that is compared",
        ),
        pytest.param(
            {
                "docs/a.md": "# Replace\n\nThe tool can replace text in files it prints. "
                f"{MANY_SENTENCES}It never changes your files.\n"
            },
            "can it replace text in my files?",
            (SUGGEST, DECLINED),
            lambda answer: is_link(answer) or "It never changes your files." in answer,
            id="a negation at the end",
        ),
        pytest.param(
            {
                "docs/a.md": "# Macros\n\n> **Removed in 4.0.** Do not use.\n\n"
                "## Convert a ref\n\nUse `$()` to convert a ref.\n"
            },
            "convert a ref",
            (AUTO, SUGGEST, DECLINED),
            lambda answer: is_link(answer) or "4.0" in answer,
            id="a page that says removed",
        ),
        pytest.param(
            {
                "docs/a.md": "# Upload\n\nUse `File()`:\n\n{* ../../docs_src/upload.py hl[3] *}\n\n"
                "/// tip\n\nSmall files only.\n\n///\n"
            },
            "upload file",
            (SUGGEST, DECLINED),
            lambda answer: (
                is_link(answer)
                or ("{*" not in answer and "///" not in answer and "Small files only." in answer)
            ),
            id="directives and includes",
        ),
        pytest.param(
            {
                "docs/a.md": "# Protocol\n\nAll members speak one version of the acme protocol.\n",
                "docs/b.md": "# Start\n\nacme starts on port 1.\n",
                "docs/c.md": "# Stop\n\nacme stops.\n",
            },
            "Can acme speak the MySQL protocol?",
            (DECLINED,),
            lacks("acme"),
            id="a name that is nowhere",
        ),
        pytest.param(
            {
                "docs/help.md": '# Help\n\n<h3 name="a">Colours on Windows</h3>\n\nSet COLOR=1.\n\n'
                '<h3 name="b">Cygwin</h3>\n\nUse //.\n'
            },
            "colours on windows",
            (AUTO,),
            both(has("COLOR=1"), lacks("Use //", "Cygwin")),
            id="headings in HTML",
        ),
        pytest.param(
            {
                "CHANGELOG.md": "# 0.2\n\n- FEATURE 9: python files filter.\n",
                "GUIDE.md": "# File types\n\nUse `-t py` to restrict a search.\n",
            },
            "How do I only search python files?",
            (SUGGEST, DECLINED),
            lacks("FEATURE"),
            id="a changelog is no documentation",
        ),
        pytest.param(
            {
                "docs/a.md": "# Loops\n\nSend tasks: a task attached to a different loop fails.\n",
                "docs/b.md": "# Y\n\nfoo\n",
                "docs/c.md": "# Z\n\nbar\n",
            },
            "How do I send attachments?",
            (DECLINED,),
            lacks("loop"),
            id="a stem that means something else",
        ),
        pytest.param(
            {"docs/a.md": "# トランジション\n\nトランジションは要素に適用します。\n"},
            "トランジッション",
            (SUGGEST,),
            has("要素に適用します"),
            id="a slip in katakana",
        ),
        pytest.param(
            {
                "docs/a.md": "# 备份数据库\n\n运行备份命令可以备份数据库到云端。\n",
                "docs/b.md": "# 其他\n\n无\n",
            },
            "如何備份資料庫？",
            (SUGGEST,),
            has("备份"),
            id="Traditional asks and Simplified has it",
        ),
        pytest.param(
            {
                "docs/a.md": "# Limits\n\n"
                "Use `limit_req` to allow a number of requests per second per address.\n"
            },
            "limit requests per second per IP",
            (SUGGEST,),
            has("limit_req"),
            id="Latin words are no Italian",
        ),
    ],
)
def test_a_reader_is_told_what_the_documents_say(
    pages: Mapping[str, str],
    question: str,
    outcomes: tuple[str, ...],
    right: Callable[[str], bool],
) -> None:
    outcome, answer = told(pages, question)
    assert outcome in outcomes, answer
    assert right(answer), answer
