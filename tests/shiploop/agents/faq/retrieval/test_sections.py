from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.agents.faq.retrieval.sections import (
    Section,
    heading_anchor,
    read_page,
    split_sections,
)
from shiploop.domain.limits import (
    MAX_HEADING_MARKS,
    MAX_HEADINGS_PER_PAGE,
    MAX_LINES_PER_PAGE,
    MAX_NESTED_PER_PAGE,
    MAX_NESTING,
    MAX_SECTION_CHARACTERS,
)

PAGE = """\
---
title: x
# not: a heading
---
Before any heading.

# Guide to `shiploop`

Intro.

```sh
# not a heading
```

## Install & *run* it!

Text.

### Details

## Install & run it!
> # quoted

Setext
======
last"""


def test_a_page_is_split_at_its_headings_and_not_in_code_or_front_matter() -> None:
    sections = split_sections("docs/guide.md", PAGE)
    assert [(s.heading_path, s.anchor, s.start_line, s.end_line) for s in sections] == [
        ((), "", 5, 6),
        (("Guide to shiploop",), "guide-to-shiploop", 7, 14),
        (("Guide to shiploop", "Install & run it!"), "install--run-it", 15, 18),
        (("Guide to shiploop", "Install & run it!", "Details"), "details", 19, 20),
        (("Guide to shiploop", "Install & run it!"), "install--run-it-1", 21, 23),
        (("Setext",), "setext", 24, 26),
    ]
    assert sections[1].text == "Intro.\n\n```sh\n# not a heading\n```"
    assert [s.text for s in sections[3:]] == ["", "> # quoted", "last"]


def test_a_page_without_a_heading_is_one_section_and_an_empty_one_is_none() -> None:
    assert split_sections("a.md", "\ufeffone\r\ntwo\r\n") == (
        Section("a.md", (), "", 1, 2, "one\ntwo"),
    )
    assert split_sections("a.md", " \n\n") == ()


def test_anchors_follow_githubs_rule() -> None:
    assert heading_anchor("What's new in C# / .NET_8 - beta?") == "whats-new-in-c--net_8---beta"
    assert heading_anchor("檢查 Vercel 部署狀態？") == "檢查-vercel-部署狀態"
    assert heading_anchor("हिन्दी") == "हिन्दी"


def test_repeated_headings_are_numbered_past_those_that_look_numbered() -> None:
    page = "# a\n# a-1\n# a\n# a\n"
    assert [s.anchor for s in split_sections("p.md", page)] == ["a", "a-1", "a-2", "a-3"]


LINES = st.sampled_from(
    ["# One", "## Two", "text", "", "```", "---", "- item", "> # no", "Under", "===", "<!--", "-->"]
)


