"""What people have decided of a suggestion, as it stands on GitHub and with us this very moment."""

from shiploop.bootstrap import services
from shiploop.domain.delivery.pull_request import OwnPullRequest
from shiploop.domain.delivery.review import Decision, PullReview, decide_with_rules
from shiploop.domain.delivery.task import Task, Waiting, WaitingFor
from shiploop.errors import GitHubNotFound


def read_decision(task: Task, own: OwnPullRequest) -> tuple[PullReview, Decision]:
    """Read GitHub, and whether the task itself was approved. Raises GitHubNotFound."""
    said = services().reviews.read([own.pull.id]).get(own.pull.id)
    if said is None:
        raise GitHubNotFound(f"the pull request {own.pull.url} is gone")
    record = services().tasks.read(task.task_id)
    approved_here = record.approved_by if record else None
    rules, suggested = services().rules.known(), own.needs_review
    return said, decide_with_rules(said, own.heads, rules, approved_here or "", suggested=suggested)


def park(own: OwnPullRequest, reason: str, waiting_for: WaitingFor = WaitingFor.REVIEW) -> Waiting:
    """Have the task wait for a person."""
    return Waiting(waiting_for, reason, own.pull.id, own.heads)
