from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shiploop.agents.faq.answering.answer import (
    Answer,
    Unanswered,
    compose_extractive_answer,
    plain_texts,
)
from shiploop.agents.faq.document.entry import answer_problem
from shiploop.agents.faq.retrieval.index import DocsIndex
from shiploop.agents.faq.retrieval.sections import Hit, split_sections
from shiploop.domain.delivery.change import Source

REPOSITORY = Path(__file__).parents[5] / "sandbox" / "sample_repository"


def hit(text: str, path: str = "docs/guide/worker.md", coverage: float = 1.0) -> Hit:
    return Hit(split_sections(path, text)[-1], 1.0, coverage)


def quoted(text: str, question: str = "worker heartbeat", path: str = "docs/worker.md") -> str:
    answer = compose_extractive_answer(question, [hit(f"# Worker\n\n{text}", path)])
    assert isinstance(answer, Answer), answer
    assert answer_problem(answer.text) is None
    quotation, _, source = answer.text.rpartition("\n\n")
    assert source == "Source: [Worker](worker.md#worker)"
    return quotation


def test_an_answer_quotes_the_section_and_names_it() -> None:
    page = "# The [worker](x.md)\n\n## Heart & *beat*\n\nEvery 2 s.\n"
    answer = compose_extractive_answer("heartbeat?", [hit(page)])
    assert answer == Answer(
        "Every 2 s.\n\nSource: [The worker › Heart & beat](guide/worker.md#heart--beat)",
        (Source("docs/guide/worker.md", "heart--beat", "The worker › Heart & beat"),),
        "extractive",
    )


def test_a_section_that_fits_is_quoted_whole() -> None:
    text = "Of no interest.\n\nDo so:\n\n1. Find a worker's heartbeat.\n2. Stop.\n\nThen *rest*."
    assert quoted(text) == text


def test_what_is_too_long_is_not_cut_within_a_block() -> None:
    sentence = "The worker has a heartbeat in `file. name` for all. "
    for text, question in ((sentence * 75, "heartbeat"), ("工作者的心跳很重要。" * 75, "心跳")):
        assert isinstance(compose_extractive_answer(question, [hit(f"# A\n\n{text}")]), Unanswered)


def test_of_a_long_section_the_part_is_quoted_that_says_most_and_the_rest_is_linked() -> None:
    text = "word " * 150 + "end.\n\nA worker's heartbeat.\n\n" + "word " * 150 + "end."
    assert quoted(text) == (
        "word " * 150 + "end.\n\nA worker's heartbeat.\n\nRead on: [Worker](worker.md#worker)"
    )


def test_a_table_is_quoted_with_its_header_and_all_its_rows() -> None:
    table = "| Key | Use |\n| --- | --- |\n| `a` | other |\n| `b` | the [heartbeat](x.md) |"
    assert quoted(table) == table


def test_short_code_is_quoted_as_code() -> None:
    assert (
        quoted("Heartbeat:\n\n    redis-cli <x>\n") == "Heartbeat:\n\n```text\nredis-cli <x>\n```"
    )


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[a](setup.md)", "[a](guide/setup.md)"),
        ("[a](../index.md#top 'title')", "[a](index.md#top)"),
        ("[a](../FAQ.md)", "[a](FAQ.md)"),
        ("[a](../../README.md)", "[a](../README.md)"),
        ("[a](/api/x.md)", "[a](../api/x.md)"),
        ("[a](#below)", "[a](guide/worker.md#below)"),
        ("[a](<two words.md#告警>)", "[a](guide/two%20words.md#告警)"),
        ("[a](../../../outside.md)", "a"),
        ("[a](ftp://example.com)", "a"),
        ("[a](//example.com/x)", "a"),
        ("[a](<https://docs.example/(x)>)", "[a](https://docs.example/%28x%29)"),
        ("<https://docs.example/x>", r"[https\://docs.example/x](https://docs.example/x)"),
        ("[a](https://example.com/x)", "a"),
        ("[a](mailto:joe@example.com)", "a"),
        ("<https://example.com/x>", "`https://example.com/x`"),
        (
            "See https://example.com/x, www.example.com.",
            "See `https://example.com/x`, `www.example.com`.",
        ),
        ("[a][ref]\n\n[ref]: setup.md", "[a](guide/setup.md)"),
        ("x ![alt *text*](x.png)", r"x alt \*text\*"),
        ("wow\\![a](setup.md)", r"wow\![a](guide/setup.md)"),
        ("a <b>bold</b> `<i>` word <!-- x -->", "a bold `<i>` word"),
    ],
)
def test_links_lead_to_the_same_place_and_html_and_images_are_dropped(
    link: str, expected: str
) -> None:
    page = hit(f"# Worker\n\n{link}\n")
    answer = compose_extractive_answer("x", [page], frozenset({"docs.example"}))
    assert isinstance(answer, Answer)
    assert answer.text.split("\n")[0] == expected


