import subprocess
import sys
import time
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from shiploop.agents.faq.dialects.dialect import Dialect
from shiploop.agents.faq.dialects.mdx import DOCUSAURUS
from shiploop.agents.faq.dialects.plain import GFM
from shiploop.agents.faq.document.document import (
    Entry,
    UnsafeDocumentError,
    as_written,
    entries,
    entry_id,
    find,
    insert,
    put_back,
    remove,
)
from shiploop.agents.faq.document.markers import find_markers, find_markers_by_parsing
from shiploop.agents.faq.question import Question, check_question

TRACE_ID = "0b0e4a4e-62d5-4b1e-9d57-1c7f6c2b8a01"


def entry(text: str, answer: str = "An answer.") -> Entry:
    question = check_question(text)
    assert isinstance(question, Question)
    return Entry(question.text, question.hash, question.slug, TRACE_ID, answer)


EXPORT = entry("How do I export my data?", "Press *Export*.\n\n- CSV\n- JSON")
RESET = entry("如何重設密碼？", "```sh\n## not a heading\nmake reset\n```")
DEPLOY = entry("How do I deploy `main` to <production> & test #1?", "See [deploying](deploy.md).")
QUOTING = entry("What are markers?", f"So:\n\n    <!-- /shiploop:entry {entry_id(RESET)} -->")
POOL = (EXPORT, RESET, DEPLOY, QUOTING)

# --- generated documents -------------------------------------------------------------------

