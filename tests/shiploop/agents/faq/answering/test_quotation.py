"""Quotations: whole, or in part where nothing is lost by it, or not at all."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shiploop.agents.faq.answering.length import count_words
from shiploop.agents.faq.answering.quotation import (
    Quotation,
    Unquotable,
    is_quotation,
    join_sections,
    quote_part,
    quote_section,
)
from shiploop.agents.faq.document.entry import answer_problem
from shiploop.agents.faq.quoting.links import Reach
from shiploop.agents.faq.retrieval.sections import Section, split_sections
from shiploop.domain.limits import MAX_QUOTED_SECTION_CHARACTERS, MAX_QUOTED_WORDS

LONG = "word " * 150 + "end."
TOO_LONG = "word " * 251
LONGEST_S = 0.04  # twice what is promised: a machine may be busy


def section(text: str, path: str = "docs/a.md") -> Section:
    return split_sections(path, f"# A\n\n{text}\n")[0]


def about(*words: str) -> Callable[[str], float]:
    """Say that a text speaks of a question as often as it has its words."""
    return lambda text: float(sum(word in text.casefold() for word in words))


def whole(text: str) -> str:
    """The quotation of all of a section, or, after `!`, why there is none."""
    found = quote_section(section(text))
    return f"!{found.reason}" if isinstance(found, Unquotable) else found.text


def part(text: str, *words: str) -> str:
    found = quote_part(section(text), about(*words))
    return f"!{found.reason}" if isinstance(found, Unquotable) else found.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.\n\n- a\n- b", "One.\n\n- a\n- b"),
        ("", "!the section has no text"),
        ("![](x.png)", "!the section has no text"),
        (TOO_LONG, "!the section is longer than the 250 words that may be quoted"),
        ("x " * 5_000, "!the section is longer than the 250 words that may be quoted"),
        ("One.\n\n{% include 'x' %}", "!the section holds an include, `{% include 'x' %}`"),
        ("But so.", "!the section goes on from what stands above it"),
        ("Aber so.", "!the section goes on from what stands above it"),
        ("Andere sind so.", "Andere sind so."),
        ("Do so:", "!the section ends by announcing what stands elsewhere"),
        ("Do so：", "!the section ends by announcing what stands elsewhere"),
        ("**Do so:**", "!the section ends by announcing what stands elsewhere"),
        (
            "You have the following options.",
            "!the section ends by announcing what stands elsewhere",
        ),
        ("步骤如下。", "!the section ends by announcing what stands elsewhere"),
        ("See below.", "!the section ends by announcing what stands elsewhere"),
        ("The following holds. It is so.", "The following holds. It is so."),
        ("Do so:\n\n```sh\nmake x:\n```", "Do so:\n\n```sh\nmake x:\n```"),
    ],
)
def test_a_section_is_quoted_whole_or_not_at_all(text: str, expected: str) -> None:
    assert whole(text) == expected


CUT = "!what would be left out says when or whether the rest holds"
LONGER = "!what speaks of the question is longer than the 250 words that may be quoted"
HOLDS = "!what speaks of the question holds"


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("One.\n\nTwo.", ("two",), "One.\n\nTwo."),
        (f"{LONG}\n\n{LONG}\n\nIt is a cat.", ("cat",), f"{LONG}\n\nIt is a cat."),
        (f"{LONG}\n\n{LONG}\n\nA cat is it.\n\nSo.", ("cat",), f"{LONG}\n\nA cat is it.\n\nSo."),
        (f"{LONG}\n\n{LONG}\n\nDo so:\n\n- a cat", ("cat",), f"{LONG}\n\nDo so:\n\n- a cat"),
        (f"{LONG}\n\n{LONG}\n\nA.\n\n```x\ncat\n```", ("cat",), f"{LONG}\n\nA.\n\n```x\ncat\n```"),
        (f"A cat.\n\n{LONG}\n\n{LONG}\n\nIt never sleeps.", ("cat",), CUT),
        (f"{LONG}\n\n{LONG}\n\nOnly now.\n\nA cat.", ("cat",), f"{LONG}\n\nOnly now.\n\nA cat."),
        (f"Only on Mondays.\n\n{LONG}\n\n{LONG}\n\nA cat.", ("cat",), CUT),
        (f"A cat.\n\n{LONG}\n\n{LONG}\n\n!!! warning\n    It bites.", ("cat",), CUT),
        (f"A cat.\n\n{LONG}\n\n{LONG}\n\n!!! tip\n    It purrs.", ("cat",), f"A cat.\n\n{LONG}"),
        (f"猫很可爱。\n\n{LONG}\n\n{LONG}\n\n它不睡觉。", ("猫",), CUT),
        (f"猫がいます。\n\n{LONG}\n\n{LONG}\n\n寝ません。", ("猫",), CUT),
        (f"Die Katze.\n\n{LONG}\n\n{LONG}\n\nSie schläft nie.", ("katze",), CUT),
        (f"Le chat.\n\n{LONG}\n\n{LONG}\n\nSauf le lundi.", ("chat",), CUT),
        (f"El gato.\n\n{LONG}\n\n{LONG}\n\nNunca duerme.", ("gato",), CUT),
        (f"Il gatto.\n\n{LONG}\n\n{LONG}\n\nTranne il lunedì.", ("gatto",), CUT),
        (f"O gato.\n\n{LONG}\n\n{LONG}\n\nExceto segunda.", ("gato",), CUT),
        (f"De kat.\n\n{LONG}\n\n{LONG}\n\nBehalve op maandag.", ("kat",), CUT),
        (f"고양이.\n\n{LONG}\n\n{LONG}\n\n자지 않습니다.", ("고양이",), CUT),
        (f"A cat. {TOO_LONG}\n\nOne.", ("cat",), LONGER),
        (f"{LONG}\n\nA cat:\n\n- {TOO_LONG}", ("cat",), LONGER),
        ("| cat | s |\n|---|---|\n" + "| a | b c |\n" * 100, ("cat",), LONGER),
        ("A dog.", ("cat",), "!nothing of the section speaks of the question"),
        ("A cat {% x %}.", ("cat",), f"{HOLDS} a template outside of code"),
        (f"First, a cat.\n\n{LONG}\n\nThen a dog. {LONG}", ("cat",), CUT),
        (f"**A**\n\nA cat.\n\n{LONG}\n\n**B**\n\n{LONG}", ("cat",), f"**A**\n\nA cat.\n\n{LONG}"),
        (
            "Use `File()`:\n\n{* ../upload.py *}\n\n/// tip\n\nSmall files.\n\n///",
            ("files",),
            "**Tip:** Small files.",
        ),
    ],
)  # fmt: skip
def test_a_part_keeps_what_it_needs_and_cuts_off_no_condition(
    text: str, words: tuple[str, ...], expected: str
) -> None:
    assert part(text, *words) == expected


def test_a_part_is_no_more_than_what_fits_and_says_whether_it_is_all() -> None:
    found = quote_part(section(f"A cat.\n\n{LONG}\n\n{LONG}"), about("cat"))
    assert isinstance(found, Quotation)
    assert (found.complete, found.blocks) == (False, 2)
    all_of_it = quote_part(section("A cat.\n\nTwo."), about("cat"))
    assert all_of_it == Quotation("A cat.\n\nTwo.", complete=True, blocks=2, marks=())


@pytest.mark.parametrize(
    ("marks", "head"),
    [
        ((), ""),
        (("Removed in 4.0.",), "Removed in 4.0.\n\n"),
        (("Removed in 4.0.", "Do not use."), "Removed in 4.0. Do not use.\n\n"),
        (("*Deprecated* since <b>2.0</b>.",), "\\*Deprecated\\* since \\<b\\>2.0\\</b\\>.\n\n"),
        (("已弃用。",), "已弃用。\n\n"),
        (("This page is marked as experimental.",), "This page is marked as experimental.\n\n"),
        ((TOO_LONG,), None),
    ],
)
def test_marks_stand_above_what_is_quoted_or_nothing_is(
    marks: tuple[str, ...], head: str | None
) -> None:
    marked = replace(section("Use `x`."), marks=marks)
    for found in (quote_section(marked), quote_part(marked, about("use"))):
        if head is None:
            assert isinstance(found, Unquotable)
        else:
            assert found == Quotation(f"{head}Use `x`.", complete=True, blocks=1, marks=marks)
            assert is_quotation(found.text, marked, Reach())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](b.md#c)", "[a](b.md#c)"),
        ("[a](b.md#gone)", "a"),
        ("[a](gone.md)", "a"),
        ("[a](b)", "[a](b.md)"),
        ("[a](b/)", "[a](b.md)"),
        ("[a](b.html#c)", "[a](b.md#c)"),
        ("[a](/b)", "[a](b.md)"),
        ("[a](/docs/b.md)", "[a](b.md)"),
        ("[a](sub)", "[a](sub/index.md)"),
        ("[a](#here)", "[a](a.md#here)"),
        ("[a](#gone)", "a"),
        ("[a](../src/x.py)", "a"),
        ("`[a](gone.md)`", "`[a](gone.md)`"),
    ],
)
def test_a_link_that_is_not_known_to_exist_is_text(text: str, expected: str) -> None:
    known = {
        ("docs/b.md", ""),
        ("docs/b.md", "c"),
        ("docs/sub/index.md", ""),
        ("docs/a.md", "here"),
    }
    reach = Reach(exists=lambda path, anchor: (path, anchor) in known)
    found = quote_section(section(text), reach)
    assert isinstance(found, Quotation)
    assert found.text == expected
    # Who does not know what exists can still tell that this was quoted.
    assert is_quotation(found.text, section(text), Reach())


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("Use x.", "Use [`x`](b.md).\n\nTwo."),
        ("However, [x] is deprecated.", "X is deprecated.\n\nUse [`x`](b.md).\n\nTwo."),
    ],
)
def test_a_mark_is_said_once_and_as_a_sentence_of_its_own(mark: str, expected: str) -> None:
    marked = replace(section("Use [`x`](b.md).\n\nTwo."), marks=(mark,))
    found = quote_section(marked)
    assert isinstance(found, Quotation)
    assert found.text == expected
    assert is_quotation(found.text, marked, Reach())


def test_only_whole_blocks_are_a_quotation() -> None:
    page = section("One. Two.\n\n- a\n- b\n\n| c |\n|---|\n| d |")
    for text in ("One. Two.", "- a\n- b", "One. Two.\n\n- a\n- b", "| c |\n| --- |\n| d |"):
        assert is_quotation(text, page, Reach()), text
    for text in (
        "One.",
        "- a",
        "One. Two.\n\n- a",
        "One. Two.\n\n| c |\n| --- |\n| d |",
        "",
        "No.",
    ):
        assert not is_quotation(text, page, Reach()), text


CASES = {
    "reference links": (
        "# Limits\n\nUploads are limited by [the quota][q].\n\n## Other\n\nx\n\n[q]: quota.md\n",
        "Uploads are limited by [the quota](quota.md).",
    ),
    "an admonition's title": (
        '# Changes\n\n!!! info "Only certificates"\n\n    They are reloaded without a restart.\n',
        "**Only certificates:** They are reloaded without a restart.",
    ),
    "list items keep all their paragraphs": (
        "# customRef\n\nA ref.\n\n- **Type**\n\n  Takes a factory.\n\n- **Example**\n\n  See it.\n",
        "A ref.\n\n- **Type**\n\n  Takes a factory.\n\n- **Example**\n\n  See it.",
    ),
    "a table that is compared": (
        "# Speed\n\n| tool | seconds |\n|---|---|\n| ours | 0.1 |\n| grep fast | 9.0 |\n",
        "| tool | seconds |\n| --- | --- |\n| ours | 0.1 |\n| grep fast | 9.0 |",
    ),
    "a negation that is cut off": (
        f"# Replace\n\nIt replaces text. {'It prints. ' * 130}It never changes your files.\n",
        "!the section is longer than the 250 words that may be quoted",
    ),
    "a negation in a block of its own": (
        f"# Replace\n\nIt replaces text.\n\n{LONG}\n\n{LONG}\n\nIt never changes your files.\n",
        CUT,
    ),
    "a page that says removed": (
        "# Macros\n\n> **Removed in 4.0.** Do not use.\n",
        "> **Removed in 4.0.** Do not use.",
    ),
    "directives and includes": (
        "# Upload\n\n{* ../../upload.py hl[3] *}\n\n/// tip\n\nSmall files only.\n\n///\n",
        "!the section holds an include, `{* ../../upload.py hl[3] *}`",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_small_documents_keep_their_meaning(case: str) -> None:
    page, expected = CASES[case]
    first = split_sections("docs/a.md", page)[0]
    found = quote_section(first)
    if expected == CUT:
        found = quote_part(first, about("replaces"))
    assert (f"!{found.reason}" if isinstance(found, Unquotable) else found.text) == expected


# --- whatever the section ------------------------------------------------------------------------

# A text as a dialect has it, and the words that a reader sees of it.
Said = tuple[str, list[str]]

WORD = st.text(alphabet="abcdefghij", min_size=1, max_size=6)
SENTENCE = st.lists(WORD, min_size=1, max_size=8)
FRAMES = ("{}", "*{}*", "`{}`", "[{}](x.md)", "{} {{#id}}", "{}<!-- x -->")


def line_of(words: list[str], frame: str) -> Said:
    return frame.format(" ".join(words)), words


def indented(text: str, by: str) -> str:
    return "\n".join(f"{by}{line}" if line else by.rstrip() for line in text.split("\n"))


def box_of(inner: list[Said], kind: str) -> Said:
    """Put blocks into a box or an item, in one of the dialects."""
    text, words = "\n\n".join(text for text, _ in inner), [w for _, said in inner for w in said]
    match kind:
        case "!!!":
            return f"!!! note\n{indented(text, '    ')}", ["note", *words]
        case "???":
            return f'??? tip "a b"\n\n{indented(text, "    ")}', ["a", "b", *words]
        case "[!]":
            return f"> [!NOTE]\n>\n{indented(text, '> ')}", ["note", *words]
        case "<>":
            return f"<Note>\n\n{text}\n\n</Note>", ["note", *words]
        case ">":
            return indented(text, "> "), words
        case "-":
            return f"- {indented(text, '  ').lstrip()}", words
        case "1.":
            return f"1. {indented(text, '   ').lstrip()}", words
        case fence:
            long = fence * 2 if fence in text else fence
            return f"{long} note\n\n{text}\n\n{long}", ["note", *words]


def list_of(lines: list[Said]) -> Said:
    return "\n".join(f"* {text}" for text, _ in lines), [w for _, said in lines for w in said]


def table_of(cells: list[str]) -> Said:
    return "| {} | {} |\n|---|---|\n| {} | {} |".format(*cells), cells


LINE = st.builds(line_of, SENTENCE, st.sampled_from(FRAMES))
LEAF = st.one_of(
    LINE,
    st.lists(LINE, min_size=1, max_size=3).map(list_of),
    SENTENCE.map(lambda words: (f"```sh\n{' '.join(words)}\n```", words)),
    st.lists(WORD, min_size=4, max_size=4).map(table_of),
)
KINDS = st.sampled_from(["!!!", "???", "[!]", "<>", ">", "-", "1.", ":::", "///"])
BLOCK = st.recursive(
    LEAF,
    lambda inner: st.builds(box_of, st.lists(inner, min_size=1, max_size=3), KINDS),
    max_leaves=6,
)
SECTION = st.lists(BLOCK, min_size=1, max_size=6).map(
    lambda blocks: ("\n\n".join(text for text, _ in blocks), [w for _, ws in blocks for w in ws])
)


def read(markdown: str) -> list[str]:
    """The words that a reader of plain Markdown sees."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    pieces = [piece for token in tokens for piece in (token.children or (token,))]
    text = " ".join(piece.content for piece in pieces if not piece.type.startswith("html"))
    return "".join(c if c.isalnum() else " " for c in text).casefold().split()


