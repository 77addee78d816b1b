"""Which file is the FAQ, and links as they lead from where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.agents.faq.document.faq_files import find_faqs
from shiploop.agents.faq.document.moved_links import links_as_drafted, links_from


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["README.md", "docs/FAQ.md", "FAQ.md"], ["docs/FAQ.md"]),
        (["docs/faq.md", "docs/guide.md"], ["docs/faq.md"]),
        (["FAQ.md", "website/docs/faq.mdx"], ["FAQ.md"]),
        (["docs/faq/index.md", "docs/faq/general.md"], ["docs/faq/index.md"]),
        (["site/content/Frequently-Asked-Questions.markdown"], None),
        (["docs/zh/FAQ.md", "docs/FAQ.md"], ["docs/FAQ.md", "docs/zh/FAQ.md"]),
        (["docs/FAQ.zh-CN.md", "docs/FAQ.md"], ["docs/FAQ.md", "docs/FAQ.zh-CN.md"]),
        (["docs/en/faq.md", "docs/de/faq.md"], ["docs/de/faq.md", "docs/en/faq.md"]),
        (["docs/faq_parser.md", "docs/my-faq.py", "faq.txt"], []),
    ],
)  # fmt: skip
def test_the_faq_is_found_by_its_name(paths: list[str], found: list[str] | None) -> None:
    assert list(find_faqs(paths)) == (paths if found is None else found)
    assert find_faqs(reversed(paths)) == find_faqs(paths)


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("docs/FAQ.md", "[a](guide.md#b) [c](../README.md) [d](#e) [f](https://g.example/h.md)"),
        ("FAQ.md", "[a](docs/guide.md#b) [c](README.md) [d](#e) [f](https://g.example/h.md)"),
        (
            "docs/faq/index.md",
            "[a](../guide.md#b) [c](../../README.md) [d](#e) [f](https://g.example/h.md)",
        ),
    ],
)
def test_links_lead_to_the_same_page_from_wherever_the_file_stands(path: str, written: str) -> None:
    drafted = "[a](guide.md#b) [c](../README.md) [d](#e) [f](https://g.example/h.md)"
    assert links_from(drafted, path) == written
    assert links_as_drafted(written, path) == drafted


def test_what_is_code_is_no_link() -> None:
    answer = "`[a](b.md)`\n\n```\n[a](b.md)\n```\n\n- ```\n  [a](b.md)\n  ```\n\n\\[a](b.md)"
    assert links_from(answer, "FAQ.md").count("docs/") == 1


@given(
    st.lists(st.sampled_from(["guide.md", "../README.md", "a/b.md#c", "#d", "https://e.example"])),
    st.sampled_from(["FAQ.md", "docs/faq.md", "docs/zh/faq.md", "content/docs/faq/index.mdx"]),
)
def test_links_are_read_back_as_they_were_drafted(links: list[str], path: str) -> None:
    drafted = " and ".join(f"[x]({link})" for link in links)
    assert links_as_drafted(links_from(drafted, path), path) == drafted
