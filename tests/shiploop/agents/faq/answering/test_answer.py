"""An answer by quotation: the words, the links as the FAQ has to have them, and the source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shiploop.agents.faq.answering.answer import Answer, plain_texts, quoted_answer
from shiploop.agents.faq.answering.quotation import (
    Quotation,
    Unquotable,
    quote_part,
    quote_section,
)
from shiploop.agents.faq.document.entry import answer_problem
from shiploop.agents.faq.quoting.links import Reach
from shiploop.agents.faq.retrieval.sections import split_sections
from shiploop.domain.delivery.change import Source


def answered(text: str, path: str, hosts: frozenset[str] = frozenset()) -> Answer | None:
    """The answer by the last section of a page, whole; None where it cannot be quoted so."""
    section = split_sections(path, text)[-1]
    quotation = quote_section(section, Reach(hosts))
    return quoted_answer(section, quotation) if isinstance(quotation, Quotation) else None


def quoted(text: str) -> str:
    """The quotation of a page's only section: whole, or what speaks of a heartbeat."""
    (section,) = split_sections("docs/worker.md", f"# Worker\n\n{text}")
    quotation = quote_section(section)
    if isinstance(quotation, Unquotable):
        quotation = quote_part(section, lambda part: float("heartbeat" in part))
    assert isinstance(quotation, Quotation), quotation
    answer = quoted_answer(section, quotation)
    assert answer_problem(answer.text) is None
    text, _, source = answer.text.rpartition("\n\n")
    assert source == "Source: [Worker](worker.md#worker)"
    return text


def test_an_answer_quotes_the_section_and_names_it() -> None:
    page = "# The [worker](x.md)\n\n## Heart & *beat*\n\nEvery 2 s.\n"
    assert answered(page, "docs/guide/worker.md") == Answer(
        "Every 2 s.\n\nSource: [The worker › Heart & beat](guide/worker.md#heart--beat)",
        (Source("docs/guide/worker.md", "heart--beat", "The worker › Heart & beat"),),
        "extractive",
    )


def test_a_section_that_fits_is_quoted_whole() -> None:
    text = "Of no interest.\n\nDo so:\n\n1. Find a worker's heartbeat.\n2. Stop.\n\nThen *rest*."
    assert quoted(text) == text


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
    page, hosts = f"# Worker\n\n{link}\n", frozenset({"docs.example"})
    answer = answered(page, "docs/guide/worker.md", hosts)
    assert answer is not None
    assert answer.text.split("\n")[0] == expected


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
    answer = answered(f"# Page\n\n{text}\n", "docs/page.md")
    if answer is not None:
        assert answer_problem(answer.text) is None
        tokens = MarkdownIt("commonmark").parse(answer.text)
        nested = [child.type for token in tokens for child in token.children or ()]
        assert "image" not in nested