BLOCKS = [
    *(insert("", each) for each in POOL),
    *(insert("", each, DOCUSAURUS) for each in POOL[:2]),
]
FRAGMENTS = [
    *("# FAQ", "## What is it?", "### 這是什麼？", "Setext?", "===", "---", "text", "more text  "),
    *("", "", "", "   ", "\t", "- item", "  nested", "1. one", "> quoted", "    code", "\ttab"),
    *("```", "```sh", "````", "  ```", "~~~", "~~~~ x", "- ```", "> ```", "   ~~~", "a ``` b"),
    *("<!-- note -->", "<!--", "-->", "<div>", "</div>", "<script>", "</script>", "- <!--"),
    *("<https://example.com>", "<?php", "?>", "| a | b |", "|---|---|", "[label]: /url", "\\"),
    *("{/* note */}", "{/*", "*/}", "{/* /shiploop:entry x */}", "<Tabs>", "{`"),
    *("title: x", "\u2028", "x\x0cy", "\x85", "x \ufeff"),
    *(line for block in BLOCKS for line in block.split("\n")[:2] + block.split("\n")[-1:]),
    *(f"  {BLOCKS[0].split(chr(10))[0]}", f"- {BLOCKS[0].split(chr(10))[0]}"),
    *BLOCKS,
]


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A document that people and tools have been at, with markers where none should be."""
    lines = draw(st.lists(st.sampled_from(FRAGMENTS), max_size=14))
    newlines = draw(st.sampled_from([("\n",), ("\r\n",), ("\n", "\r\n"), ("\r",), ("\r", "\n")]))
    text = "".join(
        line.replace("\n", newlines[0]) + draw(st.sampled_from(newlines)) for line in lines
    )
    text = draw(st.sampled_from(["", "\ufeff"])) + draw(st.sampled_from(["", "---\n"])) + text
    return text if draw(st.booleans()) else text.rstrip("\r\n")


def inserted(document: str, *new: Entry, dialect: Dialect = GFM) -> str:
    """Insert one after the other; documents that end inside a fence are not looked at."""
    try:
        for each in new:
            document = insert(document, each, dialect)
    except UnsafeDocumentError:
        assume(False)
    return document


dialects = st.sampled_from([GFM, DOCUSAURUS])
new_entries = st.sampled_from(POOL)
several = st.lists(new_entries, unique=True, min_size=2)


@settings(max_examples=400)
@given(documents(), new_entries, dialects)
@example("", EXPORT, GFM)
@example("\n\n", EXPORT, GFM)
@example("# FAQ", RESET, DOCUSAURUS)
@example("\ufeff# FAQ\r\n", RESET, GFM)
@example(f"---\n# FAQ\r\r\r{BLOCKS[0]}", DEPLOY, GFM)
def test_removing_what_was_inserted_gives_the_original(
    document: str, new: Entry, dialect: Dialect
) -> None:
    assume(find(document, new.question_hash) is None)
    assert remove(inserted(document, new, dialect=dialect), new.question_hash) == document


@settings(max_examples=200)
@given(documents(), new_entries, dialects)
@example(f"# FAQ\n{BLOCKS[3]}\n{BLOCKS[3]}\n", EXPORT, GFM)
def test_inserting_twice_equals_inserting_once(document: str, new: Entry, dialect: Dialect) -> None:
    once = inserted(document, new, dialect=dialect)
    assert insert(once, new, dialect) == once


@settings(max_examples=200)
@given(documents(), st.permutations(POOL), st.permutations(POOL))
def test_the_order_of_insertions_does_not_matter(
    document: str, new: list[Entry], shuffled: list[Entry]
) -> None:
    assume(not any(find(document, each.question_hash) for each in new))
    assert inserted(document, *new) == inserted(document, *shuffled)


@settings(max_examples=200)
@given(documents(), several)
def test_removing_one_of_many_equals_never_having_inserted_it(
    document: str, new: list[Entry]
) -> None:
    assume(not any(find(document, each.question_hash) for each in new))
    all_inserted = inserted(document, *new)
    assert remove(all_inserted, new[0].question_hash) == inserted(document, *new[1:])


@settings(max_examples=200)
@given(documents(), new_entries, dialects)
def test_inserting_keeps_every_other_byte_and_every_other_entry(
    document: str, new: Entry, dialect: Dialect
) -> None:
    after = inserted(document, new, dialect=dialect)
    assert find(after, new.question_hash) == as_written(document, new)
    others = [e for e in entries(document) if e.question_hash != new.question_hash]
    assert [e for e in entries(after) if e.question_hash != new.question_hash] == others
    if find(document, new.question_hash) is None:
        assert is_one_run_longer(after, document)


@settings(max_examples=200)
@given(documents(), new_entries)
def test_removing_takes_one_run_of_characters_and_nothing_else(document: str, new: Entry) -> None:
    after = remove(document, new.question_hash)
    if find(document, new.question_hash) is None:
        assert after == document
    else:
        assert is_one_run_longer(document, after)
        assert document.count(f"entry {entry_id(new)}") - after.count(f"entry {entry_id(new)}") >= 2


def is_one_run_longer(longer: str, shorter: str) -> bool:
    before = common_start(longer, shorter)
    after = common_start(longer[::-1], shorter[::-1])
    return len(longer) > len(shorter) <= before + after


def common_start(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


@settings(max_examples=400)
@given(documents())
def test_markers_are_found_where_a_markdown_parser_sees_comments(document: str) -> None:
    body = document.removeprefix("\ufeff")
    expected = [marker.span() for marker in find_markers_by_parsing(body)]
    assert [marker.span() for marker in find_markers(body)] == expected


@settings(max_examples=200)
@given(documents(), new_entries, dialects)
def test_an_entry_is_put_back_as_it_stood(document: str, new: Entry, dialect: Dialect) -> None:
    assume(find(document, new.question_hash) is None)
    before = inserted(document, new, dialect=dialect)
    changed = insert(before, replace(new, answer="Another."))
    assert put_back(changed, new.question_hash, before) == before
    assert put_back(changed, new.question_hash, document) == document


# --- documents one by one --------------------------------------------------------------------

HUMAN = "# FAQ\n\nWelcome.\n\n## What is it?\n\nA thing.\n"


def test_where_the_site_reads_mdx_the_markers_are_its_comments() -> None:
    name = "how-do-i-export-my-data-523ca6ac"
    document = insert(HUMAN, EXPORT, DOCUSAURUS)
    assert document == (
        f"{HUMAN}\n"
        f"{{/* shiploop:entry {name} hash={EXPORT.question_hash} trace={TRACE_ID} */}}\n\n"
        "## How do I export my data?\n\nPress *Export*.\n\n- CSV\n- JSON\n\n"
        f"{{/* /shiploop:entry {name} */}}\n"
    )
    assert entries(insert(document, RESET)) == (EXPORT, RESET)  # each in its own form


def test_an_entry_is_written_under_its_own_heading_between_markers() -> None:
    name = "how-do-i-export-my-data-523ca6ac"
    assert entry_id(EXPORT) == name
    assert insert(HUMAN, EXPORT) == (
        f"{HUMAN}\n"
        f"<!-- shiploop:entry {name} hash={EXPORT.question_hash} trace={TRACE_ID} -->\n\n"
        "## How do I export my data?\n\nPress *Export*.\n\n- CSV\n- JSON\n\n"
        f"<!-- /shiploop:entry {name} -->\n"
    )


def test_entries_stand_in_slug_order_after_human_text_and_before_what_was_written_below() -> None:
    document = inserted(HUMAN, DEPLOY, EXPORT) + "\n## Contact\n"
    after = insert(insert(document, RESET), entry("A first question"))
    slugs = [each.slug for each in entries(after)]
    assert slugs == sorted(slugs)
    assert len(slugs) == 4
    assert after.startswith(HUMAN)
    assert after.endswith("-->\n\n## Contact\n")


def test_an_entry_for_the_same_question_is_replaced_where_it_stands() -> None:
    moved = inserted(HUMAN, EXPORT).removeprefix(HUMAN).lstrip() + "\n" + HUMAN
    newer = replace(EXPORT, answer="Press it twice.", question="how do I export my data")
    after = insert(moved, newer)
    assert entries(after) == (newer,)
    assert after.endswith(f"-->\n\n{HUMAN}")


def test_crlf_is_kept_and_used() -> None:
    after = insert(HUMAN.replace("\n", "\r\n"), RESET)
    assert after.count("\r\n") == after.count("\n") == insert(HUMAN, RESET).count("\n")
    assert find(after, RESET.question_hash) == RESET


def test_front_matter_is_not_read_as_markdown() -> None:
    front = "---\ntitle: FAQ\nnote: |\n  ```\n  <!-- \n```\n---\n"
    after = insert(f"{front}\n# FAQ\n", EXPORT)
    assert after.startswith(front)
    assert entries(after) == (EXPORT,)


@pytest.mark.parametrize(
    ("document", "level"),
    [
        ("", 2),
        ("no heading at all", 2),
        ("# FAQ\n\n## General\n\n### Is it?\n\n### Who？\n\n## Really?\n", 3),
        ("# FAQ\n\n## General\n\n```sh\n### is it?\n```\n", 2),
        ("# Is it?\n\n## Is it?\n", 1),
    ],
)
def test_the_heading_has_the_level_of_the_questions_around_it(document: str, level: int) -> None:
    assert f"-->\n\n{'#' * level} How do I" in insert(document, EXPORT)


def test_the_heading_has_the_level_of_our_other_entries() -> None:
    deeper = inserted(HUMAN, EXPORT).replace("## How do I", "#### How do I")
    assert "\n#### 如何重設密碼？\n" in insert(deeper, RESET)


@pytest.mark.parametrize("opened", ["```", "~~~~", "<!-- note", "<script>", "<?x", "<![CDATA["])
def test_nothing_is_appended_inside_an_unclosed_fence_or_html_block(opened: str) -> None:
    with pytest.raises(UnsafeDocumentError, match="ends inside"):
        insert(f"{HUMAN}\n{opened}\ntext\n", EXPORT)


@pytest.mark.parametrize("opened", ["- ```", "> ```", "- <!--", "<div>", "    ```", "a ``` b"])
def test_what_a_blank_line_or_the_end_of_a_list_closes_is_no_obstacle(opened: str) -> None:
    assert entries(insert(f"{HUMAN}\n{opened}\n", EXPORT)) == (EXPORT,)


@pytest.mark.parametrize("around", ["```\n{}\n```\n", "<pre>\n{}\n</pre>\n", "<div>\n{}\n</div>\n"])
def test_an_entry_quoted_in_a_fence_or_html_is_none(around: str) -> None:
    quoted = around.format(insert("", DEPLOY).replace("\n\n", "\n"))
    assert entries(quoted) == ()
    assert remove(quoted, DEPLOY.question_hash) == quoted
    assert insert(quoted, DEPLOY).startswith(quoted.rstrip())


def test_unpaired_nested_and_repeated_markers_are_text() -> None:
    first, *_, last = insert("", EXPORT).split("\n")
    block = insert("", RESET)
    document = f"{last}\n{first}\n\n{block}\n\n{last}\n\n{block.replace('make', 'my own')}\n"
    assert entries(document) == (RESET,)
    assert remove(document, EXPORT.question_hash) == document
    assert "my own reset" in remove(document, RESET.question_hash)


def test_a_marker_whose_id_and_hash_disagree_is_text() -> None:
    document = insert("", EXPORT).replace(f"hash={EXPORT.question_hash}", "hash=" + "0" * 64)
    assert entries(document) == ()


def test_text_written_directly_below_an_entry_does_not_join_the_paragraph_above_it() -> None:
    document = f"above\n{insert('', EXPORT)}\nbelow\n"
    assert remove(document, EXPORT.question_hash) == "above\n\nbelow\n"


def test_a_normal_document_is_clean_for_a_markdown_linter(tmp_path: Path) -> None:
    (tmp_path / "FAQ.md").write_text(inserted(HUMAN, EXPORT, RESET, entry("Is #1 <b> `x`?")))
    rumdl = Path(sys.executable).with_name("rumdl")
    result = subprocess.run(
        [rumdl, "check", "--no-cache", "--isolated", "FAQ.md"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_front_matter_that_never_ends_costs_nothing() -> None:
    assert entries("---\r\n" + "key: value\r\n" * 5000) == ()


def test_inserting_into_500_entries_takes_milliseconds() -> None:
    body = "Text with `code`.\n\n- one\n- two\n\n```html\n<div>\n```\n\nSource: [a › b](a.md#b)"
    document = insert(HUMAN, EXPORT)
    block = insert("", entry("Question 0000?", body))
    slot = entry("Question 0000?")
    for number in range(500):
        other = entry(f"Question {number:04}?")
        text = block.replace(entry_id(slot), entry_id(other))
        text = text.replace(slot.question_hash, other.question_hash)
        document += f"\n{text}\n"
    assert len(entries(document)) == 501
    took_s = []
    for _ in range(5):
        started = time.perf_counter()
        insert(document, entry("Question 0250, is it new?", body))
        took_s.append(time.perf_counter() - started)
    assert min(took_s) < 0.05  # 5 ms on a quiet machine; parsing all of it takes ten times that


@pytest.mark.parametrize(
    "page",
    [
        "# FAQ\n\n" + "|a|\n|-|\n" * 40_000,
        "# FAQ\n\n|a|\n|-|\n" + f"|{'x' * 60_000}|\n" + "|b|\n" * 60_000,
    ],
    ids=["each_row_might_begin_one", "one_cell_is_long"],
)
def test_a_table_costs_no_more_than_its_length(page: str) -> None:
    started = time.process_time()
    insert(page, EXPORT)
    assert time.process_time() - started < 8  # some 0.5 s; hours if each row were read on
