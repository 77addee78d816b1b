"""Reviews of pull requests.

Sources: https://docs.github.com/en/rest/pulls/reviews and
https://docs.github.com/en/rest/pulls/review-requests
"""

from sandbox.github import reviews
from sandbox.github.accounts import Access
from sandbox.github.entities import Review
from sandbox.github.payloads import reviews as payloads
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply, not_found

_PULL = "/repos/{owner}/{repo}/pulls/{number}"
_REVIEW = f"{_PULL}/reviews/{{id}}"


def _reply(call: Call, review: Review) -> Reply:
    return Reply(200, payloads.review(call.github, call.repository, call.pull, review))


def _list(call: Call) -> Reply:
    pull = call.pull
    return Reply(
        200,
        [
            payloads.review(call.github, call.repository, pull, review)
            for review in call.page(pull.reviews)
        ],
    )


def _create(call: Call) -> Reply:
    if call.body.get("comments"):
        message = "Comments on lines of a pull request are not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    review = reviews.submit(
        call.github,
        call.repository,
        call.pull,
        event=call.optional_text("event"),
        body=call.optional_text("body") or "",
        commit_sha=call.optional_text("commit_id"),
        author=call.actor,
    )
    return _reply(call, review)


def _find(call: Call) -> Review:
    number = call.number("id")
    for review in call.pull.reviews:
        if review.id == number:
            return review
    raise not_found()


def _get(call: Call) -> Reply:
    return _reply(call, _find(call))


def _dismiss(call: Call) -> Reply:
    call.text("message")  # has to be there
    review = reviews.dismiss(call.github, call.repository, call.pull, _find(call), call.actor)
    return _reply(call, review)


def _requested(call: Call) -> Reply:
    assert call.pull  # there is one, but the sandbox asks nobody for a review
    return Reply(200, {"users": [], "teams": []})


OPERATIONS = (
    Operation("GET", f"{_PULL}/reviews", _list),
    Operation("POST", f"{_PULL}/reviews", _create, Access.READ),
    Operation("GET", _REVIEW, _get),
    Operation("PUT", f"{_REVIEW}/dismissals", _dismiss, Access.WRITE),
    Operation("GET", f"{_PULL}/requested_reviewers", _requested),
)
