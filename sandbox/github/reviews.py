"""Reviews of pull requests, and drafts that become ready for them.

Sources: https://docs.github.com/en/rest/pulls/reviews and
https://docs.github.com/en/graphql/reference/mutations#markpullrequestreadyforreview
"""

import dataclasses
from collections.abc import Mapping
from typing import Literal

from sandbox.github import webhooks
from sandbox.github.accounts import Account
from sandbox.github.entities import DraftChange, PullRequest, Repository, Review
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.state import GitHub

_STATES: Mapping[str, Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED"]] = {
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
}


def submit(
    github: GitHub,
    repository: Repository,
    pull: PullRequest,
    *,
    event: str | None,
    body: str,
    commit_sha: str | None,
    author: Account,
) -> Review:
    """Review a pull request; nobody approves their own, and only an approval needs no words."""
    if author == pull.author and event in ("APPROVE", "REQUEST_CHANGES"):
        verb = "approve" if event == "APPROVE" else "request changes on"
        message = f"Can not {verb} your own pull request"
        raise RefusedError(Reason.UNPROCESSABLE, message)
    state = _STATES.get(event or "")
    if state is None:
        message = "Reviews that are not submitted at once are not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    if state != "APPROVED" and not body.strip():
        message = "You need to leave a comment indicating what you think"
        raise RefusedError(Reason.UNPROCESSABLE, message)
    sha = commit_sha or pull.head_sha
    review = Review(github.next_id(), author, state, body, sha, github.now())
    pull.reviews.append(review)
    pull.updated_at = review.submitted_at
    webhooks.pull_request_review(github, repository, pull, review, "submitted", author)
    return review


def dismiss(
    github: GitHub, repository: Repository, pull: PullRequest, review: Review, by: Account
) -> Review:
    """Take the word of a review away.

    Source: https://docs.github.com/en/rest/pulls/reviews#dismiss-a-review-for-a-pull-request
    """
    if review.state not in ("APPROVED", "CHANGES_REQUESTED"):
        message = f"Can not dismiss a {review.state.lower()} pull request review"
        raise RefusedError(Reason.UNPROCESSABLE, message)
    dismissed = dataclasses.replace(review, state="DISMISSED")
    pull.reviews[pull.reviews.index(review)] = dismissed
    pull.updated_at = github.now()
    webhooks.pull_request_review(github, repository, pull, dismissed, "dismissed", by)
    return dismissed


def set_draft(
    github: GitHub, repository: Repository, pull: PullRequest, *, draft: bool, by: Account
) -> None:
    """Make a draft ready for review, or a pull request a draft again; starts no workflow."""
    if pull.draft == draft:
        return
    pull.draft, pull.updated_at = draft, github.now()
    pull.draft_changes.append(DraftChange(github.next_id(), draft, by, pull.updated_at))
    action = "converted_to_draft" if draft else "ready_for_review"
    webhooks.pull_request(github, repository, pull, action, by)
