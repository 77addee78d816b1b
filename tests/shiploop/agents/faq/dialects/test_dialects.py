"""Dialects: what is written is shown as it was meant, by small models of what generators do."""

import re
from typing import get_args

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shiploop.agents.faq.dialects.dialect import Code, Dialect, Unwritable
from shiploop.agents.faq.dialects.known import DIALECTS
from shiploop.agents.faq.dialects.pieces import read_pieces
from shiploop.agents.faq.dialects.plain import GFM, UNKNOWN
from shiploop.agents.faq.dialects.writing import read, write, write_heading
from shiploop.agents.faq.question import heading_text, unescape_heading
from shiploop.agents.faq.quoting.shapes import fenced
from shiploop.setting_values import FaqDialect
from tests.shiploop.agents.faq.dialects.models import MODELS

GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SIGNS = "{}%<>$~|#&:!*_`\\/-+= \"'"
code = st.text(alphabet=f"{SIGNS}ab", min_size=1, max_size=30).filter(lambda text: text.strip())
templates = st.sampled_from([
    "{{ a }}", "{% b %}", "{%- endraw -%}", "{{< a b >}}", "{{% a %}}", "{{</* a */>}}",
    "{{#include a}}", "\\{{#include a}}", "${{ secrets.A }}", "{{{ a }}}", "{{", "{%", "{# a #}",
    "<!-- a -->", "`a`", "# a", "## a", "#",
])  # fmt: skip
contents = st.lists(templates | code, min_size=1, max_size=4).map(" ".join)
words = st.lists(
    st.sampled_from(["word", "$5", "$HOME", "~10", "{count}", "a < b", "x > y", "&amp;", "5 | 6"]),
    min_size=1,
    max_size=5,
).map(lambda each: heading_text(" ".join(each)))


def span(content: str) -> str:
    runs = [len(run) for run in re.findall("`+", content)]
    ticks = "`" * (max(runs, default=0) + 1)
    pad = " " if content.startswith("`") or content.endswith("`") else ""
    return f"{ticks}{pad}{content}{pad}{ticks}"


spans = contents.map(lambda text: span(" ".join(text.split())))
lines = st.lists(words | spans, min_size=1, max_size=4).map(" ".join)
fences = st.builds(fenced, contents, st.sampled_from(["sh", "rust", "html-vue", "text"]))
items = st.lists(lines, min_size=1, max_size=3).map(lambda each: "\n".join(f"- {x}" for x in each))
dialects = st.sampled_from(list(DIALECTS.values()))
blocks = st.lists(lines | fences | items, min_size=1, max_size=4).map("\n\n".join)


def code_of(markdown: str) -> list[str]:
    tokens = GITHUB.parse(markdown)
    flat = [each for token in tokens for each in (token, *(token.children or ()))]
    return [each.content for each in flat if each.type in ("code_inline", "fence")]


def shown(markdown: str) -> str:
    """What GitHub shows of a text, but for white space."""
    tokens = GITHUB.parse(markdown)
    flat = [each for token in tokens for each in (token.children or (token,))]
    return "".join("".join(each.content.split()) for each in flat)


def test_the_setting_names_every_dialect() -> None:
    assert set(get_args(FaqDialect)) == set(DIALECTS)


@given(blocks)
def test_pieces_are_the_text(markdown: str) -> None:
    assert "\n".join(piece.text for piece in read_pieces(markdown)) == markdown


@given(markdown=blocks)
def test_plain_markdown_is_written_as_it_is(markdown: str) -> None:
    assert write(markdown, GFM) == write(markdown, UNKNOWN) == markdown


@given(dialect=dialects, markdown=blocks)
def test_what_is_read_back_is_written_the_same_again(dialect: Dialect, markdown: str) -> None:
    written = write(markdown, dialect)
    assume(isinstance(written, str))
    assert isinstance(written, str)
    assert write(read(written, dialect), dialect) == written


@given(dialect=dialects, question=st.text(alphabet=f"{SIGNS}abc?", min_size=1, max_size=40))
def test_a_heading_is_read_back_as_it_was_asked(dialect: Dialect, question: str) -> None:
    question = question.strip()
    heading = write_heading(question, dialect)
    assume(isinstance(heading, str))
    assert unescape_heading(str(heading)) == question


@given(dialect=dialects)
def test_what_a_question_has_between_backticks_is_code(dialect: Dialect) -> None:
    for question in ("What does `--no-cache` do?", "Is `a_b(c)` the same as `./a.sh -x`?"):
        assert write_heading(question, dialect) == question
    assert write_heading("Why ``a`` or `b?", GFM) == r"Why \`\`a\`\` or \`b?"
    assert write_heading(r"Is `a\*` code?", GFM) == r"Is \`a\\\*\` code?"


def of_rust(markdown: str) -> str:
    """Without the signs by which mdBook tells hidden lines of Rust from others."""
    return re.sub(r"(?m)^(\s*(?:- )?)##", r"\1#", markdown)


