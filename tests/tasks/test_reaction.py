"""What a judgement of production makes of a task: RFC 5.3.1's "health check passed", or not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shiploop.bootstrap import Services
from shiploop.domain.delivery.task import FailureKind, Merge, Outcome
from shiploop.domain.production.health_verdict import HealthState
from shiploop.domain.production.judgement import Judgement, Reaction
from shiploop.domain.production.rollback import RollbackStatus
from tasks.reaction import react_to_broken_deploy, react_to_deploy
from tests.builders import NOON, a_rollback_case
from tests.sandbox_process import SandboxProcess
from tests.tasks.conftest import ServicesWith

OURS, THEIRS = "1" * 40, "2" * 40
MERGE = Merge(OURS, NOON)
HEALTHY, UNHEALTHY, INCONCLUSIVE = HealthState
JUDGED = Judgement(OURS, UNHEALTHY, Reaction.INCIDENT, "it is broken", evidence=("/ answers 500",))
AWAITING = replace(JUDGED, reaction=Reaction.AWAIT_ROLLBACK, site_fails=True, lead_sha=THEIRS)


@pytest.fixture
def ours(services_with: ServicesWith, sandbox: SandboxProcess) -> Services:
    return services_with(github_api_url=sandbox.url)


def reacted(judgement: Judgement) -> Outcome | None:
    """What the task ends as; None where it goes on, for production is well with its merge."""
    outcome = react_to_broken_deploy.fn(judgement, MERGE)
    assert outcome is None or outcome.merge == MERGE
    return outcome


def rolled_back(ours: Services, status: RollbackStatus, *shas: str) -> None:
    """A rollback of these merges that some flow run does, and that is so far."""
    ours.rollbacks.claim(a_rollback_case(*shas), NOON)
    ours.rollbacks.adopt(shas[0], "some-run")
    ours.rollbacks.note(shas[0], status, datetime.now(UTC))


def test_a_task_goes_on_where_production_is_healthy_and_raises_no_incident(ours: Services) -> None:
    well = replace(JUDGED, state=HEALTHY, reaction=Reaction.KEEP)
    assert react_to_deploy(well, MERGE) is None
    assert ours.channels[0].queue.backlog() == 0


@pytest.mark.parametrize(
    ("state", "reaction", "site_fails", "kind"),
    [
        # What nobody could see to be healthy is not called so.
        (INCONCLUSIVE, Reaction.KEEP, False, FailureKind.UNVERIFIED),
        # An outage of ours: of the site nothing is known.
        (UNHEALTHY, Reaction.INCIDENT, False, FailureKind.UNVERIFIED),
        (UNHEALTHY, Reaction.INCIDENT, True, FailureKind.UNHEALTHY_DEPLOY),
    ],
)
def test_a_task_ends_where_production_is_not_seen_to_be_healthy_and_people_are_told(
    ours: Services, state: HealthState, reaction: Reaction, site_fails: bool, kind: FailureKind
) -> None:
    outcome = reacted(replace(JUDGED, state=state, reaction=reaction, site_fails=site_fails))
    assert outcome is not None
    assert outcome.failure_kind is kind
    assert outcome.reason.startswith("it is broken")
    assert ours.channels[0].queue.backlog() == 1


@pytest.mark.parametrize("status", [status for status in RollbackStatus if status.ended])
def test_a_task_goes_on_exactly_where_the_rollback_of_others_has_made_production_healthy(
    ours: Services, status: RollbackStatus
) -> None:
    rolled_back(ours, status, THEIRS)
    outcome = reacted(AWAITING)
    if status is RollbackStatus.HEALTHY:
        assert outcome is None
    else:
        assert outcome is not None
        assert outcome.failure_kind is FailureKind.UNHEALTHY_DEPLOY


def test_a_task_whose_own_merge_is_rolled_back_has_failed_however_that_ends(
    ours: Services,
) -> None:
    rolled_back(ours, RollbackStatus.HEALTHY, THEIRS, OURS)
    outcome = reacted(AWAITING)
    assert outcome is not None
    assert outcome.failure_kind is FailureKind.UNHEALTHY_DEPLOY
    assert "/ answers 500" in outcome.reason


def test_no_task_waits_for_a_person_who_may_take_days(ours: Services) -> None:
    rolled_back(ours, RollbackStatus.WAITING_FOR_APPROVAL, THEIRS)
    outcome = reacted(AWAITING)
    assert outcome is not None
    assert outcome.failure_kind is FailureKind.UNHEALTHY_DEPLOY


def test_a_rollback_that_nobody_knows_any_more_makes_nothing_healthy(ours: Services) -> None:
    outcome = reacted(AWAITING)
    assert outcome is not None
    assert outcome.failure_kind is FailureKind.UNHEALTHY_DEPLOY


def test_a_rollback_that_does_not_end_in_time_makes_nothing_healthy(
    services_with: ServicesWith,
) -> None:
    ours = services_with(rollback_deadline_s=1)
    rolled_back(ours, RollbackStatus.VERIFYING, THEIRS)
    outcome = reacted(AWAITING)
    assert outcome is not None
    assert outcome.failure_kind is FailureKind.UNHEALTHY_DEPLOY