@given(SECTION)
def test_a_whole_quotation_has_every_word_of_the_section_in_its_order(said: Said) -> None:
    text, words = said
    found = quote_section(section(text))
    if isinstance(found, Quotation):
        assert found.complete
        assert read(found.text) == words
        assert is_quotation(found.text, section(text), Reach())


@given(SECTION, WORD)
def test_a_part_has_words_in_a_row_and_ends_where_blocks_end(said: Said, word: str) -> None:
    text, words = said
    found = quote_part(section(text), about(word))
    if isinstance(found, Quotation):
        quoted = read(found.text)
        starts = range(len(words) - len(quoted) + 1)
        assert any(words[i : i + len(quoted)] == quoted for i in starts)
        assert count_words(found.text) <= MAX_QUOTED_WORDS
        assert is_quotation(found.text, section(text), Reach())
        assert found.complete is (quoted == words)


FRAGMENTS = (
    *("word ", "a.\n\n", "- a\n", "1. a\n", "> ", "| a |", "\n|---|\n", "```\n", "    x\n", "*"),
    *("**a ", "`", "[", "[a](b)", "[^1]", "[a]: b\n", "![](a)", "{", "{{ x }}", "{#a}", "<a "),
    *("<b>", "<!--", "-->", "<Note>\n", "::: note\n", ":::\n", "/// tip\n", "!!! a\n", "\\"),
    *('=== "x"\n', "a\n: b\n\n", "{% a %}\n", "<details>\n", "如何", "。", "~~", "++a++", "_"),
    *("https://x.example ", "{ref}`", "&amp;", "\n", "  \n", "<summary>"),
)


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_no_section_takes_long_to_be_looked_at(fragment: str) -> None:
    long = Section("a.md", ("A",), "a", 1, 2, (fragment * 20_000)[:20_000])
    at_limit = replace(long, text=long.text[:MAX_QUOTED_SECTION_CHARACTERS])
    for each in (long, at_limit):
        took_s = min(seconds(each) for _ in range(3))
        assert took_s <= LONGEST_S