@given(name=st.sampled_from(sorted(MODELS)), markdown=blocks)
@example(name="mdbook", markdown=r"`\{{#` `{{ a }}`")  # it is one escape, of both
@example(name="mdbook", markdown="`{{#include a}}` `{{#include a}}`")
def test_readers_see_what_is_meant(name: str, markdown: str) -> None:
    assume("'{{'" not in markdown and "{v-pre}" not in markdown)  # as Vue is told of it below
    written = write(markdown, DIALECTS[name])
    assume(isinstance(written, str))
    page = MODELS[name](str(written)).replace("{v-pre}", "").replace("{{ '{{' }}", "{{")
    if name == "mdbook":
        assert of_rust(shown(page)) == of_rust(shown(markdown))
        return
    assert code_of(page) == code_of(markdown)
    assert shown(page) == shown(markdown)


@pytest.mark.parametrize(
    ("name", "markdown", "written"),
    [
        ("jekyll", "`{% raw %}` is it.", "`{% raw %}{% raw %}{% endraw %}` is it."),
        ("jekyll", "Say `{% endraw %}`.", 'Say `{{ "{" }}% endraw %}`.'),
        ("jekyll", "Write {name} or 5 | 6.", "Write &#123;name} or 5 &#124; 6."),
        ("jekyll", r"Say \&amp; and \~.", r"Say &amp;amp; and \~."),
        ("hugo", "`{{< x >}}`", "`{{</* x */>}}`"),
        ("hugo", "`{{</* x */>}}`", "`{{</*/* x */*/>}}`"),
        ("vitepress", "`${{ secrets.X }}`", "`${{ secrets.X }}`{v-pre}"),
        ("vitepress", "```js-vue\n{{ a }}\n```", "```js\n{{ a }}\n```"),
        ("vitepress", "Write {{ a }}.", "Write {{ '{{' }} a }}."),
        ("docusaurus", "Write {count}.", "Write &#123;count&#125;."),
        ("docusaurus", "import x from 'y'", "&#105;mport x from 'y'"),
        ("docusaurus", "::: tip", "&#58;:: tip"),
        ("mdbook", "`{{#include a}}`", r"`\{{#include a}}`"),
        ("mdbook", "```rust\n# a\n#[b]\n```", "```rust\n## a\n#[b]\n```"),
        ("mkdocs", r"It costs \$5.", "It costs $5."),
        ("mkdocs", r"It costs \$5 or \$6.", "It costs &#36;5 or &#36;6."),
        ("mkdocs", r"Keep \<name\>.", r"Keep &lt;name\>."),
        ("mkdocs", "- a\n  - b\n\n    c", "- a\n    - b\n\n        c"),
        ("mkdocs", "1. a\n\n   ```sh\n   b\n   ```", "1. a\n\n        b"),
        (
            "mkdocs-superfences",
            "1. a\n\n   ```sh\n   b\n   ```",
            "1. a\n\n    ```sh\n    b\n    ```",
        ),
        ("mkdocs", "| a |\n| --- |\n| `b \\| c` |", "| a |\n| --- |\n| `b | c` |"),
        ("mkdocs", "> !!! note", "> &#33;!! note"),
        ("mkdocs-macros", "`{{ a }}`", "`{% raw %}{{ a }}{% endraw %}`"),
        ("sphinx", "% 5", "&#37; 5"),
        ("mkdocs", "3. a", Unwritable.NUMBERING),
        ("mkdocs", "```\n--8<-- a\n```", Unwritable.INCLUDE),
        ("mkdocs", "- ```\n  a\n  ```", Unwritable.ITEM_OF_CODE),
        ("mkdocs", "`#!py a`", Unwritable.BEGINNING),
        ("mkdocs", "`#!/bin/sh`", "`#!/bin/sh`"),
        ("mkdocs-superfences", "It is a:b:c or :tada:.", "It is a&#58;b:c or :tada:."),
        ("vitepress", "It is a:b:c at 08:30:15.", "It is a&#58;b:c at 08:30:15."),
        ("hugo", "```\n<!--more-->\n```", Unwritable.INCLUDE),
        ("hugo", "`{{<`", Unwritable.TEMPLATE),
        ("vitepress", "`<!--@include: a-->`", Unwritable.INCLUDE),
        ("mdbook", "`{{ #include a}}`", Unwritable.INCLUDE),
        ("mdbook", "`{{#title a b}}` and `{{#title c d}}`", Unwritable.INCLUDE),
        ("docusaurus", "So:\n\n    a", Unwritable.INDENTED_CODE),
    ],
)
def test_it_is_written_so(name: str, markdown: str, written: str | Unwritable) -> None:
    assert write(markdown, DIALECTS[name]) == written


def test_a_question_that_a_heading_cannot_hold_is_refused() -> None:
    docusaurus, vitepress = DIALECTS["docusaurus"], DIALECTS["vitepress"]
    assert write_heading("What is {#this}", docusaurus) is Unwritable.QUESTION
    assert write_heading("What is {{ this }}?", vitepress) is Unwritable.TEMPLATE
    assert write_heading("What is {this}?", docusaurus) == "What is &#123;this&#125;?"


@given(dialect=dialects, content=contents, language=st.sampled_from([None, "sh", "rust"]))
def test_code_is_read_as_it_was_meant(dialect: Dialect, content: str, language: str | None) -> None:
    written = dialect.write_code(Code(content, language))
    assume(isinstance(written, Code))
    assert isinstance(written, Code)
    assert dialect.read_code(Code(written.content, written.language)).content == content