@given(st.lists(LINES, max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_sections_follow_one_another_and_have_anchors_of_their_own(
    lines: list[str], newline: str
) -> None:
    page = newline.join(lines)
    sections = split_sections("p.md", page)
    for before, after in pairwise(sections):
        assert before.end_line + 1 == after.start_line
    for section in sections:
        own = "\n".join(lines[section.start_line - 1 : section.end_line])
        assert own.rstrip().endswith(section.text.rstrip())
    anchors = [section.anchor for section in sections if section.anchor]
    assert len(set(anchors)) == len(anchors)


def left_out(text: str) -> list[str]:
    return [each.reason for each in read_page("p.md", text).left_out]


def test_a_section_under_too_long_a_heading_is_left_out_with_those_below_it() -> None:
    page = f"# Guide\n\na\n\n## {'x' * 20_000}\n\nb\n\n### Below\n\nc\n\n## Next\n\nd\n"
    assert [s.text for s in split_sections("p.md", page)] == ["a", "d"]
    assert [reason[:24] for reason in left_out(page)] == [
        "the section in line 5: i",
        "the section in line 9: i",
    ]


def test_a_heading_of_nothing_but_markup_is_left_out() -> None:
    (reason,) = left_out("# " + "[" * (MAX_HEADING_MARKS + 1))
    assert "of markup" in reason


def test_a_section_that_is_too_long_is_left_out() -> None:
    page = f"# A\n\n{'x ' * MAX_SECTION_CHARACTERS}\n\n# B\n\nb\n"
    assert [s.text for s in split_sections("p.md", page)] == ["b"]
    assert left_out(page) == [
        f"the section in line 1 has {2 * MAX_SECTION_CHARACTERS} characters,"
        f" more than {MAX_SECTION_CHARACTERS}"
    ]


def test_a_page_of_too_many_headings_is_cut_before_the_next() -> None:
    sections = split_sections("p.md", "# A\n" * (MAX_HEADINGS_PER_PAGE + 9))
    assert len(sections) == MAX_HEADINGS_PER_PAGE - 1  # the text before the first counts
    assert {section.end_line - section.start_line for section in sections} == {0}
    assert len(left_out("# A\n" * (MAX_HEADINGS_PER_PAGE + 9))) == 1


@pytest.mark.parametrize(
    "page",
    [
        "a\n" * (MAX_LINES_PER_PAGE + 1),
        "> " * (MAX_NESTING + 1) + "a",
        "- " * (MAX_NESTING + 1) + "a",
        "1. > " * (MAX_NESTING + 1) + "a",
        "- - - a\n" * (MAX_NESTED_PER_PAGE // 3 + 1),
        "```\n" + ">" * (MAX_NESTING + 1) + "\n```\n" + ">" * (MAX_NESTING + 1),
        "<!--\n```\n-->\n" + ">" * (MAX_NESTING + 1) + "\n```\n",
        "<div>\n```\n" + ">" * (MAX_NESTING + 1) + "\n\n" + ">" * (MAX_NESTING + 1) + "\n```\n",
        "- a\n\n  ```\n" + ">" * (MAX_NESTING + 1) + "\n",
    ],
)
def test_a_page_that_takes_long_to_parse_is_left_out(page: str) -> None:
    assert split_sections("p.md", page) == ()
    assert len(left_out(page)) == 1


@pytest.mark.parametrize(
    "shown",
    [
        "```text\n" + ">" * 15 + " conflict 1 of 1 ends\n```",
        ("~~~\n" + "- - - - - - - - - a\n" * 750 + "~~~\n\n## More\n\n") * 3,
        "1. One\n\n```\n" + "> " * (MAX_NESTING + 1) + "\n```",
        "- " * 30,
        " * * * * * * * * * * * *",
        "> " + "- " * 30,
    ],
    ids=["markers", "lists", "below a list", "dashes", "stars", "in a quotation"],
)
@pytest.mark.parametrize("before", ["", "---\ntitle: A\n---\n", "Text.\n\n"])
def test_what_code_and_rules_look_like_leaves_no_page_out(before: str, shown: str) -> None:
    page = f"{before}{shown}\n\n## Next\n\nText.\n"
    assert left_out(page) == []
    assert split_sections("p.md", page)[-1].heading_path[-1] == "Next"


@pytest.mark.parametrize(
    ("front_matter", "heading", "title"),
    [
        ("---\ntitle: Keys\n---\n", "{{ $frontmatter.title }}", "Keys"),
        ("---\ntitle: Keys\n---\n", "About {{ page.title }}", "About Keys"),
        ("---\ntitle: Keys\n---\n", "{{ version }}", "{{ version }}"),
        ("", "{{ page.title }}", "{{ page.title }}"),
    ],
)
def test_a_heading_that_asks_for_the_title_has_it(
    front_matter: str, heading: str, title: str
) -> None:
    (section,) = split_sections("a.md", f"{front_matter}# {heading}\n\nText.\n")
    assert section.heading_path == (title,)
    assert section.anchor == heading_anchor(heading)
