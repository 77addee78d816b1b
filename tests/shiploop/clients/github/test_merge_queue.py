"""The merge queue as the client speaks to it, on the sandbox GitHub over HTTP."""

import uuid
from collections.abc import Iterator

import pytest

from shiploop.clients.github.auth import fixed_token
from shiploop.clients.github.merge_queue import MergeQueue
from shiploop.clients.github.transport import GitHubTransport
from shiploop.domain.delivery.merge_queue import Left, QueueStanding
from shiploop.domain.delivery.merge_refusal import Forbidden, Passing, read_refusal
from shiploop.domain.delivery.pull_request import PullRequest, PullRequestState
from shiploop.errors import GitHubNotFound, GitHubRefused, GitHubUnauthorized
from tests.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess, new_branch
from tests.until import until

ADA, EVE = "ada-token", "eve-token"  # an administrator, and one who may only read
RULE = {
    "name": "queue",
    "enforcement": "active",
    "conditions": {"ref_name": {"include": ["refs/heads/main"], "exclude": []}},
    "rules": [{"type": "merge_queue", "parameters": {"merge_method": "SQUASH"}}],
}


@pytest.fixture
def queued(sandbox: SandboxProcess) -> Iterator[SandboxProcess]:
    """The sandbox while main has a queue, whose merge groups nothing ever checks."""
    url, headers = f"{sandbox.url}/repos/{REPOSITORY}/rulesets", {"authorization": f"Bearer {ADA}"}
    made = sandbox.http.post(url, json=RULE, headers=headers).raise_for_status().json()
    faults = f"{sandbox.url}/_sandbox/faults"
    never = {"merge_group_never_ends": {"times": None}}
    sandbox.http.put(faults, json=never).raise_for_status()
    yield sandbox
    sandbox.http.delete(faults).raise_for_status()
    sandbox.http.delete(f"{url}/{made['id']}", headers=headers).raise_for_status()


def queue_of(sandbox: SandboxProcess, token: str = BOT_TOKEN, every_s: float = 0.0) -> MergeQueue:
    transport = GitHubTransport(sandbox.http, sandbox.url, fixed_token(token))
    return MergeQueue(transport, "main", every_s)


def opened(sandbox: SandboxProcess, *, green: bool = True) -> PullRequest:
    github = sandbox.client()
    base, changes = github.read_base(), {f"docs/{uuid.uuid4()}.md": b"# A page\n"}
    pull = github.open_pull_request(base, new_branch(), changes, ("Add a page", ""), "")
    if green:
        sandbox.wait_until_green(base, pull)
    return pull


def standing(queue: MergeQueue, pull: PullRequest) -> QueueStanding:
    with queue.watching(pull.id):
        return queue.standing(pull.id)


def test_what_is_put_in_stands_there_until_it_is_taken_out(queued: SandboxProcess) -> None:
    queue, pull = queue_of(queued), opened(queued)
    outside = QueueStanding(pull.id, PullRequestState.OPEN, pull.head_sha)
    assert standing(queue, pull) == outside
    at = queue.enqueue(pull.id, pull.head_sha)
    assert at is not None
    assert standing(queue, pull).enqueued_at == at
    assert queue.enqueue(pull.id, pull.head_sha) is None
    assert queue.dequeue(pull.id)
    now = standing(queue, pull)
    assert now.removal is not None
    assert (now.enqueued_at, now.removal.left, now.removal.at >= at) == (None, Left.BY_HAND, True)
    assert not queue.dequeue(pull.id)


def test_what_the_queue_merges_is_told_with_its_merge(queued: SandboxProcess) -> None:
    queued.http.delete(f"{queued.url}/_sandbox/faults").raise_for_status()
    queue, pull = queue_of(queued), opened(queued)
    queue.enqueue(pull.id, pull.head_sha)
    merged = until(lambda: standing(queue, pull), lambda now: now.merge is not None)
    assert merged.state is PullRequestState.MERGED
    assert merged.merge is not None
    assert merged.merge.sha == queued.client().read_base().head_sha


def test_what_was_red_is_named(queued: SandboxProcess) -> None:
    red = {"merge_group_red": {"times": 1}}
    queued.http.put(f"{queued.url}/_sandbox/faults", json=red).raise_for_status()
    queue, pull = queue_of(queued), opened(queued)
    queue.enqueue(pull.id, pull.head_sha)
    removal = until(lambda: standing(queue, pull), lambda now: now.removal is not None).removal
    assert removal is not None
    assert (removal.left, removal.failed) == (Left.RED, ("faq-gate",))


def test_only_administrators_jump_and_all_others_stand_behind(queued: SandboxProcess) -> None:
    first, second, third = (opened(queued) for _ in range(3))
    queue = queue_of(queued)
    queue.enqueue(first.id, first.head_sha)
    assert queue.enqueue(second.id, second.head_sha, jump=True) is not None
    assert queue_of(queued, ADA).enqueue(third.id, third.head_sha, jump=True) is not None
    for pull in (first, second, third):
        assert queue.dequeue(pull.id)


def test_a_refusal_is_told_as_one_of_a_merge(queued: SandboxProcess) -> None:
    queued.http.put(f"{queued.url}/_sandbox/latency", json={"ci_ms": 60_000}).raise_for_status()
    pull = opened(queued, green=False)
    with pytest.raises(GitHubRefused) as refused:
        queue_of(queued).enqueue(pull.id, pull.head_sha)
    queued.http.put(f"{queued.url}/_sandbox/latency", json={"ci_ms": 0}).raise_for_status()
    assert read_refusal(refused.value.status, str(refused.value)) == Passing()
    green = opened(queued)
    with pytest.raises(GitHubRefused) as refused:
        queue_of(queued).enqueue(green.id, "0" * 40, jump=True)
    assert refused.value.status == 409
    with pytest.raises(GitHubUnauthorized):
        queue_of(queued, EVE).enqueue(green.id, green.head_sha)


def test_where_there_is_no_queue_that_is_a_refusal(sandbox: SandboxProcess) -> None:
    pull = opened(sandbox)
    with pytest.raises(GitHubRefused) as refused:
        queue_of(sandbox).enqueue(pull.id, pull.head_sha)
    assert read_refusal(refused.value.status, str(refused.value)) == Forbidden()


def test_all_who_wait_share_what_was_read(queued: SandboxProcess) -> None:
    first, second = opened(queued), opened(queued)
    queue = queue_of(queued, every_s=3600.0)

    def reads() -> int:
        told = queued.http.get(f"{queued.url}/_sandbox/requests").json()
        return sum(each["operation"] == "ReadQueued" for each in told)

    begun = reads()
    with queue.watching(first.id), queue.watching(second.id):
        assert [queue.standing(pull.id).pull_id for pull in (first, second)] == [
            first.id,
            second.id,
        ]
        queue.standing(first.id, told=True)  # told of, but read just before
    assert reads() == begun + 1


def test_a_pull_request_that_is_gone_is_not_found(queued: SandboxProcess) -> None:
    queue, gone = queue_of(queued), "PR_of-nobody"
    with queue.watching(gone), pytest.raises(GitHubNotFound):
        queue.standing(gone)
