import pytest

from shiploop.domain.delivery.webhook_facts import (
    CheckFact,
    DeployFact,
    PushFact,
    branch_ref,
    read_delivery,
)
from tests.builders import TASK_ID


def test_reads_a_concluded_check() -> None:
    payload = {"check_run": {"head_sha": "abc", "name": "faq-gate", "conclusion": "success"}}
    assert read_delivery("check_run", payload) == (CheckFact("abc", "faq-gate", "success"),)


def test_reads_a_running_check() -> None:
    payload = {"check_run": {"head_sha": "abc", "name": "faq-gate", "conclusion": None}}
    assert read_delivery("check_run", payload) == (CheckFact("abc", "faq-gate", None),)


@pytest.mark.parametrize(
    ("state", "conclusion"), [("pending", None), ("success", "success"), ("error", "error")]
)
def test_reads_a_commit_status(state: str, conclusion: str | None) -> None:
    payload = {"sha": "abc", "context": "ci/build", "state": state}
    assert read_delivery("status", payload) == (CheckFact("abc", "ci/build", conclusion),)


def test_reads_a_deployment_status() -> None:
    payload = {"deployment": {"sha": "abc"}, "deployment_status": {"state": "success"}}
    assert read_delivery("deployment_status", payload) == (DeployFact("abc", "success"),)


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
