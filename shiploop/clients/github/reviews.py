"""What people say on GitHub of what we suggest, and of what we have shipped."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from shiploop.clients.github import queries
from shiploop.clients.github.client import Transport
from shiploop.clients.github.graphql_answer import raise_for
from shiploop.clients.github.reading import text, understood
from shiploop.domain.delivery.opinion import Comment, Opinions
from shiploop.domain.delivery.pull_request import PullRequestState
from shiploop.domain.delivery.review import PullReview, Review, ReviewDecision, ReviewState
from shiploop.domain.delivery.task import merge_of
from shiploop.domain.timestamps import from_iso
from shiploop.errors import GitHubNotFound

# GitHub's limit on ids in `nodes`: so many pull requests are read in one query.
MOST_AT_ONCE = 100
_MAY_WRITE = frozenset({"write", "admin"})


class Reviews:
    """Reads what was said of pull requests. Raises the GitHub errors of `shiploop.errors`."""

    def __init__(self, transport: Transport, repository: str, base_branch: str) -> None:
        self._transport = transport
        self._repository = repository
        self._base_branch = base_branch

    @understood
    def read(self, pull_ids: Sequence[str]) -> dict[str, PullReview]:
        """What was said of each of up to MOST_AT_ONCE pull requests; those gone are left out.

        Who has marked one as ready for review is asked for by one more call each.
        """
        answer = self._transport.graphql(queries.READ_REVIEWS, {"ids": list(pull_ids)})
        if not answer.data:
            raise_for(answer.errors)
        viewer = text(answer.data["viewer"]["login"])
        nodes = (node for node in answer.data.get("nodes") or () if node)
        found = [self._pull_review(node, viewer) for node in nodes]
        return {each.pull_id: each for each in found}

    @understood
    def read_opinions(self, pull_ids: Sequence[str]) -> tuple[Opinions, ...]:
        """What people think of each of up to MOST_AT_ONCE pull requests that were merged."""
        answer = self._transport.graphql(queries.READ_OPINIONS, {"ids": list(pull_ids)})
        if not answer.data:
            raise_for(answer.errors)
        return tuple(_opinions(node) for node in answer.data.get("nodes") or () if node)

    def mark_ready(self, pull_id: str) -> None:
        """Make a draft ready: GitHub merges none."""
        variables = {"ready": {"pullRequestId": pull_id}}
        raise_for(self._transport.graphql(queries.MARK_READY, variables).errors)

    @understood
    def may_write(self, login: str) -> bool:
        """Whether an account may write to the repository now.

        Source: https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
        """
        path = f"/repos/{self._repository}/collaborators/{quote(login, safe='')}/permission"
        try:
            # `maintain` is told as write, `triage` as read.
            return self._transport.rest("GET", path)["permission"] in _MAY_WRITE
        except GitHubNotFound:
            return False

    def _pull_review(self, pull: Mapping[str, Any], viewer: str) -> PullReview:
        into_base = pull["baseRefName"] == self._base_branch
        merge_commit = (pull["mergeCommit"] or {}) if into_base else {}
        merged_at = from_iso(pull["mergedAt"]) if pull["mergedAt"] else None
        return PullReview(
            pull_id=text(pull["id"]),
            state=PullRequestState(pull["state"]),
            is_draft=bool(pull["isDraft"]),
            head_sha=text(pull["headRefOid"]),
            reviews=tuple(_reviews(pull, viewer)),
            ready_by=self._ready_by(pull, viewer),
            merge=merge_of(merge_commit.get("oid"), merged_at),
            review_decision=_decision(pull.get("reviewDecision")),
            conversations=sum(not each["isResolved"] for each in _nodes(pull, "reviewThreads")),
        )

    def _ready_by(self, pull: Mapping[str, Any], viewer: str) -> str | None:
        if pull["isDraft"] or pull["state"] != PullRequestState.OPEN:
            return None
        pressed = [_login(event, "actor") for event in _nodes(pull, "timelineItems")]
        person = pressed[-1] if pressed else None
        if person is None or _is_same(person, viewer):
            return None
        return person if self.may_write(person) else None


def _decision(told: str | None) -> ReviewDecision | None:
    return ReviewDecision(told) if told else None


def _reviews(pull: Mapping[str, Any], viewer: str) -> Iterable[Review]:
    for node in _nodes(pull, "latestOpinionatedReviews"):
        author = _login(node, "author")
        if author is None or _is_same(author, viewer):
            continue
        yield Review(
            author=author,
            state=ReviewState(node["state"]),
            head_sha=str((node["commit"] or {}).get("oid")),
            by_writer=bool(node["authorCanPushToRepository"]),
        )


def _opinions(pull: Mapping[str, Any]) -> Opinions:
    thumbs = (_login(node, "user") for node in _nodes(pull, "reactions"))
    comments = ((_login(node, "author"), node) for node in _nodes(pull, "comments"))
    return Opinions(
        pull_id=text(pull["id"]),
        thumbs_down=tuple(login for login in thumbs if login),
        comments=tuple(Comment(login, str(node["body"])) for login, node in comments if login),
    )


def _nodes(pull: Mapping[str, Any], connection: str) -> list[Mapping[str, Any]]:
    return [node for node in (pull.get(connection) or {}).get("nodes") or () if node]


def _login(node: Mapping[str, Any], field: str) -> str | None:
    """Whose it is; None where the account is gone."""
    account = node.get(field) or {}
    return account.get("login")


def _is_same(login: str, viewer: str) -> bool:
    # GraphQL names an App `shiploop` as an author and `shiploop[bot]` as the viewer.
    return login.removesuffix("[bot]").casefold() == viewer.removesuffix("[bot]").casefold()
