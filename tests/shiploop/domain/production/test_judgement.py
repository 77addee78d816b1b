"""A judgement is read as it was written."""

import pytest

from shiploop.domain.production.health_verdict import HealthState
from shiploop.domain.production.judgement import (
    Judgement,
    Reaction,
    read_judgement,
    write_judgement,
)
from shiploop.domain.production.rollback_policy import Suspect
from tests.builders import NOON, TASK_ID


@pytest.mark.parametrize("reaction", list(Reaction))
def test_a_judgement_is_read_as_it_was_written(reaction: Reaction) -> None:
    judgement = Judgement(
        live_sha="a" * 40,
        state=HealthState.UNHEALTHY,
        reaction=reaction,
        reason="site-home failing",
        site_fails=True,
        lead_sha="b" * 40,
        suspects=(
            Suspect("b" * 40, "如何重設密碼？", TASK_ID, committed_at=NOON),
            Suspect("c" * 40, "By hand", None, is_rollback=True, committed_at=NOON),
        ),
        evidence=("site-home failed 6 of 6 times: / answers 500",),
    )
    assert read_judgement(write_judgement(judgement)) == judgement
