import pytest

from shiploop.domain.delivery.webhook_facts import (
    CheckFact,
    DeployFact,
    PushFact,
    branch_ref,
    read_delivery,
)


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


def push(*paths: str, deleted: bool = False) -> dict[str, object]:
    commit = {"added": [], "modified": list(paths), "removed": []}
    commits = [commit] if paths else []
    return {"ref": "refs/heads/main", "after": "abc", "commits": commits, "deleted": deleted}


@pytest.mark.parametrize("paths", [("docs/a.md",), ("docs/FAQ.md", "docs/a.md"), ()])
def test_a_push_that_may_change_documents_is_a_fact(paths: tuple[str, ...]) -> None:
    assert read_delivery("push", push(*paths)) == (PushFact(branch_ref("main"), "abc"),)


def test_a_push_of_the_faq_alone_or_of_a_deleted_branch_says_nothing() -> None:
    assert read_delivery("push", push("docs/FAQ.md")) == ()
    assert read_delivery("push", push(deleted=True)) == ()


def test_events_that_nobody_follows_say_nothing() -> None:
    assert read_delivery("star", {"action": "created"}) == ()


def test_a_payload_of_another_shape_is_an_error() -> None:
    with pytest.raises(KeyError):
        read_delivery("check_run", {})
