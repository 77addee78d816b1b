from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shiploop.agents.faq.retrieval.index import DocsIndex

REPOSITORY = Path(__file__).parents[5] / "sandbox" / "sample_repository"
PAGES = {
    "docs/workers.md": "# Workers\n\nThey run.\n\n## Heartbeat mechanism\n\nEvery 2 s.\n\n"
    "## Leases\n\nA worker has a heartbeat, too; the mechanism is told above, at length.\n",
    "docs/zh.md": "# 告警\n\n## 創建告警規則\n\n編輯檔案。\n\n## 其他\n\n規則。\n",
}


@pytest.fixture(scope="module")
def index() -> DocsIndex:
    return DocsIndex(PAGES)


@pytest.fixture(scope="module")
def sample() -> DocsIndex:
    pages = {str(p.relative_to(REPOSITORY)): p.read_text() for p in REPOSITORY.rglob("*.md")}
    return DocsIndex({path: text for path, text in pages.items() if path != "docs/FAQ.md"})


def test_a_section_named_by_the_terms_comes_before_one_that_mentions_them(index: DocsIndex) -> None:
    hits = index.search("What is the worker's heartbeat mechanism?")
    assert [hit.section.anchor for hit in hits] == ["heartbeat-mechanism", "leases", "workers"]
    assert [hit.coverage for hit in hits[:2]] == pytest.approx([1, 1])
    assert 0 < hits[2].coverage < 0.5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_hit_tells_path_heading_and_lines(index: DocsIndex) -> None:
    section = index.search("heartbeat mechanism")[0].section
    lines = PAGES[section.path].splitlines()[section.start_line - 1 : section.end_line]
    assert section.heading_path == ("Workers", "Heartbeat mechanism")
    assert lines[0] == "## Heartbeat mechanism"
    assert section.text in "\n".join(lines)


def test_what_another_language_says_comes_after() -> None:
    index = DocsIndex(
        {"en.md": "# Phase 10\n\nIt comes.\n", "zh.md": "# 其他\n\nPhase 10 尚未開始。\n"}
    )
    hits = index.search("Phase 10 是什麼？")
    assert hits[0].section.path == "zh.md"
    assert [hit.section.path for hit in hits[1:]] == ["en.md"]


def test_chinese_is_found_without_spaces_between_words(index: DocsIndex) -> None:
    best, *_ = index.search("如何創建告警規則？")
    assert best.section.heading_path == ("告警", "創建告警規則")
    assert best.coverage == pytest.approx(1)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("How do I back up everything?", "Backups"),
        ("Can I log in with a card?", "Login"),
        ("Which file system is best?", "Filesystems"),
        ("Do I get my money back?", "Refunds"),
    ],
)
def test_two_words_are_found_by_what_they_are_together(question: str, found: str) -> None:
    said = {
        "Backups": "Every night.",
        "Login": "By card.",
        "Filesystems": "Any of them.",
        "Refunds": "We pay money back at once.",
        "Attaching": "Everything that is running.",
    }
    page = "\n\n".join(f"## {heading}\n\n{text}" for heading, text in said.items())
    assert DocsIndex({"a.md": page}).search(question)[0].section.heading_path == (found,)


@pytest.mark.parametrize("question", ["How do I reset my password?", "What is it?", "如何？"])
def test_nothing_is_found_for_terms_that_no_section_has(index: DocsIndex, question: str) -> None:
    assert index.search(question) == ()


def test_an_unknown_term_lowers_the_coverage(index: DocsIndex) -> None:
    known, *_ = index.search("the heartbeat mechanism")
    partly, *_ = index.search("the heartbeat mechanism of elephants")
    assert known.coverage == pytest.approx(1)
    assert partly.coverage < 0.75


def test_no_more_than_the_limit_is_returned(index: DocsIndex) -> None:
    assert len(index.search("worker", limit=1)) == 1
    assert DocsIndex({}).search("worker") == ()


def test_many_threads_may_search_at_once(index: DocsIndex) -> None:
    questions = ["worker heartbeat", "創建告警規則", "leases", "elephants"] * 50
    expected = [index.search(question) for question in questions]
    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(index.search, questions)) == expected


SOME_PAGES = st.dictionaries(
    st.sampled_from(["a.md", "b.md", "c.md"]),
    st.sampled_from(
        ["# Worker\n\nIt runs.\n", "# Lease\n\n## Worker\n\nx\n", "# \n", "告警規則\n", ""]
    ),
)


@given(SOME_PAGES, SOME_PAGES)
def test_an_index_made_out_of_an_earlier_one_is_as_if_made_anew(
    before: dict[str, str], after: dict[str, str]
) -> None:
    earlier = DocsIndex(before)
    changed, anew = DocsIndex(after, earlier), DocsIndex(after)
    assert changed.sections == anew.sections
    for question in ("worker lease", "run", "告警", "wroker"):
        found, expected = changed.search(question), anew.search(question)
        assert [hit.section for hit in found] == [hit.section for hit in expected]
        assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected])
    assert earlier.sections == DocsIndex(before).sections


@given(st.text(max_size=60) | st.text(alphabet='"*^:()-+NEAR AND OR', max_size=40))
@example("告警\ud800")
@example("\udfff how do I")
def test_whatever_is_asked_is_not_taken_for_query_syntax(question: str) -> None:
    index = DocsIndex(PAGES)
    for hit in index.search(question):
        assert 0 < hit.coverage <= 1.000001


@pytest.mark.parametrize(
    ("question", "path", "anchor"),
    [
        ("What is the worker heartbeat mechanism?", "workers.md", "the-worker-heartbeat-mechanism"),
        ("What is Phase 10?", "roadmap.md", "phase-10-more-kinds-of-tasks"),
        ("What is the system architecture?", "architecture.md", "architecture"),
        ("How do I deploy to production?", "deployment.md", "deployment-and-verification"),
        ("How do I export my data?", "exporting-data.md", "exporting-data"),
        ("如何檢查 Vercel 部署狀態？", "zh-TW/deployment-status.md", "檢查-vercel-部署狀態"),
        ("如何創建告警規則？", "zh-TW/alert-rules.md", "創建告警規則"),
    ],
)
def test_users_questions_find_their_section_in_the_sample_repository(
    sample: DocsIndex, question: str, path: str, anchor: str
) -> None:
    best, *_ = sample.search(question)
    assert (best.section.path, best.section.anchor) == (f"docs/{path}", anchor)
    assert best.coverage == pytest.approx(1)
