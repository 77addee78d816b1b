import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.agents.faq.retrieval.front_matter import read_front_matter


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: Rotate keys\n---\ntext", "Rotate keys"),
        ("---\nTitle: 'Rotate: keys' # why\n---\n", "Rotate: keys"),
        ('---\nsidebar: 1\ntitle: "A # b"\n---\n', "A # b"),
        ('+++\ntitle = "Rotate keys"\nweight = 3\n+++\ntext', "Rotate keys"),
        ("---\nlist:\n  - title: no\n---\n", ""),
        ("---\ntitle: never closed\n", ""),
        ("# title: none\n", ""),
        (f"---\ntitle: {'x' * 300}\n---\n", ""),
    ],
)
def test_the_title_is_read(text: str, title: str) -> None:
    assert read_front_matter(text).title == title


def test_what_is_set_is_told() -> None:
    front_matter = read_front_matter("---\ndeprecated: true\ndraft: false\n---\n")
    assert front_matter.says("deprecated")
    assert not front_matter.says("draft")
    assert not front_matter.says("experimental")


@given(st.text(alphabet="-+=:#'\"\nab ", max_size=60))
def test_it_ends_within_the_text(text: str) -> None:
    assert 0 <= read_front_matter(text).end <= len(text)
