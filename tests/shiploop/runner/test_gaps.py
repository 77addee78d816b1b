"""Which settled tasks are kept as what the documents lack."""

from datetime import timedelta

import pytest

from shiploop.bootstrap import Services
from shiploop.domain.delivery.change import Source
from shiploop.domain.delivery.task import (
    FailureKind,
    Merge,
    Outcome,
    declined,
    done,
    failed,
    there_already,
)
from shiploop.runner.gaps import note_declined
from tests.builders import NOON, a_task

NEAR = (Source("docs/a.md", "b", "A › B"),)


@pytest.mark.parametrize(
    ("question", "outcome", "kept"),
    [
        ("Who is Ada?", declined("not answered", NEAR), True),
        ("Who is Ada?", there_already("answered", "https://site.example/faq#ada"), False),
        ("Who is Ada?", done(Merge("a" * 40, NOON), "https://site.example/faq#ada"), False),
        ("Who is Ada?", failed(FailureKind.CI_FAILED, "red"), False),
        ("Who is ada@example.com?", declined("not safe to ship"), False),
    ],
)
def test_what_was_declined_is_kept_if_everybody_may_see_it(
    services: Services, question: str, outcome: Outcome, kept: bool
) -> None:
    note_declined(services, a_task(question), outcome, NOON)
    found = services.declined.between("faq", NOON, NOON + timedelta(minutes=1))
    assert [(one.title, one.closest) for one in found] == ([(question, NEAR)] if kept else [])
