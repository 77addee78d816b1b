"""The hash of a proposal: what our signature vouches for."""

from dataclasses import replace
from typing import Any

import pytest

from shiploop.domain.delivery.change import content_hash
from tests.builders import a_proposal

PROPOSAL = a_proposal()


def test_equal_contents_have_one_hash_in_whatever_order_they_are_written() -> None:
    reordered = replace(PROPOSAL, content=dict(sorted(PROPOSAL.content.items(), reverse=True)))
    assert content_hash(reordered) == content_hash(PROPOSAL)
    assert len(content_hash(PROPOSAL)) == 64


@pytest.mark.parametrize(
    "changes",
    [
        {"agent": "notes"},
        {"title": "Update FAQ - Something else"},
        {"content": {**PROPOSAL.content, "answer": "It beats every 6 s."}},
        {"content": {**PROPOSAL.content, "more": None}},
    ],
)
def test_whatever_the_edit_is_made_of_changes_the_hash(changes: dict[str, Any]) -> None:
    assert content_hash(replace(PROPOSAL, **changes)) != content_hash(PROPOSAL)


def test_what_drafting_took_is_no_part_of_it() -> None:
    noted = replace(PROPOSAL, notes={"model": "gpt"}, generator="model", confidence=0.9)
    assert content_hash(noted) == content_hash(PROPOSAL)
