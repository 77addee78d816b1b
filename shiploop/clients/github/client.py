"""GitHub, as the loop speaks to it: three calls take a task from question to merge."""

import base64
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from shiploop.clients.github import queries
from shiploop.clients.github.answers import (
    read_base_answer,
    read_found,
    read_next_cursor,
    read_pull_request,
)
from shiploop.clients.github.check_answers import ReadHead, read_heads, read_more
from shiploop.clients.github.graphql_answer import GraphQLAnswer, raise_for
from shiploop.clients.github.inputs import commit_input, ref_input
from shiploop.clients.github.reading import text, understood
from shiploop.domain.delivery.checks import KnownChecks
from shiploop.domain.delivery.commit import Changes
from shiploop.domain.delivery.pull_request import Base, Found, HeadChecks, PullRequest, Written
from shiploop.domain.delivery.rules import MergeMethod
from shiploop.domain.limits import MAX_CHECK_PAGES
from shiploop.errors import (
    GitHubIncomplete,
    GitHubNotFound,
    GitHubRefused,
    GitHubUnauthorized,
    GitHubUncertain,
)

_MOST_PULL_PAGES = 40  # of 25: whoever has a fork may open as many as GitHub lets him
_RULES = frozenset({"branchProtectionRule", "rules"})

log = logging.getLogger(__name__)


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
        self._told_name = repository

    @understood
    def read_base(self, paths: Sequence[str] = (), template: str = "") -> Base:
        """Read the head of the base branch, and these files as they stand there, in one query."""
        asked = (*paths, template) if template else tuple(paths)
        answer = self._transport.graphql(
            queries.with_files(queries.READ_BASE, asked),
            self._at(f"refs/heads/{self._base_branch}", asked),
        )
        # What a branch asks for is not shown to everybody; the rest of the answer is whole.
        raise_for(tuple(each for each in answer.errors if not _RULES & set(each.path)))
        place = f"{self.repository}@{self._base_branch}"
        base = read_base_answer(answer.data, place, paths, self._read_large, template)
        self._note_name(base.repository)
        return base

    @understood
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
        `find_pull_request` what is there before going on; DraftsUnsupported when all but the
        pull request was.
        """
        pull = self._pull_input(base.repository_id, branch, message[0], body)
        answer = self._transport.graphql(
            queries.OPEN_PULL_REQUEST,
            {
                "ref": ref_input(base, branch),
                "commit": commit_input(base, branch, changes, message),
                "pull": pull | {"draft": draft},
            },
        )
        return self._created_pull(answer)

    @understood
    def create_pull_request(
        self, repository_id: str, branch: str, title: str, body: str, *, draft: bool = False
    ) -> PullRequest:
        """Open a pull request for a branch that has its commit already."""
        pull = self._pull_input(repository_id, branch, title, body) | {"draft": draft}
        answer = self._transport.graphql(queries.CREATE_PULL_REQUEST, {"pull": pull})
        return self._created_pull(answer)

    @understood
    def find_pull_request(self, branch: str, paths: Sequence[str] = ()) -> Found:
        """Read what there is already of a task: its branch with these files, its newest pull."""
        document = queries.with_files(queries.FIND_PULL_REQUEST, paths)
        variables = {**self._at(f"refs/heads/{branch}", paths), "head": branch}
        cursor: str | None = None
        for _ in range(_MOST_PULL_PAGES):
            answer = self._transport.graphql(document, {**variables, "after": cursor})
            raise_for(answer.errors)
            found = read_found(answer.data, self._base_branch, paths, self._read_large)
            cursor = read_next_cursor(answer.data)
            if found.pull is not None or cursor is None:
                return found
        raise GitHubIncomplete(f"too many pull requests of forks are named {branch}")

    @understood
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
                "ref": ref_input(base, temporary_branch),
                "commit": commit_input(base, temporary_branch, changes, message),
            },
        )
        raise_for(committed.errors)
        sha = text(committed.data["createCommitOnBranch"]["commit"]["oid"])
        temporary_ref_id = committed.data["createRef"]["ref"]["id"]
        moved = self._transport.graphql(
            queries.MOVE_BRANCH,
            {
                "update": {"refId": written.ref_id, "oid": sha, "force": True},
                "delete": {"refId": temporary_ref_id},
            },
        )
        raise_for(moved.errors)
        return sha

    @understood
    def merge(
        self,
        number: int,
        head_sha: str,
        message: tuple[str, str],
        method: MergeMethod = MergeMethod.SQUASH,
    ) -> str:
        """Merge, pinned to `head_sha`; returns the sha of what is the base's newest commit then.

        A rebased commit keeps the message that it was written with. Raises GitHubRefused with
        status 405 (not mergeable now) or 409 (head moved).
        Source: https://docs.github.com/en/rest/pulls/pulls#merge-a-pull-request
        """
        body = {"sha": head_sha, "merge_method": str(method)}
        if method is not MergeMethod.REBASE:
            body |= {"commit_title": f"{message[0]} (#{number})", "commit_message": message[1]}
        answer = self._transport.rest("PUT", f"/repos/{self.repository}/pulls/{number}/merge", body)
        return text(answer["sha"])

    @understood
    def poll_checks(
        self, pull_request_ids: list[str], *, deployed: bool = False
    ) -> tuple[HeadChecks, ...]:
        """Read the checks of many pull requests in one query, which of them conflict, and which
        are to be merged into another branch by now.

        Where a commit has more than a page of them, each further page is a query.
        """
        asked = {"ids": pull_request_ids, "deployed": deployed}
        answer = self._transport.graphql(queries.POLL_CHECKS, asked)
        if not answer.data:
            raise_for(answer.errors)
        heads = read_heads(answer.data.get("nodes") or (), answer.errors, self._base_branch)
        return tuple(self._with_more_checks(each) for each in heads)

    def rerun_failed_jobs(self, workflow_run: int) -> None:
        """Have the failed jobs of a workflow run run again, and those that depend on them.

        Source: https://docs.github.com/en/rest/actions/workflow-runs#re-run-failed-jobs-from-a-workflow-run
        """
        path = f"/repos/{self.repository}/actions/runs/{workflow_run}/rerun-failed-jobs"
        try:
            self._transport.rest("POST", path)
        except (GitHubRefused, GitHubUnauthorized) as error:
            if "already running" not in str(error):  # a person was quicker: as good
                raise

    @understood
    def contains(self, sha: str, ancestor_sha: str) -> bool:
        """Tell whether a commit is `ancestor_sha` or has it among its ancestors.

        Source: https://docs.github.com/en/rest/commits/commits#compare-two-commits
        """
        path = f"/repos/{self.repository}/compare/{ancestor_sha}...{sha}"
        return self._transport.rest("GET", path)["status"] in ("identical", "ahead")

    @understood
    def clone_url(self) -> str:
        """Where git clones the repository from."""
        told = self._transport.rest("GET", f"/repos/{self.repository}")
        self._note_name(text(told["full_name"]))
        return text(told["clone_url"])

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

    def _with_more_checks(self, read: ReadHead) -> HeadChecks:
        known, after = read.head.checks, read.next_page
        for _ in range(MAX_CHECK_PAGES - 1):
            if after is None:
                break
            variables = {"id": read.commit_id, "after": after}
            answer = self._transport.graphql(queries.MORE_CHECKS, variables)
            more, after = read_more(answer.data.get("node"))
            known = KnownChecks((*known.checks, *more.checks), known.unreadable + more.unreadable)
        return replace(read.head, checks=replace(known, complete=after is None))

    def _read_large(self, blob_id: str) -> str:
        # https://docs.github.com/en/rest/git/blobs#get-a-blob: up to 100 MB.
        blob = self._transport.rest("GET", f"/repos/{self.repository}/git/blobs/{blob_id}")
        return base64.b64decode(blob["content"]).decode()

    def _at(self, ref: str, paths: Sequence[str]) -> dict[str, object]:
        files = {f"path{number}": path for number, path in enumerate(paths)}
        return {"owner": self._owner, "name": self._name, "ref": ref, **files}

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

    def _created_pull(self, answer: GraphQLAnswer) -> PullRequest:
        payload = answer.data.get("createPullRequest")
        if payload and not any(error.field == "createCommitOnBranch" for error in answer.errors):
            return read_pull_request(payload["pullRequest"], self._base_branch)
        raise_for(answer.errors)
        raise GitHubUncertain("GitHub opened no pull request and named no error")

    def _note_name(self, name: str) -> None:
        if name.casefold() != self._told_name.casefold():
            self._told_name = name  # said once: it stays so for as long as we run
            log.warning("the repository is now %s: set GITHUB_REPO", name)
