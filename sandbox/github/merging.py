"""Merging a pull request: what GitHub asks first, then a squash, merge or rebased commit.

Source: https://docs.github.com/en/rest/pulls/pulls#merge-a-pull-request
"""

import dataclasses

from sandbox.github import (
    check_states,
    issues,
    mentions,
    merge_rules,
    mergeability,
    refs,
    webhooks,
)
from sandbox.github.accounts import Account
from sandbox.github.entities import PullRequest, Repository
from sandbox.github.merge_rules import Method
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.state import GitHub


@dataclasses.dataclass(frozen=True, slots=True)
class MergeRequest:
    """What the caller asks for; `sha` is what the head must still be."""

    method: Method = "merge"
    sha: str | None = None
    title: str | None = None
    message: str | None = None


def merge(
    github: GitHub,
    repository: Repository,
    pull: PullRequest,
    asked: MergeRequest,
    by: Account,
) -> str:
    """Put the pull request's changes onto its base; return the sha that the base has then."""
    tree = check(repository, pull, asked, by)
    before = refs.require(repository, f"{refs.BRANCHES}{pull.base_ref}")
    text = message(repository, pull, asked)
    merge_rules.check_commit(repository, pull.base_ref, text, pull.author, by)
    parents = (before, pull.head_sha) if asked.method == "merge" else (before,)
    when = int(github.now().timestamp())
    # Not the one who merges: https://github.com/stacksjs/stacks/pull/2473 has seen it both ways.
    sha = repository.git.commit(tree, parents, text, pull.author, when)
    complete(github, repository, pull, sha, by)
    return sha


def complete(
    github: GitHub, repository: Repository, pull: PullRequest, sha: str, by: Account
) -> None:
    """Have the base be at `sha`, and the pull request merged by that."""
    before = refs.require(repository, f"{refs.BRANCHES}{pull.base_ref}")
    now = github.now()
    pull.open = False
    pull.base_sha = before
    pull.merged_at = pull.closed_at = pull.updated_at = now
    pull.merged_by = pull.closed_by = by
    pull.merge_commit_sha = sha
    repository.no_longer_open(pull)
    refs.move(github, repository, f"{refs.BRANCHES}{pull.base_ref}", before, sha, by)
    webhooks.pull_request(github, repository, pull, "closed", by)
    if pull.base_ref == repository.default_branch:
        issues.close_by_keywords(github, repository, mentions.without_code(pull.body), by)


def check(
    repository: Repository,
    pull: PullRequest,
    asked: MergeRequest,
    by: Account,
    *,
    queued: bool = False,
) -> str:
    """Return the merged tree; RefusedError when it may not be merged.

    `queued`: by the merge queue, which rules may ask for.
    """
    sha = asked.sha
    if not pull.open:
        raise RefusedError(Reason.NOT_MERGEABLE, "Pull Request is not mergeable")
    # https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/proposing-changes-to-your-work-with-pull-requests/about-pull-requests#draft-pull-requests
    if pull.draft:
        raise RefusedError(Reason.NOT_MERGEABLE, "Pull Request is still a draft")
    if sha is not None and sha != pull.head_sha:
        message = "Head branch was modified. Review and try the merge again."
        raise RefusedError(Reason.CONFLICT, message)
    # The cheap question comes first: a merge costs a process of git.
    known = mergeability.known(repository, pull)
    if known is None or known.tree is not None:
        _check_required(repository, pull, queued=queued)
        merge_rules.check_merge(repository, pull, asked.method, by, queued=queued)
    tree = mergeability.try_merge(repository, pull).tree
    if tree is None:
        raise RefusedError(Reason.NOT_MERGEABLE, "Pull Request is not mergeable")
    return tree


def _check_required(repository: Repository, pull: PullRequest, *, queued: bool) -> None:
    states = check_states.required_states(repository, pull)
    if queued:  # whatever is behind is brought up to date by its merge group
        states = check_states.states_at(repository, pull.head_sha, pull.base_ref)
    unmet = [(name, state) for name, state in states.items() if state != "passed"]
    if len(unmet) == 1:
        name, state = unmet[0]
        raise RefusedError(Reason.NOT_MERGEABLE, f'Required status check "{name}" is {state}.')
    if unmet:
        message = f"{len(unmet)} of {len(states)} required status checks have not succeeded."
        raise RefusedError(Reason.NOT_MERGEABLE, message)


def message(repository: Repository, pull: PullRequest, asked: MergeRequest) -> str:
    """Return the commit message: as asked, else as GitHub's default for one or more commits.

    Source: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/configuring-commit-squashing-for-pull-requests
    """
    commits = [
        repository.git.commit_object(sha).message
        for sha in repository.git.commits_between(pull.base_sha, pull.head_sha)
    ]
    if asked.method == "rebase":
        if len(commits) != 1:
            told = "Rebasing more than one commit is not modelled by the sandbox"
            raise RefusedError(Reason.NOT_MODELLED, told)
        return commits[0]
    title, body = pull.title, "\n\n".join(f"* {text.strip()}" for text in commits)
    if len(commits) == 1:
        title, _, body = commits[0].partition("\n")
    if asked.method == "merge" and asked.title is None:
        source = f"{pull.head_repository.owner.login}/{pull.head_ref}"
        title, body = f"Merge pull request #{pull.number} from {source}", pull.title
        return f"{title}\n\n{asked.message if asked.message is not None else body}".rstrip() + "\n"
    headline = asked.title if asked.title is not None else f"{title} (#{pull.number})"
    text = asked.message if asked.message is not None else body.strip()
    return f"{headline}\n\n{text}".rstrip() + "\n"
