"""A repository's rules: each row of docs/settings-of-your-repository.md that a task may meet."""

from typing import Any

import pytest

from tests.rolling import ended, said
from tests.rules import (
    MERGE,
    ask,
    graphql,
    methods,
    operations,
    protection,
    pulls,
    queue,
    ruleset,
    settled,
)
from tests.toy_agent.agent import PATH
from tests.until import wait_until
from tests.world import World

pytestmark = [pytest.mark.xdist_group("rules-world"), pytest.mark.timeout(300)]

THREAD = "mutation T($input: AddPullRequestReviewThreadInput!) "
THREAD += "{ addPullRequestReviewThread(input: $input) { thread { id } } }"
RESOLVE = "mutation R($input: ResolveReviewThreadInput!) "
RESOLVE += "{ resolveReviewThread(input: $input) { thread { isResolved } } }"


@pytest.fixture
def world(rules_world: World) -> World:
    """The stack that reads the rules each half second."""
    return rules_world


def approve(world: World, number: int) -> None:
    world.write_as_person("POST", f"/pulls/{number}/reviews", event="APPROVE", body="So it is.")


def assert_refused_unopened(world: World, line: str, reason: str) -> None:
    task_id = ask(world, line)
    task = settled(world, task_id)
    assert (task["status"], task["failure_kind"]) == ("error", "rules"), task
    assert reason in task["error"]
    assert pulls(world, task_id) == []


@pytest.mark.parametrize("way", ["ruleset", "protection"])
def test_required_reviews_park_a_task_until_github_counts_them(world: World, way: str) -> None:
    asked: dict[str, Any] = {"required_approving_review_count": 1}
    rule = (
        ruleset(world, "pull_request", **asked)
        if way == "ruleset"
        else protection(world, required_pull_request_reviews=asked)
    )
    with rule:
        task = world.wait(task_id := ask(world, f"Reviewed by a {way}"))
        assert (task["status"], task["waiting_for"], task["level"]) == ("waiting", "review", "auto")
        (pull,) = pulls(world, task_id)
        assert (pull["draft"], pull["state"]) == (False, "open")
        approve(world, pull["number"])
        task = settled(world, task_id)
    assert (task["status"], "tte_ms" in task) == ("done", False), task


def test_code_owners_are_waited_for_by_name(world: World) -> None:
    world.commit_as_person("* @grace\n", path=".github/CODEOWNERS")
    with ruleset(world, "pull_request", require_code_owner_review=True):
        task = world.wait(task_id := ask(world, "Owned by somebody"))
        assert (task["status"], task["waiting_for"]) == ("waiting", "code_owner")
    # Nobody has to be waited for any longer; and the next test finds nothing on its way.
    assert settled(world, task_id)["status"] == "done"


def test_conversations_park_a_task_until_they_are_resolved(world: World) -> None:
    with (
        ruleset(world, "pull_request", required_review_thread_resolution=True),
        world.latency(ci_ms=4000),
    ):
        task_id = ask(world, "Talked about")
        wait_until(lambda: bool(pulls(world, task_id)))
        (pull,) = pulls(world, task_id)
        about = {"pullRequestId": pull["node_id"], "path": PATH, "body": "Really?"}
        thread = graphql(world, THREAD, **about)["addPullRequestReviewThread"]["thread"]
        task = world.wait(task_id)
        assert (task["status"], task["waiting_for"]) == ("waiting", "conversations")
        graphql(world, RESOLVE, threadId=thread["id"])
        assert settled(world, task_id)["status"] == "done"


def test_up_to_date_branches_are_written_anew_on_the_new_base(world: World) -> None:
    strict = {"strict": True, "contexts": ["faq-gate"]}
    with protection(world, required_status_checks=strict), world.latency(ci_ms=3000):
        task_id = ask(world, "Behind for a moment")
        wait_until(lambda: bool(pulls(world, task_id)))
        newer = world.commit_as_person("# Elsewhere\n", path="docs/elsewhere.md")
        task = settled(world, task_id)
    assert task["status"] == "done", task
    assert world.github(f"/commits/{task['merge_sha']}")["parents"][0]["sha"] == newer


