"""The entry in the FAQ of a repository that people edit as well."""

import pytest

from shiploop.agents.faq.document.document import find, remove
from shiploop.errors import RepositoryUnusable
from tasks.shared.entry import with_entry
from tests.builders import an_entry

FAQ = "# FAQ\n\nWhat people ask.\n"


def test_the_entry_stands_in_the_faq_and_nothing_else_has_changed() -> None:
    entry = an_entry()
    document = with_entry(FAQ, entry)
    assert find(document, entry.question_hash) == entry
    assert remove(document, entry.question_hash) == FAQ


@pytest.mark.parametrize("opened", ["```sh\nmake demo\n", "<!-- to do\n"])
def test_a_faq_that_ends_inside_an_open_block_is_refused_with_the_reason(opened: str) -> None:
    with pytest.raises(RepositoryUnusable, match=r"the entry cannot stand in the FAQ: .+"):
        with_entry(FAQ + opened, an_entry())


def test_an_answer_that_would_break_the_faq_is_refused_with_the_reason() -> None:
    with pytest.raises(RepositoryUnusable, match=r"the entry cannot stand in the FAQ: .+"):
        with_entry(FAQ, an_entry(answer="```sh\nmake demo"))
