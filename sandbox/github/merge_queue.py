"""The merge queue of a branch: each entry is built on the one before it, checked, then merged.

Sources: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
and, for its settings, https://docs.github.com/en/rest/repos/rules#create-a-repository-ruleset
"""

import dataclasses
import time
from collections.abc import Iterator

from sandbox.github import (
    check_states,
    merge_rules,
    merging,
    refs,
    webhooks,
    workflow_runs,
)
from sandbox.github.accounts import Account
from sandbox.github.entities import PullRequest, Repository
from sandbox.github.merge_rules import Method
from sandbox.github.merging import MergeRequest
from sandbox.github.queue_entries import QueueEntry, Removal, RemovalReason
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.state import GitHub

_BRANCHES = "gh-readonly-queue"
_LOOK_AGAIN_S = 0.05
_BOT = "github-merge-queue[bot]"
# https://github.com/ClickHouse/ClickHouse/pull/109183
_QUEUED_ALREADY = "Pull request is already in the queue"
_MOVED = "Head branch was modified. Review and try the merge again."


@dataclasses.dataclass(frozen=True, slots=True)
class QueueSettings:
    """How a queue merges; what is not set is as GitHub's page of settings has it."""

    method: Method
    timeout_s: float
    builds_at_once: int


def settings_of(repository: Repository, branch: str) -> QueueSettings | None:
    """Return the settings of a branch's queue, None where it has none."""
    for ruleset in merge_rules.rulesets_of(repository, branch):
        for rule in ruleset.asks("merge_queue"):
            asked = rule.parameters
            methods: dict[str, Method] = {"MERGE": "merge", "SQUASH": "squash", "REBASE": "rebase"}
            return QueueSettings(
                methods[asked.get("merge_method", "MERGE")],
                60.0 * asked.get("check_response_timeout_minutes", 60),
                asked.get("max_entries_to_build", 5),
            )
    return None


def entry_of(repository: Repository, pull: PullRequest) -> QueueEntry | None:
    """Return where a pull request stands in the queue of its base."""
    found = (each for each in repository.queues[pull.base_ref] if each.number == pull.number)
    return next(found, None)


def enqueue(
    github: GitHub,
    repository: Repository,
    pull: PullRequest,
    by: Account,
    *,
    expected_head: str | None,
    jump: bool,
) -> QueueEntry:
    """Add a pull request that may be merged but for the queue; at its front with `jump`.

    What is refused of a merge is refused here with "Pull request" before it:
    https://github.com/devantler-tech/platform/pull/3138. GitHub tells of no words for a head that
    has moved; those of a merge are used.
    """
    settings = settings_of(repository, pull.base_ref)
    if settings is None:
        raise RefusedError(Reason.UNPROCESSABLE, "Pull request base has no merge queue")
    if entry_of(repository, pull) is not None:
        raise RefusedError(Reason.UNPROCESSABLE, _QUEUED_ALREADY)
    if expected_head is not None and expected_head != pull.head_sha:
        raise RefusedError(Reason.UNPROCESSABLE, _MOVED)
    try:
        merging.check(repository, pull, MergeRequest(settings.method), by, queued=True)
    except RefusedError as refused:
        message = f"Pull request {refused.message}"
        raise RefusedError(Reason.UNPROCESSABLE, message) from refused
    entry = QueueEntry(github.next_id(), pull.number, pull.head_sha, by, github.now(), jump)
    queue = repository.queues[pull.base_ref]
    if jump:
        # It has all that is being built built anew, on top of itself.
        for each in queue:
            _destroy(github, repository, pull.base_ref, each, "invalidated")
        queue.insert(0, entry)
    else:
        queue.append(entry)
    webhooks.pull_request(github, repository, pull, "enqueued", by)
    if len(queue) == 1:
        _look_soon(github, repository, pull.base_ref)
    return entry


def dequeue(github: GitHub, repository: Repository, pull: PullRequest, by: Account) -> QueueEntry:
    """Take a pull request out of its queue by hand.

    What GitHub says of one that is in none is written nowhere.
    """
    entry = entry_of(repository, pull)
    if entry is None:
        raise RefusedError(Reason.UNPROCESSABLE, "Pull request is not in the queue")
    _remove(github, repository, pull, entry, RemovalReason.MANUAL, by)
    return entry


def _look_soon(github: GitHub, repository: Repository, branch: str) -> None:
    def look() -> None:
        with github.lock:
            if repository.queues[branch]:
                _look(github, repository, branch)
                _look_soon(github, repository, branch)

    github.schedule.after(_LOOK_AGAIN_S, look)