def test_the_first_section_with_enough_coverage_and_text_is_quoted() -> None:
    hits = [
        hit("# Far\n\nText.", coverage=0.4),
        hit("# Empty\n\n<div>\n</div>\n"),
        hit("# Good\n\nText.", coverage=0.9),
    ]
    answer = compose_extractive_answer("What?", hits)
    assert isinstance(answer, Answer)
    assert [source.title for source in answer.sources] == ["Good"]


@pytest.mark.parametrize(
    ("markdown", "read"),
    [
        ("Use *the* [worker](worker.md).", "Use the worker ."),
        ("1. One\n2. **Two**", "One Two"),
        ("Run:\n\n```sh\nmake demo\n```", "Run: make demo"),
        (r"A \*star\* &amp; `<b>`", "A *star* & <b>"),
        ("", ""),
    ],
)
def test_the_plain_text_of_an_answer_is_what_a_reader_sees(markdown: str, read: str) -> None:
    assert " ".join(" ".join(plain_texts(markdown)).split()) == read


def test_the_plain_text_names_no_address() -> None:
    assert "worker.md" not in "".join(plain_texts("Source: [Worker](guide/worker.md#worker)"))


def test_what_no_section_covers_is_declined_with_the_closest_ones() -> None:
    declined = compose_extractive_answer("What?", [hit("# Far\n\nText.", coverage=0.4)])
    assert declined == Unanswered((Source("docs/guide/worker.md", "far", "Far"),))
    assert compose_extractive_answer("What?", []) == Unanswered(())


LINES = st.sampled_from(
    [
        *("word. More!", "a\\", "* x", "- y", "  - z", "1. one", "\\# no", "\\1. no", "\\- no"),
        *("> q", "```", "```sh", "<div>", "<!-- x", "-->", "&lt;b&gt;", "`<b>`", "**b. c**", "***"),
        *("| a | b |", "|---|---|", "![i](x.png)", "[a", "b](c.md)", "[r]: /u", "[r]", "", "", ""),
        *("\\[r]: /u", "\\<b>", "*a `b* c`", "_x", "https://x.example", "~~~", "\\---", "text  "),
    ]
)


@given(st.lists(LINES, max_size=12).map("\n".join))
def test_whatever_the_section_its_quotation_can_stand_in_the_faq(text: str) -> None:
    answer = compose_extractive_answer("word", [hit(f"# Page\n\n{text}\n")])
    if isinstance(answer, Answer):
        assert answer_problem(answer.text) is None
        tokens = MarkdownIt("commonmark").parse(answer.text)
        nested = [child.type for token in tokens for child in token.children or ()]
        assert "image" not in nested


@pytest.fixture(scope="module")
def sample() -> DocsIndex:
    pages = {str(p.relative_to(REPOSITORY)): p.read_text() for p in REPOSITORY.rglob("*.md")}
    return DocsIndex(pages)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What is the worker heartbeat mechanism?", "worker:heartbeat:"),
        ("How do I export my data?", "git history"),
        ("What is the merge freeze?", "`shiploop freeze`"),
        ("如何檢查 Vercel 部署狀態？", "Deployments"),
        ("如何創建告警規則？", "slo.yaml"),
    ],
)
def test_the_sample_repositorys_docs_answer(sample: DocsIndex, question: str, says: str) -> None:
    answer = compose_extractive_answer(question, sample.search(question))
    assert isinstance(answer, Answer)
    assert says in answer.text
    assert answer_problem(answer.text) is None


@pytest.mark.parametrize(
    "question",
    [
        "How do I reset my password?",
        "如何重設密碼？",
        "パスワードをリセットするには？",
        "How do I delete my account?",
        "Who won the world cup?",
    ],
)
def test_what_the_sample_repositorys_docs_do_not_say_is_declined(
    sample: DocsIndex, question: str
) -> None:
    assert isinstance(compose_extractive_answer(question, sample.search(question)), Unanswered)
