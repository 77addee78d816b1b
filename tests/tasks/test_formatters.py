"""A formatter's push onto a task's branch: gone on with, so often and no more."""

import base64
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.bootstrap import services
from shiploop.domain.delivery import messages
from shiploop.domain.delivery.change import Proposal, Source
from shiploop.domain.delivery.checks import ChecksState, ChecksVerdict
from shiploop.domain.delivery.formatting import MAX_PUSHES
from shiploop.domain.delivery.merge_gate import Conflicted
from shiploop.domain.delivery.pull_request import OwnPullRequest
from shiploop.domain.delivery.task import FailureKind, Outcome, Task
from tasks.merge import merge_pull_request
from tasks.pull_request import open_pull_request, read_base, rebuild_pull_request
from tests.builders import a_proposal, a_request
from tests.sandbox_process import REPOSITORY, SandboxProcess
from tests.tasks.conftest import ServicesWith

COMMIT = "mutation C($input: CreateCommitOnBranchInput!) "
COMMIT += "{ createCommitOnBranch(input: $input) { commit { oid } } }"
WORDS = "A worker heartbeat is written every five seconds."
HEARTBEATS = Source("docs/guide.md", "heartbeats", "Guide › Heartbeats")
GREEN = ChecksVerdict(ChecksState.GREEN)


@pytest.fixture
def _listed(services_with: ServicesWith, sandbox: SandboxProcess) -> None:
    services_with(
        github_api_url=sandbox.url,
        signing_key=SecretStr("a-signing-key"),
        formatters=("autofix-ci[bot]",),
    )


@pytest.fixture(scope="module")
def token(running_sandbox: SandboxProcess) -> str:
    """That of the formatter."""
    return running_sandbox.install_app("autofix-ci").token


def opened(topic: str) -> tuple[Task, Proposal, OwnPullRequest]:
    question, task_id = f"What is the worker heartbeat of {topic}?", str(uuid.uuid4())
    services().intake.accept(task_id, a_request(question), datetime.now(UTC), limit=100)
    task = services().tasks.load(task_id)
    assert task is not None
    proposal = a_proposal(question)
    answer = f"{WORDS}\n\nSource: [Guide › Heartbeats](guide.md#heartbeats)"
    content = {**proposal.content, "trace_id": task_id, "answer": answer}
    proposal = replace(proposal, content=content, evidence=(HEARTBEATS,))
    own = open_pull_request.fn(task, proposal, read_base.fn((FAQ_PATH,)))
    assert isinstance(own, OwnPullRequest), own
    return task, proposal, own


def push(sandbox: SandboxProcess, token: str, head_ref: str, old: str, new: str) -> str:
    """Put a text in the place of another in the FAQ of a branch; returns the sha."""
    head = sandbox.read(f"/git/ref/heads/{head_ref}")["object"]["sha"]
    file = sandbox.read(f"/contents/{FAQ_PATH}", ref=head)
    before = base64.b64decode(file["content"]).decode()
    assert before.count(old) == 1
    contents = base64.b64encode(before.replace(old, new).encode()).decode()
    commit = {
        "branch": {"repositoryNameWithOwner": REPOSITORY, "branchName": head_ref},
        "expectedHeadOid": head,
        "message": {"headline": "Format"},
        "fileChanges": {"additions": [{"path": FAQ_PATH, "contents": contents}]},
    }
    answer = sandbox.http.post(
        f"{sandbox.url}/graphql",
        json={"query": COMMIT, "variables": {"input": commit}},
        headers={"authorization": f"Bearer {token}"},
    ).json()
    return str(answer["data"]["createCommitOnBranch"]["commit"]["oid"])


@pytest.mark.usefixtures("_listed")
def test_so_many_pushes_are_gone_on_with_and_then_the_task_ends(
    sandbox: SandboxProcess, token: str
) -> None:
    task, proposal, own = opened("a format")
    branch, words = messages.branch_name(task), WORDS
    for pushes in range(1, MAX_PUSHES + 1):
        wrapped = words.replace(" ", "\n", 1)
        head = push(sandbox, token, branch, words, wrapped)
        followed = rebuild_pull_request.fn(task, proposal, own)
        assert isinstance(followed, OwnPullRequest), followed
        assert (followed.written_sha, followed.pull.head_sha, followed.pushes) == (
            head,
            head,
            pushes,
        )
        assert followed.heads == (*own.heads, head)
        own, words = followed, wrapped
    push(sandbox, token, branch, words, words.replace(" ", "\n"))
    ended = rebuild_pull_request.fn(task, proposal, own)
    assert isinstance(ended, Outcome)
    assert (ended.failure_kind, ended.reason) == (
        FailureKind.MERGE_REFUSED,
        "formatters have pushed to the branch more than 3 times",
    )


@pytest.mark.usefixtures("_listed")
def test_a_push_in_the_moment_of_the_merge_is_checked_before_it_is_merged(
    sandbox: SandboxProcess, token: str
) -> None:
    task, proposal, own = opened("a moment")
    push(sandbox, token, messages.branch_name(task), WORDS, WORDS.replace(" ", "\n", 1))
    assert merge_pull_request.fn(task, proposal, own, GREEN) == Conflicted()
    assert not sandbox.read(f"/pulls/{own.pull.number}")["merged"]


@pytest.mark.usefixtures("_listed")
def test_a_push_of_another_word_in_the_moment_of_the_merge_ends_the_task(
    sandbox: SandboxProcess, token: str
) -> None:
    task, proposal, own = opened("a word")
    push(sandbox, token, messages.branch_name(task), WORDS, WORDS.replace("five", "six"))
    ended = merge_pull_request.fn(task, proposal, own, GREEN)
    assert isinstance(ended, Outcome)
    assert "more than the format" in ended.reason
    assert not sandbox.read(f"/pulls/{own.pull.number}")["merged"]


def test_without_a_list_a_push_costs_no_call_and_ends_the_task_at_the_merge(
    services_with: ServicesWith, sandbox: SandboxProcess, token: str
) -> None:
    services_with(github_api_url=sandbox.url, signing_key=SecretStr("a-signing-key"))
    task, proposal, own = opened("no list")
    push(sandbox, token, messages.branch_name(task), WORDS, WORDS.replace(" ", "\n", 1))
    ended = merge_pull_request.fn(task, proposal, own, GREEN)
    assert isinstance(ended, Outcome)
    assert ended.reason == "somebody else has pushed to the branch"
    assert not any("compare" in each for each in sandbox.operations())
