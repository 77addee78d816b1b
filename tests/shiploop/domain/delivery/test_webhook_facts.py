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
    payload = {"deployment": {"sha": "abc"}, "deployment_status": {"state": "success"}}
    assert read_delivery("deployment_status", payload) == (DeployFact("abc", DeployState.SUCCESS),)


@pytest.mark.parametrize(
    ("told", "state"),
    [*((each.value, each) for each in DeployState), ("splendid", DeployState.UNKNOWN)],
)
def test_what_github_may_come_to_say_of_a_deploy_is_no_success(
    told: str, state: DeployState
) -> None:
    assert read_deploy_state(told) is state


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
