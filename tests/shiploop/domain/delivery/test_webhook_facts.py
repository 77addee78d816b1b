from datetime import timedelta

import pytest

from shiploop.domain.delivery.checks import Check, CheckKind, Conclusion
from shiploop.domain.delivery.webhook_facts import (
    CheckFact,
    DeployFact,
    DeployState,
    PushFact,
    QueueFact,
    ReviewFact,
    branch_ref,
    read_delivery,
    read_deploy_state,
)
from tests.builders import ACTIONS, NOON, TASK_ID


def check_run(**changes: object) -> dict[str, object]:
    """A delivery about a check run of GitHub Actions."""
    run = {
        "id": 4_000_000_000,
        "head_sha": "abc",
        "name": "faq-gate",
        "conclusion": "success",
        "app": {"id": ACTIONS},
        "check_suite": {"id": 7},
        "started_at": "2026-11-22T12:00:00Z",
        "completed_at": "2026-11-22T12:01:00Z",
    }
    return {"action": "completed", "check_run": {**run, **changes}}


def told(payload: dict[str, object], event: str = "check_run") -> Check:
    (fact,) = read_delivery(event, payload)
    assert isinstance(fact, CheckFact)
    assert fact.sha == "abc"
    return fact.check


def test_reads_a_concluded_check_with_its_app_and_run() -> None:
    assert told(check_run()) == Check(
        "faq-gate",
        Conclusion.SUCCESS,
        id=4_000_000_000,
        app=ACTIONS,
        suite=7,
        started_at=NOON,
        completed_at=NOON + timedelta(minutes=1),
    )


@pytest.mark.parametrize("conclusion", ["splendid", 7, ["success"]])
def test_a_conclusion_that_is_none_of_githubs_is_known_to_be_unknown(conclusion: object) -> None:
    assert told(check_run(conclusion=conclusion)).conclusion is Conclusion.UNKNOWN


def test_reads_a_running_check() -> None:
    assert told(check_run(conclusion=None, completed_at=None)).conclusion is None


def test_a_check_that_is_asked_for_again_has_not_concluded() -> None:
    assert told(check_run() | {"action": "rerequested"}).conclusion is None


@pytest.mark.parametrize("strange", [None, "noon", 12, "2026-11-22T12:00:00"])
def test_what_is_missing_or_strange_of_a_check_run_is_left_out(strange: object) -> None:
    run = {"head_sha": "abc", "name": "faq-gate", "conclusion": "success"}
    assert told({"check_run": run}) == Check("faq-gate", Conclusion.SUCCESS)
    hostile = {"app": None, "check_suite": None, "started_at": strange, "completed_at": strange}
    assert told(check_run(id=str(strange), **hostile)) == Check("faq-gate", Conclusion.SUCCESS)


@pytest.mark.parametrize(
    ("state", "conclusion"),
    [("pending", None), ("success", Conclusion.SUCCESS), ("error", Conclusion.ERROR)],
)
def test_reads_a_commit_status_apart_from_check_runs(
    state: str, conclusion: Conclusion | None
) -> None:
    payload: dict[str, object] = {"sha": "abc", "context": "ci/build", "state": state}
    payload["created_at"] = "2026-11-22T12:00:00+00:00"
    expected = Check("ci/build", conclusion, CheckKind.STATUS, started_at=NOON)
    assert told(payload, "status") == expected


def test_reads_a_deployment_status() -> None:
    deployment = {"sha": "abc", "environment": "Preview"}
    payload = {"deployment": deployment, "deployment_status": {"state": "success"}}
    told = DeployFact("abc", "Preview", DeployState.SUCCESS)
    assert read_delivery("deployment_status", payload) == (told,)


@pytest.mark.parametrize(
    ("told", "state"),
    [*((each.value, each) for each in DeployState), ("splendid", DeployState.UNKNOWN)],
)
def test_what_github_may_come_to_say_of_a_deploy_is_no_success(
    told: str, state: DeployState
) -> None:
    assert read_deploy_state(told) is state


MERGE = f"Update FAQ - How do I begin? (#7)\n\nTrace-Id: {TASK_ID}"
ROLLBACK = f"🚨 Auto-rollback: site-home failing\n\nsite-home failing\n\nRolls-Back: {'a' * 40}"
BY_HAND = "Write about workers"


def push(*messages: str, deleted: bool = False) -> dict[str, object]:
    commits = [{"message": message} for message in messages]
    return {"ref": "refs/heads/main", "after": "abc", "commits": commits, "deleted": deleted}


@pytest.mark.parametrize(
    "messages",
    [
        (BY_HAND,),
        (MERGE, BY_HAND, ROLLBACK),
        (f"See Trace-Id: {TASK_ID}",),
        ("Trace-Id: ",),
        # As a branch is made, or moved back: nobody knows what it had before.
        (),
    ],
)
def test_a_push_of_anything_but_our_own_merges_is_a_fact(messages: tuple[str, ...]) -> None:
    assert read_delivery("push", push(*messages)) == (PushFact(branch_ref("main"), "abc"),)


@pytest.mark.parametrize(
    "messages",
    [(MERGE,), (ROLLBACK,), (MERGE, ROLLBACK, MERGE), (MERGE.replace("\n", "\r\n"),)],
)
def test_a_push_of_our_own_merges_alone_says_nothing(messages: tuple[str, ...]) -> None:
    assert read_delivery("push", push(*messages)) == ()


@pytest.mark.parametrize("messages", [(), (BY_HAND,)])
def test_a_push_that_deletes_a_branch_says_nothing(messages: tuple[str, ...]) -> None:
    assert read_delivery("push", push(*messages, deleted=True)) == ()


def test_events_that_nobody_follows_say_nothing() -> None:
    assert read_delivery("star", {"action": "created"}) == ()


def test_a_payload_of_another_shape_is_an_error() -> None:
    with pytest.raises(KeyError):
        read_delivery("check_run", {})


@pytest.mark.parametrize("prefix", ["orchestrator/", "bot/docs/", "bot-", ""])
def test_a_review_is_about_a_task_whatever_its_branch_begins_with(prefix: str) -> None:
    head = {"ref": f"{prefix}faq-{TASK_ID}", "repo": {"id": 1}}
    review = {"repository": {"id": 1}, "pull_request": {"head": head}}
    assert read_delivery("pull_request_review", review) == (ReviewFact(TASK_ID),)
    head["ref"] = f"{prefix}faq-by-hand"
    assert read_delivery("pull_request_review", review) == ()


@pytest.mark.parametrize(
    ("action", "tells"),
    [("enqueued", True), ("dequeued", True), ("closed", True), ("labeled", False)],
)
def test_what_may_tell_of_a_merge_queue_makes_somebody_look(action: str, *, tells: bool) -> None:
    head = {"ref": "hotfix/rollback-1", "sha": "a" * 40, "repo": {"id": 1}}
    payload = {"action": action, "pull_request": {"head": head}, "repository": {"id": 1}}
    assert read_delivery("pull_request", payload) == ((QueueFact("a" * 40),) if tells else ())