@pytest.mark.parametrize(
    ("method", "parents"), [("allow_rebase_merge", 1), ("allow_merge_commit", 2)]
)
def test_merge_methods_that_are_allowed_are_used_and_can_be_taken_back(
    world: World, method: str, parents: int
) -> None:
    before = world.file(PATH)
    with methods(world, **{method: True}):
        line = f"Merged by {method.replace('_', ' ')}"
        task = settled(world, ask(world, line))
        assert task["status"] == "done", task
        assert len(world.github(f"/commits/{task['merge_sha']}")["parents"]) == parents
        assert line in world.file(PATH)
        world.start_prefect_run("rollback", task_id=task["task_id"])
        ended(world, task, "healthy")
    assert world.file(PATH) == before


def test_no_merge_method_is_left(world: World) -> None:
    with methods(world, allow_merge_commit=True), ruleset(world, "required_linear_history"):
        assert_refused_unopened(world, "By no method", "can be merged into by no method")


def test_restricted_updates_are_refused_in_the_first_second(world: World) -> None:
    with ruleset(world, "update"):
        assert_refused_unopened(world, "Kept out", "update main")


def test_restricted_creations_are_refused_in_the_first_second(world: World) -> None:
    with ruleset(world, "creation", on="refs/heads/orchestrator/**/*"):
        assert_refused_unopened(world, "Not created", "create branches such as orchestrator/")


def test_branch_names_that_ours_are_not_are_refused_in_the_first_second(world: World) -> None:
    named: dict[str, Any] = {"operator": "starts_with", "pattern": "feature/"}
    with ruleset(world, "branch_name_pattern", on="~ALL", **named):
        assert_refused_unopened(world, "Called so", "branch names must start with 'feature/'")


def test_commit_messages_that_ours_is_not_are_refused_before_a_pull_request(world: World) -> None:
    with ruleset(world, "commit_message_pattern", operator="starts_with", pattern="docs: "):
        assert_refused_unopened(world, "Worded so", "commit messages must start with 'docs: '")


def test_the_bypass_list_exempts_from_reviews(world: World) -> None:
    asked: dict[str, Any] = {"required_approving_review_count": 1}
    with ruleset(world, "pull_request", bypass="pull_request", **asked):
        assert settled(world, ask(world, "Let through"))["status"] == "done"


def test_what_cannot_be_read_is_decided_once_by_githubs_words(world: World) -> None:
    with protection(world, lock_branch=True):
        merges = operations(world).count(MERGE)
        task = settled(world, ask(world, "Locked out"))
        assert operations(world).count(MERGE) == merges + 1
    assert (task["status"], task["failure_kind"]) == ("error", "rules"), task
    assert "Cannot change this locked branch" in task["error"]


def test_what_somebody_else_merges_meanwhile_is_merged(world: World) -> None:
    with (
        ruleset(world, "merge_queue", role=5, bypass="always", merge_method="SQUASH"),
        world.fault("merge_group_never_ends", times=None),
    ):
        task_id, pull = queue(world, "Merged past the queue")
        path = f"/pulls/{pull['number']}/merge"
        merged = world.write_as_person("PUT", path, merge_method="squash")
        task = settled(world, task_id)
    assert (task["status"], task["merge_sha"]) == ("done", merged["sha"]), task


def test_a_rollback_waits_for_the_review_that_is_required(world: World) -> None:
    before = world.file(PATH)
    task = settled(world, ask(world, "Taken back with a review"))
    assert task["status"] == "done", task
    with ruleset(world, "pull_request", required_approving_review_count=1):
        world.start_prefect_run("rollback", task_id=task["task_id"])
        wait_until(lambda: any("waits for a review" in text for text in said(world)), timeout_s=60)
        branch = f"acme:hotfix/rollback-{task['merge_sha']}"
        (pull,) = world.github("/pulls", state="all", head=branch)
        approve(world, pull["number"])
        ended(world, task, "healthy")
    assert world.file(PATH) == before
