from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shiploop.agents.faq.retrieval.component_lines import component_lines
from shiploop.agents.faq.retrieval.heading_scan import scan_headings
from shiploop.agents.faq.retrieval.outline import Heading, find_headings


def headings(text: str) -> list[Heading]:
    return list(find_headings(text.split("\n"), 0))


@pytest.mark.parametrize(
    ("line", "text", "level", "anchor"),
    [
        ("## Colours on *Windows* ##", "Colours on Windows", 2, None),
        ("# Set `A_B`", "Set A_B", 1, None),
        ("## Cache {#the-cache}", "Cache", 2, "the-cache"),
        ("## Cache { #the-cache .big }", "Cache", 2, "the-cache"),
        ("## Cache {: #the-cache }", "Cache", 2, "the-cache"),
        ("## Cache {: .big }", "Cache", 2, None),
        ("## Cache \\{#the-cache}", "Cache", 2, "the-cache"),
        ("## Cache {/* #the-cache */}", "Cache", 2, "the-cache"),
        ("## Cache {/*the-cache*/}", "Cache", 2, "the-cache"),
        ("## Cache {/* what it is */}", "Cache", 2, None),
        ("## keys { ... }", "keys { ... }", 2, None),
        ("## key `a`<br>key `b`", "key a key b", 2, None),
        ("## Use {name} as {value}", "Use {name} as {value}", 2, None),
        ('<h3 name="a">Colours on Windows</h3>', "Colours on Windows", 3, "a"),
        ("<H2 id=b>R &amp; D</H2>", "R & D", 2, "b"),
        ('<h1 align="center"><img src="x.png"> Tool</h1>', "Tool", 1, None),
        ('<h2><a name="c"></a>With <code>x</code></h2>', "With x", 2, "c"),
        ('## <a name="d"></a>Named', "Named", 2, None),
    ],
)
def test_a_heading_is_read_with_its_own_anchor(
    line: str, text: str, level: int, anchor: str | None
) -> None:
    assert headings(f"Before.\n\n{line}\n\nAfter.") == [Heading(text, level, 2, 3, anchor)]


def test_a_heading_in_html_may_take_several_lines() -> None:
    text = '<div align="center">\n  <h1>\n    Tool\n  </h1>\n</div>\n\n# Next'
    assert headings(text) == [Heading("Tool", 1, 1, 4, None), Heading("Next", 1, 6, 7, None)]


@pytest.mark.parametrize(
    "text",
    [
        "```html\n<h3>x</h3>\n```",
        "    # code",
        "- item\n\n  ```sh\n  # comment\n  ```",
        "<!--\n\n# hidden\n\n-->",
        "<pre>\n\n# code\n</pre>",
        "- a\n---",
        "#no heading",
        "a <h3>b</h3>",
        "<Tabs>\n```sh\n# first\n\n# comment\n```\n</Tabs>",
        '<Tab title="a">\n  ```sh\n  a\n\n  # comment\n  ```\n</Tab>',
    ],
)
def test_what_only_looks_like_a_heading_is_none(text: str) -> None:
    assert headings(text) == []


def test_a_heading_may_refer_to_a_definition_of_the_page() -> None:
    assert headings("# See [the quota][q]\n\n[q]: quota.md")[0].text == "See the quota"
    assert headings("# [Unreleased]\n")[0].text == "[Unreleased]"


PIECES = st.sampled_from(
    [
        "# One", "## Two ##", "###", "#x", "text", "Title", "===", "---", "-", "", "", "  ",
        "```", "~~~", "````", "``` x", "  ```", "   ~~~", "    ```", "- item", "- ```", "1. one",
        "> quote", "  text", "    code", "      deep", "\tcode", "  # in", "   # three", "<div>",
        "</div>", "<b>", "<br> x", "<h2>H</h2>", "  <h3>I</h3>", "<!--", "-->", "<!-- x -->",
        "<pre>", "</pre>", "<?", "<!X", "[a]: b", "a | b", "***", "* * *", "  ---",
        "<https://x.y>", "`a`", "[a] # b", "## [a]",
        "<Tabs>", "</Tabs>", '<Tab title="x">', "  <Tab />", "<DIV>",
    ]
)  # fmt: skip


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=12))
@example(["#x", "    ```", "    ```", "==="])  # a line that goes on, though it looks like a fence
def test_the_scan_finds_what_a_parser_finds(lines: list[str]) -> None:
    found = scan_headings(lines, 0)
    tokens = component_lines(MarkdownIt("commonmark")).parse("\n".join(lines))
    parsed = [
        (inline.content, int(token.tag[1:]), *(token.map or ()))
        for token, inline in pairwise(tokens)
        if token.type == "heading_open" and not token.level
    ]
    scanned = [
        (each.source, each.level, each.first_line, each.body_line)
        for each in found or ()
        if each.attributes is None
    ]
    assert found is None or scanned == parsed
