"""A merge: made as the rules allow it, and noted with its task."""

from datetime import UTC, datetime

from shiploop.bootstrap import services
from shiploop.domain.delivery import messages
from shiploop.domain.delivery.merge_refusal import OtherMethod, read_refusal
from shiploop.domain.delivery.task import Merge, Task
from shiploop.domain.timestamps import iso_ms
from shiploop.errors import GitHubRefused


def merge_as_allowed(number: int, head_sha: str, message: tuple[str, str]) -> str:
    """Merge by the best method that the repository allows. Raises GitHubRefused."""
    github, rules = services().github, services().rules
    method = rules.known().method
    try:
        return github.merge(number, head_sha, message, method)
    except GitHubRefused as refusal:
        if not isinstance(read_refusal(refusal.status, str(refusal)), OtherMethod):
            raise
        # Somebody has changed the settings since they were read: what they are now decides.
        other = rules.look_again().method
        if other is method:
            raise
        return github.merge(number, head_sha, message, other)


def merged_already(task: Task) -> Merge | None:
    """The merge of the task's pull request, when an earlier attempt got so far."""
    now = services().github.find_pull_request(messages.branch_name(task)).pull
    return record_merge(task, now.merge) if now is not None and now.merge else None


def record_merge(task: Task, merge: Merge) -> Merge:
    """Note a merge with its task, which stays merged whatever comes."""
    now = datetime.now(UTC)
    merged_at = iso_ms(merge.merged_at)
    services().tasks.note(
        task.task_id, now, state="merged", merge_sha=merge.sha, merged_at=merged_at
    )
    services().tasks.note_merge(task.task_id, merge.sha)
    return merge
