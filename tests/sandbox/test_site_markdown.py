"""The site's Markdown: anchors, links and nothing that could harm a reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.site.markdown import Links, PageRenderer, RenderedPage, github_slug

LINKS = Links(
    routes={
        "docs/FAQ.md": "/faq",
        "docs/guide.md": "/docs/guide",
        "docs/ja/状態.md": "/docs/ja/状態",
        "README.md": "/readme",
    },
    source_url="https://github.example/acme/docs/blob/main",
)
ENTRY = """\
<!-- shiploop:entry {id} hash=00 trace=t -->
## {question}

{answer}

<!-- /shiploop:entry {id} -->
"""


def render(text: str, path: str = "docs/FAQ.md") -> RenderedPage:
    return PageRenderer().render(path, text, LINKS)


def entry(name: str, answer: str = "An answer.") -> str:
    return ENTRY.format(id=name, question=f"Is it {name}?", answer=answer)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "Text with <img src=x onerror=alert(1)> in it.",
        "<div onclick=alert(1)>\n\ntext\n\n</div>",
        "`<script>`",
        "    <script>",
        "<!-- <script> -->\n<script>",
    ],
)
def test_raw_html_is_shown_as_text(text: str) -> None:
    body = render(text).body
    assert "<script" not in body
    assert "<img" not in body
    assert "<div" not in body


def test_comments_are_dropped() -> None:
    assert "secret" not in render("Before <!-- secret --> after.\n\n<!-- secret -->\n").body


@pytest.mark.parametrize("href", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x"])
def test_dangerous_links_are_no_links(href: str) -> None:
    assert "<a " not in render(f"[click]({href})").body


def test_a_quote_in_a_link_stays_inside_its_attribute() -> None:
    assert '"onclick' not in render('[a](<guide.md"onclick="alert(1)>)').body


@pytest.mark.parametrize(
    ("page", "href", "expected"),
    [
        ("docs/FAQ.md", "guide.md#top", "/docs/guide#top"),
        ("docs/FAQ.md", "./guide.md", "/docs/guide"),
        ("docs/guide.md", "FAQ.md", "/faq"),
        ("docs/guide.md", "../README.md", "/readme"),
        ("docs/guide.md", "/docs/FAQ.md", "/faq"),
        ("README.md", "docs/guide.md", "/docs/guide"),
        ("docs/FAQ.md", "ja/%E7%8A%B6%E6%85%8B.md", "/docs/ja/%E7%8A%B6%E6%85%8B"),
        ("docs/FAQ.md", "../src/a.py", "https://github.example/acme/docs/blob/main/src/a.py"),
        ("docs/FAQ.md", "#below", "#below"),
        ("docs/FAQ.md", "https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
        ("docs/FAQ.md", "http://[", "http://["),
        ("docs/FAQ.md", "mailto:ada@example.com", "mailto:ada@example.com"),
    ],
)
def test_links_lead_to_the_page_on_the_site_or_to_the_source(
    page: str, href: str, expected: str
) -> None:
    assert LINKS.resolve(href, page) == expected


@pytest.mark.parametrize(
    ("heading", "slug"),
    [
        ("How do I start?", "how-do-i-start"),
        ("C# & `code`_x - y", "c--code_x---y"),
        ("如何重設密碼？", "如何重設密碼"),
        ("Ünïcode", "ünïcode"),
    ],
)
def test_headings_get_the_slug_that_github_gives_them(heading: str, slug: str) -> None:
    assert github_slug(heading.replace("`", "")) == slug


def test_equal_headings_are_numbered() -> None:
    anchors = [heading.anchor for heading in render("# A\n\n## B\n\n## B\n\n## B\n").headings]
    assert anchors == ["a", "b", "b-1", "b-2"]


def test_an_entrys_heading_carries_the_entrys_id() -> None:
    page = render("# FAQ\n\n## Is it one?\n\nYes.\n\n" + entry("one") + "\n" + entry("two"))
    assert [heading.anchor for heading in page.headings] == ["faq", "is-it-one", "one", "two"]


def test_a_marker_inside_a_code_block_is_code() -> None:
    page = render(f"# FAQ\n\n```markdown\n{entry('one')}```\n\n## After\n")
    assert [heading.anchor for heading in page.headings] == ["faq", "after"]
    assert "shiploop:entry one" in page.body


def test_front_matter_is_not_shown() -> None:
    page = render("---\ntitle: x\n---\n# Title\n")
    assert page.title == "Title"
    assert "title: x" not in page.body


@given(
    st.lists(
        st.sampled_from(
            [
                entry("one"),
                entry("two", "- a list\n- of things"),
                entry("three", "See [it][ref]."),
                entry("four", "```\ncode\n```"),
                "[ref]: guide.md\n",
                "```\n",
                "<!-- open\n",
                "<div>\n",
                "> quoted\n",
                "- item\n",
                "\n",
                "text",
            ]
        ),
        max_size=6,
    )
)
def test_a_page_read_entry_by_entry_is_the_page_read_as_a_whole(parts: list[str]) -> None:
    text = "".join(parts)
    # With a second blank the site does not split here, and GitHub sees the same comment.
    whole = text.replace("<!-- shiploop:entry", "<!--  shiploop:entry")
    assert render(text).body == render(whole).body.replace("<!--  ", "<!-- ").replace(
        "&lt;!--  ", "&lt;!-- "
    )


@given(st.text(alphabet="[]()<>{}!#*_`~|-:/.&%=\"'\\\n ab1", max_size=60))
def test_any_text_is_rendered(text: str) -> None:
    assert "<script" not in render(f"{text}<script>{text}").body


def test_a_known_page_is_rendered_the_same_again() -> None:
    renderer = PageRenderer()
    text = "# FAQ\n\n" + entry("one", "[guide](guide.md)") + "\n" + entry("two")
    first = renderer.render("docs/FAQ.md", text, LINKS)
    assert renderer.render("docs/FAQ.md", text, LINKS) == first
    changed = renderer.render("docs/FAQ.md", text + "\n" + entry("three"), LINKS)
    assert changed == render(text + "\n" + entry("three"))
