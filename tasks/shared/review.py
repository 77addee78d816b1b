"""What people have decided of a suggestion, as it stands on GitHub and with us this very moment."""

from shiploop.bootstrap import services
from shiploop.domain.delivery.pull_request import OwnPullRequest
from shiploop.domain.delivery.review import Decision, PullReview, decide_review
from shiploop.domain.delivery.task import Task, Waiting, WaitingFor
from shiploop.errors import GitHubNotFound


def read_decision(task: Task, own: OwnPullRequest) -> tuple[PullReview, Decision]:
    """Read GitHub, and whether the task itself was approved. Raises GitHubNotFound."""
    said = services().reviews.read([own.pull.id]).get(own.pull.id)
    if said is None:
        raise GitHubNotFound(f"the pull request {own.pull.url} is gone")
    record = services().tasks.read(task.task_id)
    approved_here = record.approved_by if record else None
    return said, decide_review(said, own.heads, approved_here or "")


def park(own: OwnPullRequest, reason: str) -> Waiting:
    """Have the task wait for a person."""
    return Waiting(WaitingFor.REVIEW, reason, own.pull.id, own.heads)
