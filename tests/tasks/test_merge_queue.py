"""A merge by the queue, step by step, as a sandbox GitHub and a real Redis tell it."""

import uuid
from collections.abc import Iterator

import pytest

from shiploop.bootstrap import Services
from shiploop.domain.delivery.merge_queue import Left, LeftQueue
from shiploop.domain.delivery.pull_request import PullRequest
from shiploop.domain.delivery.task import FailureKind, Merge, Outcome, declined, failed
from shiploop.runner.left_behind import leave_merge_queue
from tasks.shared.merge_queue import merge_queued
from tests.builders import NOON, a_request
from tests.sandbox_process import REPOSITORY, SandboxProcess, new_branch
from tests.tasks.conftest import ServicesWith
from tests.until import until

ADMINISTRATOR = {"authorization": "Bearer ada-token"}
RULE = {
    "name": "queue",
    "enforcement": "active",
    "conditions": {"ref_name": {"include": ["refs/heads/main"], "exclude": []}},
    "rules": [{"type": "merge_queue", "parameters": {"merge_method": "SQUASH"}}],
}


@pytest.fixture
def ours(services_with: ServicesWith, sandbox: SandboxProcess) -> Iterator[Services]:
    """Our services, while main has a merge queue whose groups are never checked to the end."""
    url = f"{sandbox.url}/repos/{REPOSITORY}/rulesets"
    made = sandbox.http.post(url, json=RULE, headers=ADMINISTRATOR).raise_for_status().json()
    set_faults(sandbox, merge_group_never_ends=None)
    found = services_with(github_api_url=sandbox.url, check_poll_s=0.2)
    found.rules.refresh()
    yield found
    clear_faults(sandbox)
    path = f"{url}/{made['id']}"
    sandbox.http.delete(path, headers=ADMINISTRATOR).raise_for_status()


def set_faults(sandbox: SandboxProcess, **times: int | None) -> None:
    body = {name: {"times": each} for name, each in times.items()}
    sandbox.http.put(f"{sandbox.url}/_sandbox/faults", json=body).raise_for_status()


def clear_faults(sandbox: SandboxProcess) -> None:
    sandbox.http.delete(f"{sandbox.url}/_sandbox/faults").raise_for_status()


def opened(sandbox: SandboxProcess, path: str, text: str) -> PullRequest:
    github = sandbox.client()
    base, changes = github.read_base(), {path: text.encode()}
    pull = github.open_pull_request(base, new_branch(), changes, ("Add a page", ""), "")
    sandbox.wait_until_green(base, pull)
    return pull


def two_at_the_same_place(sandbox: SandboxProcess) -> tuple[PullRequest, PullRequest]:
    path = f"docs/{uuid.uuid4()}.md"
    return opened(sandbox, path, "# One\n"), opened(sandbox, path, "# Another\n")


def never() -> None:
    """Nothing asks for it to be taken out."""


def test_it_is_merged_and_forgotten(ours: Services, sandbox: SandboxProcess) -> None:
    clear_faults(sandbox)
    pull = opened(sandbox, f"docs/{uuid.uuid4()}.md", "# A page\n")
    merged = merge_queued(pull, never)
    assert isinstance(merged, Merge)
    assert merged.sha == sandbox.client().read_base().head_sha
    assert ours.facts.known(pull.head_sha).enqueued_at is None


def test_what_conflicts_only_with_what_is_ahead_is_tried_again(
    ours: Services, sandbox: SandboxProcess
) -> None:
    ahead, pull = two_at_the_same_place(sandbox)
    ours.merge_queue.enqueue(ahead.id, ahead.head_sha)
    asked = iter([ahead.id])

    def give_way() -> None:
        # When this is asked first ours is in the queue, or has left it by a conflict.
        if (first := next(asked, None)) is not None:
            with ours.merge_queue.watching(pull.id):
                until(
                    lambda: ours.merge_queue.standing(pull.id),
                    lambda now: now.removal is not None,
                )
            ours.merge_queue.dequeue(first)
            clear_faults(sandbox)

    assert isinstance(merge_queued(pull, give_way), Merge)


def test_what_conflicts_with_the_base_is_written_anew(
    ours: Services, sandbox: SandboxProcess
) -> None:
    ahead, pull = two_at_the_same_place(sandbox)
    clear_faults(sandbox)
    sandbox.http.put(f"{sandbox.url}/_sandbox/latency", json={"ci_ms": 1500}).raise_for_status()
    ours.merge_queue.enqueue(ahead.id, ahead.head_sha)
    ended = merge_queued(pull, never)
    sandbox.http.put(f"{sandbox.url}/_sandbox/latency", json={"ci_ms": 0}).raise_for_status()
    assert isinstance(ended, LeftQueue)
    assert ended.why is Left.CONFLICTING


@pytest.mark.parametrize("why", [Left.FROZEN, Left.CANCELLED, Left.DEADLINE])
def test_it_is_taken_out_when_asked(ours: Services, sandbox: SandboxProcess, why: Left) -> None:
    pull = opened(sandbox, f"docs/{uuid.uuid4()}.md", "# A page\n")
    ended = merge_queued(pull, lambda: why)
    assert isinstance(ended, LeftQueue)
    assert ended.why is why
    with ours.merge_queue.watching(pull.id):
        assert ours.merge_queue.standing(pull.id).enqueued_at is None


def test_an_attempt_after_one_that_died_waits_for_what_that_has_put_in(
    ours: Services, sandbox: SandboxProcess
) -> None:
    clear_faults(sandbox)
    set_faults(sandbox, merge_group_red=1)
    pull = opened(sandbox, f"docs/{uuid.uuid4()}.md", "# A page\n")
    at = ours.merge_queue.enqueue(pull.id, pull.head_sha)
    assert at is not None
    ours.facts.note_enqueued(pull.head_sha, at)
    ended = merge_queued(pull, never)
    assert ended == LeftQueue(Left.RED, "checks failed in the merge queue: faq-gate")


@pytest.mark.parametrize(
    ("outcome", "left"),
    [
        (failed(FailureKind.CRASHED, "5 runners have died of it"), True),
        (failed(FailureKind.NEVER_LIVE, "late", Merge("a" * 40, NOON)), False),
        (declined("there is nothing to note"), False),
    ],
)
def test_what_a_task_has_left_in_the_queue_is_taken_out(
    ours: Services, sandbox: SandboxProcess, outcome: Outcome, *, left: bool
) -> None:
    pull = opened(sandbox, f"docs/{uuid.uuid4()}.md", "# A page\n")
    ours.merge_queue.enqueue(pull.id, pull.head_sha)
    task_id = str(uuid.uuid4())
    ours.intake.accept(task_id, a_request(f"What is {task_id}?"), NOON, 100)
    ours.tasks.note(task_id, NOON, pull_id=pull.id)
    leave_merge_queue(ours, outcome, ours.tasks.read(task_id))
    assert ours.merge_queue.dequeue(pull.id) is not left