def seconds(each: Section) -> float:
    begun = time.thread_time()
    quote_section(each)
    return time.thread_time() - begun


@settings(max_examples=50)
@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=40).map("".join))
def test_whatever_the_section_it_can_stand_in_the_faq(text: str) -> None:
    found = quote_part(section(text), lambda _: 1.0)
    if isinstance(found, Quotation):
        assert answer_problem(found.text) is None
        assert is_quotation(found.text, section(text), Reach())


PARENT = "# A\n\nOne.\n\n## B `b`\n\nTwo.\n\n### C\n\nThree.\n\n# D\n\nFour.\n"


def test_a_section_is_joined_with_what_stands_below_it_and_quoted_with_its_headings() -> None:
    above, *below, other = split_sections("a.md", PARENT)
    joined = join_sections((above, *below))
    assert joined is not None
    quoted = quote_section(joined)
    assert isinstance(quoted, Quotation)
    assert quoted.text == "One.\n\n**B b:**\n\nTwo.\n\n**C:**\n\nThree."
    assert is_quotation(quoted.text, joined, Reach())
    assert join_sections((above, *below, other)) is None
    assert join_sections((below[0], above)) is None
    assert join_sections((above,)) is None
    assert join_sections(()) is None


def test_what_is_marked_otherwise_is_not_joined() -> None:
    above, *below = split_sections("a.md", PARENT.partition("# D")[0])
    marked = replace(below[0], marks=("Deprecated.",))
    assert join_sections((above, marked)) is None
    assert join_sections((replace(above, marks=("Deprecated.",)), marked)) is not None


def test_a_heading_below_without_a_text_ends_no_quotation() -> None:
    joined = join_sections(split_sections("a.md", "# A\n\nOne.\n\n## B\n"))
    assert joined is not None
    assert isinstance(quote_section(joined), Unquotable)