def _look(github: GitHub, repository: Repository, branch: str) -> None:
    """Bring a queue in step with its branch, its pull requests and their checks."""
    settings, bot = settings_of(repository, branch), github.accounts.add(_BOT, "Bot")
    base = refs.require(repository, f"{refs.BRANCHES}{branch}")
    for position, (entry, pull) in enumerate(tuple(_entries(repository, branch))):
        reason = _unfit(pull, entry, branch)
        if reason is None and settings is not None and position < settings.builds_at_once:
            if entry.base_sha != base:
                reason = _build(github, repository, pull, entry, base, settings)
            reason = reason or _judge(repository, pull, entry, settings)
        if settings is None or reason is not None:
            _remove(github, repository, pull, entry, reason or RemovalReason.UNKNOWN, bot)
            return  # those behind it are built anew when it is looked at again
        if position == 0 and entry.state == "MERGEABLE":
            _merge(github, repository, pull, entry, bot)
            return
        base = entry.sha


def _entries(repository: Repository, branch: str) -> Iterator[tuple[QueueEntry, PullRequest]]:
    return ((entry, repository.pulls[entry.number]) for entry in repository.queues[branch])


def _unfit(pull: PullRequest, entry: QueueEntry, branch: str) -> RemovalReason | None:
    stands = pull.open and not pull.draft and pull.base_ref == branch
    return None if stands and pull.head_sha == entry.head_sha else RemovalReason.UNKNOWN


def _build(
    github: GitHub,
    repository: Repository,
    pull: PullRequest,
    entry: QueueEntry,
    base: str,
    settings: QueueSettings,
) -> RemovalReason | None:
    """Make the merge group of an entry on `base`, and have it checked.

    Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#merge_group
    """
    _destroy(github, repository, pull.base_ref, entry, "invalidated")
    tree = repository.git.merge_tree(base, entry.head_sha)
    if tree is None:
        return RemovalReason.MERGE_CONFLICT
    message = merging.message(repository, pull, MergeRequest(settings.method))
    parents = (base, entry.head_sha) if settings.method == "merge" else (base,)
    when = int(github.now().timestamp())
    entry.sha = repository.git.commit(tree, parents, message, pull.author, when)
    while entry.sha in repository.suites:  # it was checked in this very second, and is another one
        when += 1
        entry.sha = repository.git.commit(tree, parents, message, pull.author, when)
    entry.base_sha, entry.built_at, entry.state = base, time.monotonic(), "AWAITING_CHECKS"
    entry.ref = f"{refs.BRANCHES}{_BRANCHES}/{pull.base_ref}/pr-{pull.number}-{base}"
    before = repository.git.sha(entry.ref)
    bot = github.accounts.add(_BOT, "Bot")
    refs.move(github, repository, entry.ref, before, entry.sha, bot, forced=before is not None)
    webhooks.merge_group(github, repository, pull.base_ref, entry, "checks_requested", bot)
    workflow_runs.start_for_group(github, repository, pull.base_ref, entry)
    return None


def _judge(
    repository: Repository, pull: PullRequest, entry: QueueEntry, settings: QueueSettings
) -> RemovalReason | None:
    """Return why the checks of its group take an entry out; it is mergeable once they passed."""
    if not entry.sha:
        return None
    states = check_states.states_at(repository, entry.sha, pull.base_ref).values()
    if "failing" in states:
        return RemovalReason.CI_FAILURE
    if all(state == "passed" for state in states):
        entry.state = "MERGEABLE"
    elif time.monotonic() - entry.built_at > settings.timeout_s:
        return RemovalReason.CI_TIMEOUT
    return None


def _merge(
    github: GitHub, repository: Repository, pull: PullRequest, entry: QueueEntry, bot: Account
) -> None:
    sha = entry.sha
    _remove(github, repository, pull, entry, RemovalReason.MERGE, bot)
    merging.complete(github, repository, pull, sha, bot)


def _remove(
    github: GitHub,
    repository: Repository,
    pull: PullRequest,
    entry: QueueEntry,
    reason: RemovalReason,
    by: Account,
) -> None:
    removal = Removal(github.next_id(), reason, by, github.now(), entry.sha)
    pull.removals.append(removal)
    branch = next(name for name, queue in repository.queues.items() if entry in queue)
    repository.queues[branch].remove(entry)
    how = "merged" if reason is RemovalReason.MERGE else "dequeued"
    _destroy(github, repository, branch, entry, how)
    webhooks.pull_request(github, repository, pull, "dequeued", by, reason=reason.webhook)


def _destroy(
    github: GitHub, repository: Repository, branch: str, entry: QueueEntry, reason: str
) -> None:
    """Drop a merge group; what it was checked for is of no use any more."""
    if not entry.sha:
        return
    bot = github.accounts.add(_BOT, "Bot")
    webhooks.merge_group(github, repository, branch, entry, "destroyed", bot, reason=reason)
    if repository.git.sha(entry.ref) is not None:
        refs.delete(github, repository, entry.ref, bot)
    entry.forget_group()
