"""Whose pull request it is, where it goes, and what the repository is called."""

import uuid

import pytest
from redis import Redis

from shiploop.stores import keys
from tests.rolling import approve, clear_faults, ended, pulls_from, set_faults, site_is_well
from tests.strangers import open_from_fork, point_at_other_branch, renamed
from tests.until import wait_until
from tests.world import World

pytestmark = [pytest.mark.xdist_group("guarded-world"), pytest.mark.timeout(180)]


@pytest.mark.parametrize("closed", [True, False])
def test_a_forks_pull_request_named_like_the_rollbacks_branch_changes_nothing(
    rolling: World, redis: Redis, closed: bool
) -> None:
    redis.set(keys.ROLLBACK_MODE, "approval")
    before = rolling.document()
    with rolling.fault("bad_deploy"):
        asked = "How is data taken along, closed?" if closed else "How is data taken along, open?"
        task = rolling.settle(asked)
    wait_until(lambda: rolling.task(task["task_id"]).get("rollback") == "waiting_for_approval")
    branch = f"hotfix/rollback-{task['merge_sha']}"
    theirs = open_from_fork(rolling, branch, closed=closed)
    approve(rolling)
    ended(rolling, task, "healthy")
    assert rolling.document() == before
    assert site_is_well(rolling)
    (ours,) = pulls_from(rolling, branch)
    assert ours["merged_at"] is not None
    left = rolling.github(f"/pulls/{theirs}")
    assert (left["merged"], left["state"]) == (False, "closed" if closed else "open")


def test_a_forks_pull_request_named_like_a_tasks_branch_changes_nothing(rolling: World) -> None:
    with rolling.latency(ci_ms=1500):
        task_id = rolling.ask("How do I rotate the API key?").json()["task_id"]
        wait_until(lambda: bool(rolling.pull_requests(task_id)))
        theirs = open_from_fork(rolling, f"orchestrator/faq-{task_id}", closed=False)
        # From now on the step is tried again, and looks for what is there.
        set_faults(rolling, merge_applied_then_500=1)
        task = rolling.wait(task_id)
    clear_faults(rolling)
    assert task["status"] == "done", task
    assert rolling.github(f"/pulls/{theirs}")["state"] == "open"
    assert len(rolling.merges(task_id)) == 1


def test_a_base_branch_that_somebody_changes_is_seen_and_nothing_is_merged_there(
    rolling: World,
) -> None:
    release = f"release-{uuid.uuid4().hex[:8]}"
    with rolling.latency(ci_ms=2500):
        task_id = rolling.ask("What is the lease of a task?").json()["task_id"]
        wait_until(lambda: bool(rolling.pull_requests(task_id)))
        (pull,) = rolling.pull_requests(task_id)
        point_at_other_branch(rolling, pull["number"], release)
        task = rolling.wait(task_id)
    assert (task["status"], task["failure_kind"]) == ("error", "merge_refused"), task
    assert f"pointed the pull request at the branch {release}" in task["error"]
    assert not rolling.github(f"/pulls/{pull['number']}")["merged"]
    assert rolling.merges(task_id) == []


@pytest.mark.parametrize(
    ("fault", "question"),
    [
        ("graphql_rate_limited", "Which limit is told as a past event?"),
        ("graphql_rate_limit", "Which limit is told as a thing?"),
    ],
)
def test_a_limit_of_graphql_is_waited_for_in_both_spellings(
    rolling: World, fault: str, question: str
) -> None:
    with rolling.fault(fault, times=2):
        task = rolling.settle(question)
    assert task["status"] in ("done", "declined"), task


def test_a_renamed_repository_is_followed_to_the_end(rolling: World) -> None:
    with renamed(rolling, "handbook"):
        task = rolling.settle("How are results kept over a restart?")
    assert task["status"] == "done", task
    assert len(rolling.merges(task["task_id"])) == 1
