"""Reviews of pull requests."""

from typing import Any

from sandbox.github.entities import PullRequest, Repository, Review
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.accounts import user
from sandbox.github.payloads.repositories import api_url, web_url
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.state import GitHub


def review(
    github: GitHub, repository: Repository, pull: PullRequest, review: Review
) -> dict[str, Any]:
    """Return `pull-request-review`."""
    page = web_url(github, repository, f"/pull/{pull.number}#pullrequestreview-{review.id}")
    url = api_url(github, repository, f"/pulls/{pull.number}")
    return {
        "id": review.id,
        "node_id": node_id("PRR", repository.id, review.id),
        "user": user(github, review.author),
        "body": review.body,
        "state": review.state,
        "commit_id": review.commit_sha,
        "submitted_at": timestamp(review.submitted_at),
        "html_url": page,
        "pull_request_url": url,
        "author_association": "CONTRIBUTOR",
        "_links": {"html": {"href": page}, "pull_request": {"href": url}},
    }


def submitted_review(
    github: GitHub, repository: Repository, pull: PullRequest, made: Review
) -> dict[str, Any]:
    """Return a review as its webhook has it: there its state is in small letters."""
    answer = review(github, repository, pull, made)
    return answer | {"state": made.state.lower(), "updated_at": answer["submitted_at"]}
