"""GitHub, as the loop speaks to it: three calls take a task from question to merge."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from shiploop.clients.github import queries
from shiploop.clients.github.answers import (
    read_base_answer,
    read_check_facts,
    read_found,
    read_pull_request,
)
from shiploop.clients.github.transport import GraphQLAnswer, GraphQLError
from shiploop.domain.delivery.commit import Changes
from shiploop.domain.delivery.pull_request import Base, Found, PullRequest, Written
from shiploop.domain.delivery.webhook_facts import CheckFact, ConflictFact
from shiploop.errors import (
    GitHubNotFound,
    GitHubRefused,
    GitHubUnauthorized,
    GitHubUncertain,
)


class Transport(Protocol):
    """What this client needs to reach GitHub."""

    def rest(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        """Call a REST route."""

    def graphql(self, document: str, variables: Mapping[str, object]) -> GraphQLAnswer:
        """Run a GraphQL document."""


class GitHub:
    """One repository, and the branch of it that we merge into."""

    def __init__(self, transport: Transport, repository: str, base_branch: str) -> None:
        self._transport = transport
        self.repository = repository
        self._owner, self._name = repository.split("/", 1)
        self._base_branch = base_branch

    def read_base(self, paths: Sequence[str] = ()) -> Base:
        """Read the head of the base branch, and these files as they stand there, in one query."""
        answer = self._transport.graphql(
            queries.with_files(queries.READ_BASE, paths),
            self._at(f"refs/heads/{self._base_branch}", paths),
        )
        _raise_for(answer.errors)
        place = f"{self.repository}@{self._base_branch}"
        return read_base_answer(answer.data, place, paths, self._read_large)

    def open_pull_request(
        self,
        base: Base,
        branch: str,
        changes: Changes,
        message: tuple[str, str],
        body: str,
        *,
        draft: bool = False,
    ) -> PullRequest:
        """Create branch, commit and pull request in one document.

        Raises GitHubUncertain when only part of it was done: look with
        `find_pull_request` what is there before going on.
        """
        pull = self._pull_input(base.repository_id, branch, message[0], body)
        answer = self._transport.graphql(
            queries.OPEN_PULL_REQUEST,
            {
                "ref": self._ref_input(base.repository_id, branch, base.head_sha),
                "commit": self._commit_input(branch, base.head_sha, changes, message),
                "pull": pull | {"draft": draft},
            },
        )
        return _created_pull(answer)

    def create_pull_request(
        self, repository_id: str, branch: str, title: str, body: str
    ) -> PullRequest:
        """Open a pull request for a branch that has its commit already."""
        variables = {"pull": self._pull_input(repository_id, branch, title, body)}
        return _created_pull(self._transport.graphql(queries.CREATE_PULL_REQUEST, variables))

    def find_pull_request(self, branch: str, paths: Sequence[str] = ()) -> Found:
        """Read what there is already of a task: its branch with these files, its newest pull."""
        answer = self._transport.graphql(
            queries.with_files(queries.FIND_PULL_REQUEST, paths),
            {**self._at(f"refs/heads/{branch}", paths), "head": branch},
        )
        _raise_for(answer.errors)
        return read_found(answer.data, paths, self._read_large)

    def rebuild_branch(
        self,
        base: Base,
        written: Written,
        temporary_branch: str,
        changes: Changes,
        message: tuple[str, str],
    ) -> str:
        """Move a pull request's branch onto one new commit on the base; returns its sha."""
        self.delete_branch(temporary_branch)  # one that a crash left behind
        committed = self._transport.graphql(
            queries.COMMIT_ON_NEW_REF,
            {
                "ref": self._ref_input(base.repository_id, temporary_branch, base.head_sha),
                "commit": self._commit_input(temporary_branch, base.head_sha, changes, message),
            },
        )
        _raise_for(committed.errors)
        sha = str(committed.data["createCommitOnBranch"]["commit"]["oid"])
        temporary_ref_id = committed.data["createRef"]["ref"]["id"]
        moved = self._transport.graphql(
            queries.MOVE_BRANCH,
            {
                "update": {"refId": written.ref_id, "oid": sha, "force": True},
                "delete": {"refId": temporary_ref_id},
            },
        )
        _raise_for(moved.errors)
        return sha

    def merge(self, number: int, head_sha: str, message: tuple[str, str]) -> str:
        """Squash-merge, pinned to `head_sha`; returns the merge commit's sha.

        Raises GitHubRefused with status 405 (not mergeable now) or 409 (head moved).
        Source: https://docs.github.com/en/rest/pulls/pulls#merge-a-pull-request
        """
        answer = self._transport.rest(
            "PUT",
            f"/repos/{self.repository}/pulls/{number}/merge",
            {
                "sha": head_sha,
                "merge_method": "squash",
                "commit_title": f"{message[0]} (#{number})",
                "commit_message": message[1],
            },
        )
        return str(answer["sha"])

    def poll_checks(self, pull_request_ids: list[str]) -> tuple[CheckFact | ConflictFact, ...]:
        """Read the checks of many pull requests in one query, and which of them conflict."""
        answer = self._transport.graphql(queries.POLL_CHECKS, {"ids": pull_request_ids})
        return read_check_facts(answer.data)

    def contains(self, sha: str, ancestor_sha: str) -> bool:
        """Tell whether a commit is `ancestor_sha` or has it among its ancestors.

        Source: https://docs.github.com/en/rest/commits/commits#compare-two-commits
        """
        path = f"/repos/{self.repository}/compare/{ancestor_sha}...{sha}"
        return self._transport.rest("GET", path)["status"] in ("identical", "ahead")

    def clone_url(self) -> str:
        """Where git clones the repository from."""
        return str(self._transport.rest("GET", f"/repos/{self.repository}")["clone_url"])

    def comment(self, number: int, text: str) -> None:
        """Add a comment to a pull request."""
        path = f"/repos/{self.repository}/issues/{number}/comments"
        self._transport.rest("POST", path, {"body": text})

    def label(self, number: int, *labels: str) -> None:
        """Add labels to a pull request."""
        path = f"/repos/{self.repository}/issues/{number}/labels"
        self._transport.rest("POST", path, {"labels": list(labels)})

    def close_pull_request(self, number: int) -> None:
        """Close a pull request without merging it."""
        path = f"/repos/{self.repository}/pulls/{number}"
        self._transport.rest("PATCH", path, {"state": "closed"})

    def delete_branch(self, branch: str) -> None:
        """Delete a branch; one that is gone already is as good."""
        path = f"/repos/{self.repository}/git/refs/heads/{quote(branch)}"
        try:
            self._transport.rest("DELETE", path)
        except (GitHubNotFound, GitHubRefused) as error:
            # A ref that does not exist is 422 "Reference does not exist", not 404.
            gone = isinstance(error, GitHubNotFound) or (
                error.status == httpx.codes.UNPROCESSABLE_ENTITY
            )
            if not gone:
                raise

    def _read_large(self, blob_id: str) -> str:
        # https://docs.github.com/en/rest/git/blobs#get-a-blob: up to 100 MB.
        blob = self._transport.rest("GET", f"/repos/{self.repository}/git/blobs/{blob_id}")
        return base64.b64decode(blob["content"]).decode()

    def _at(self, ref: str, paths: Sequence[str]) -> dict[str, object]:
        files = {f"path{number}": path for number, path in enumerate(paths)}
        return {"owner": self._owner, "name": self._name, "ref": ref, **files}

    def _ref_input(self, repository_id: str, branch: str, sha: str) -> dict[str, object]:
        return {"repositoryId": repository_id, "name": f"refs/heads/{branch}", "oid": sha}

    def _commit_input(
        self, branch: str, head_sha: str, changes: Changes, message: tuple[str, str]
    ) -> dict[str, object]:
        additions = [
            {"path": path, "contents": base64.b64encode(content).decode()}
            for path, content in changes.items()
            if content is not None
        ]
        deletions = [{"path": path} for path, content in changes.items() if content is None]
        return {
            "branch": {"repositoryNameWithOwner": self.repository, "branchName": branch},
            "expectedHeadOid": head_sha,
            "message": {"headline": message[0], "body": message[1]},
            "fileChanges": {"additions": additions, "deletions": deletions},
        }

    def _pull_input(
        self, repository_id: str, branch: str, title: str, body: str
    ) -> dict[str, object]:
        return {
            "repositoryId": repository_id,
            "baseRefName": self._base_branch,
            "headRefName": branch,
            "title": title,
            "body": body,
        }


def _created_pull(answer: GraphQLAnswer) -> PullRequest:
    payload = answer.data.get("createPullRequest")
    if payload and not any(error.field == "createCommitOnBranch" for error in answer.errors):
        return read_pull_request(payload["pullRequest"])
    _raise_for(answer.errors)
    raise GitHubUncertain("GitHub opened no pull request and named no error")


def _raise_for(errors: tuple[GraphQLError, ...]) -> None:
    if not errors:
        return
    said = "; ".join(f"{error.field}: {error.message} ({error.type})" for error in errors)
    types = {error.type for error in errors}
    if types & {"FORBIDDEN", "INSUFFICIENT_SCOPES"}:
        raise GitHubUnauthorized(said)
    if "NOT_FOUND" in types:
        raise GitHubNotFound(said)
    # Mutations are not atomic, and what was refused may be refused because it is there.
    raise GitHubUncertain(said)
