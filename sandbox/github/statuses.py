"""Commit statuses: what services outside of the checks say of a commit.

Source: https://docs.github.com/en/rest/commits/statuses
"""

from sandbox.github import commit_webhooks
from sandbox.github.accounts import Account
from sandbox.github.commit_reports import CommitStatus
from sandbox.github.entities import Repository
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.state import GitHub

STATES = ("error", "failure", "pending", "success")
_MOST_OF_A_CONTEXT = 1000


def create(
    github: GitHub,
    repository: Repository,
    sha: str,
    *,
    state: str,
    context: str,
    description: str | None,
    target_url: str | None,
    creator: Account,
) -> CommitStatus:
    """Write a status of a commit."""
    match state:
        case "error" | "failure" | "pending" | "success":
            pass
        case _:
            message = f"State is not included in the list: {', '.join(STATES)}"
            raise RefusedError(Reason.UNPROCESSABLE, message)
    of_commit = repository.statuses[sha]
    if sum(each.context == context for each in of_commit) >= _MOST_OF_A_CONTEXT:
        message = "This SHA and context has reached the maximum number of statuses."
        raise RefusedError(Reason.UNPROCESSABLE, message)
    status = CommitStatus(
        github.next_id(), sha, state, context, description, target_url, creator, github.now()
    )
    of_commit.append(status)
    commit_webhooks.status(github, repository, status)
    return status


def combined(statuses: tuple[CommitStatus, ...]) -> str:
    """Return the state of all contexts together.

    Source: https://docs.github.com/en/rest/commits/statuses#get-the-combined-status-for-a-specific-reference
    """
    states = {each.state for each in statuses}
    if states & {"error", "failure"}:
        return "failure"
    return "success" if states == {"success"} else "pending"
