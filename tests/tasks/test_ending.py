"""Which failure an error is: the rows of the RFC's 5.3.2, and all others, have one kind each."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shiploop import errors
from shiploop.domain.delivery.task import FailureKind, Merge, Status
from shiploop.errors import ShiploopError
from tasks.ending import outcome_of
from tests.builders import NOON, a_task

MERGE = Merge("a" * 40, NOON + timedelta(seconds=20))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        # RFC 5.3.2: "GitHub API 失敗（rate limit）"
        (errors.GitHubRateLimited("slow down"), FailureKind.GITHUB),
        (errors.GitHubUnavailable("503"), FailureKind.GITHUB),
        (errors.GitHubUncertain("502"), FailureKind.GITHUB),
        (errors.GitHubUnauthorized("401"), FailureKind.GITHUB),
        (errors.GitHubNotFound("404"), FailureKind.GITHUB),
        (errors.GitHubRefused("422", 422), FailureKind.GITHUB),
        (errors.MirrorUnavailable("git"), FailureKind.GITHUB),
        # RFC 5.3.2: "Auto-merge 失敗（權限）"
        (errors.MergeNotReady("405"), FailureKind.MERGE_REFUSED),
        (errors.RepositoryUnusable("no FAQ"), FailureKind.MERGE_REFUSED),
        # RFC 1.1: the job's TTL
        (errors.DeadlinePassed("late"), FailureKind.DEADLINE),
        (errors.TaskCancelled("cancelled"), FailureKind.CANCELLED),
        # RFC 5.3.2: "Worker crash", for what no takeover could mend
        (errors.UnknownTask("who?"), FailureKind.CRASHED),
    ],
)
def test_an_error_ends_a_task_as_the_failure_that_somebody_can_act_on(
    error: ShiploopError, kind: FailureKind
) -> None:
    outcome = outcome_of(error, a_task())
    assert (outcome.status, outcome.failure_kind) == (Status.ERROR, kind)
    assert outcome.reason == str(error)
    assert outcome.merge is None


def test_a_merge_that_was_made_stays_in_the_outcome() -> None:
    run = replace(a_task(), merge=MERGE)
    assert outcome_of(errors.GitHubUnavailable("503"), run).merge == MERGE
