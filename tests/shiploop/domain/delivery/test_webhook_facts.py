import pytest

from shiploop.domain.delivery.checks import Conclusion
from shiploop.domain.delivery.webhook_facts import (
    CheckFact,
    DeployFact,
    DeployState,
    PushFact,
    branch_ref,
    read_delivery,
    read_deploy_state,
)
from tests.builders import TASK_ID


def test_reads_a_concluded_check() -> None:
    payload = {"check_run": {"head_sha": "abc", "name": "faq-gate", "conclusion": "success"}}
    found = CheckFact("abc", "faq-gate", Conclusion.SUCCESS)
    assert read_delivery("check_run", payload) == (found,)


@pytest.mark.parametrize("told", ["splendid", 7, ["success"]])
def test_a_conclusion_that_is_none_of_githubs_is_known_to_be_unknown(told: object) -> None:
    payload = {"check_run": {"head_sha": "abc", "name": "faq-gate", "conclusion": told}}
    found = CheckFact("abc", "faq-gate", Conclusion.UNKNOWN)
    assert read_delivery("check_run", payload) == (found,)


def test_reads_a_running_check() -> None:
    payload = {"check_run": {"head_sha": "abc", "name": "faq-gate", "conclusion": None}}
    assert read_delivery("check_run", payload) == (CheckFact("abc", "faq-gate", None),)


@pytest.mark.parametrize(
    ("state", "conclusion"),
    [("pending", None), ("success", Conclusion.SUCCESS), ("error", Conclusion.ERROR)],
)
def test_reads_a_commit_status(state: str, conclusion: Conclusion | None) -> None:
    payload = {"sha": "abc", "context": "ci/build", "state": state}
    assert read_delivery("status", payload) == (CheckFact("abc", "ci/build", conclusion),)


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
