"""Branches: created, moved and deleted, with all that follows from it.

Sources: https://docs.github.com/en/rest/git/refs and
https://docs.github.com/en/graphql/reference/mutations#createcommitonbranch
"""

from collections.abc import Mapping

import pygit2

from sandbox.github import issues, mentions, merge_rules, pulls, webhooks, workflow_runs
from sandbox.github.accounts import Access, Account
from sandbox.github.entities import Repository
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.state import GitHub

BRANCHES = "refs/heads/"


def create(github: GitHub, repository: Repository, ref: str, sha: str, by: Account) -> None:
    """Create a ref by its full name."""
    if not ref.startswith("refs/") or ref.count("/") < 2:
        raise RefusedError(
            Reason.UNPROCESSABLE, "Reference name must start with 'refs/' and have two slashes"
        )
    if not pygit2.reference_is_valid_name(ref):
        raise RefusedError(Reason.UNPROCESSABLE, f'"{ref}" is not a valid ref name.')
    if repository.git.sha(ref) is not None:
        message = f'A ref named "{ref}" already exists in the repository.'
        raise RefusedError(Reason.UNPROCESSABLE, message)
    _require_commit(repository, sha)
    if ref.startswith(BRANCHES):
        merge_rules.check_creation(repository, ref.removeprefix(BRANCHES), by)
    move(github, repository, ref, None, sha, by)


def update(
    github: GitHub, repository: Repository, ref: str, sha: str, *, force: bool, by: Account
) -> None:
    """Move a ref; not onto a commit that leaves others behind, unless forced."""
    before = require(repository, ref)
    _require_commit(repository, sha)
    _check_protection(repository, ref, by)
    leaves_behind = repository.git.ahead_behind(before, sha)[0] > 0
    if not force and leaves_behind:
        raise RefusedError(Reason.UNPROCESSABLE, "Update is not a fast forward")
    branch = ref.removeprefix(BRANCHES)
    merge_rules.check_update(repository, branch, by, force=leaves_behind)
    if before != sha:
        move(github, repository, ref, before, sha, by, forced=force)


def delete(github: GitHub, repository: Repository, ref: str, by: Account) -> None:
    """Delete a ref; not a protected branch."""
    before = require(repository, ref)
    branch = ref.removeprefix(BRANCHES)
    if branch in repository.protections or branch == repository.default_branch:
        raise RefusedError(Reason.UNPROCESSABLE, "Cannot delete this protected branch")
    repository.git.delete_ref(ref)
    webhooks.push(github, repository, ref, before, None, by)
    if ref.startswith(BRANCHES):
        pulls.branch_moved(github, repository, branch, None, by)


def require(repository: Repository, ref: str) -> str:
    """Return where a ref points; refused when there is none."""
    if (sha := repository.git.sha(ref)) is None:
        raise RefusedError(Reason.UNPROCESSABLE, "Reference does not exist")
    return sha


def commit_on_branch(
    github: GitHub,
    repository: Repository,
    branch: str,
    *,
    expected_head: str,
    changes: Mapping[str, bytes | None],
    message: str,
    by: Account,
) -> str:
    """Commit file changes onto a branch that must still be at `expected_head`."""
    ref = f"{BRANCHES}{branch}"
    head = repository.git.sha(ref)
    if head is None:
        raise RefusedError(Reason.NOT_FOUND, f"No branch named {branch} in the repository")
    if head != expected_head:
        raise RefusedError(
            Reason.STALE_DATA,
            f'Expected branch to point to "{expected_head}" but it did not.  Pull and try again.',
        )
    _check_protection(repository, ref, by)
    merge_rules.check_update(repository, branch, by, force=False)
    merge_rules.check_commit(repository, branch, message, by, by)
    for path in changes:
        _check_path(path)
    try:
        tree = repository.git.tree_with(head, changes)
    except KeyError as error:
        message = f"A path was requested for deletion which does not exist: {error.args[0]}"
        raise RefusedError(Reason.UNPROCESSABLE, message) from error
    sha = repository.git.commit(tree, (head,), message, by, int(github.now().timestamp()))
    move(github, repository, ref, head, sha, by)
    return sha


def move(
    github: GitHub,
    repository: Repository,
    ref: str,
    before: str | None,
    sha: str,
    by: Account,
    *,
    forced: bool = False,
) -> None:
    """Create or move a ref, with all that follows; what may be refused was checked before."""
    try:
        repository.git.set_ref(ref, sha)
    except OSError as error:
        # A branch `a` keeps a branch `a/b` from existing, and the reverse.
        raise RefusedError(Reason.UNPROCESSABLE, "Reference update failed") from error
    repository.pushed_at = github.now()
    webhooks.push(github, repository, ref, before, sha, by, forced=forced)
    if not ref.startswith(BRANCHES):
        return
    branch = ref.removeprefix(BRANCHES)
    _read_messages(github, repository, branch, before, sha, by)
    pulls.branch_moved(github, repository, branch, sha, by)
    workflow_runs.start_for_push(github, repository, branch, before, sha, by)


def _check_protection(repository: Repository, ref: str, by: Account) -> None:
    """Keep a commit without its required checks off a protected branch, but not from admins.

    Source: https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches
    """
    protection = repository.protections.get(ref.removeprefix(BRANCHES))
    if protection and protection.contexts and by.access < Access.ADMIN:
        message = f'Required status check "{protection.contexts[0]}" is expected.'
        raise RefusedError(Reason.UNPROCESSABLE, message)


def _check_path(path: str) -> None:
    if not {"", ".", "..", ".git"}.isdisjoint(path.split("/")) or "\0" in path:
        raise RefusedError(Reason.UNPROCESSABLE, f"{path!r} is not a valid path")


def _require_commit(repository: Repository, sha: str) -> None:
    if not repository.git.has_commit(sha):
        raise RefusedError(Reason.UNPROCESSABLE, "Object does not exist")


def _read_messages(
    github: GitHub, repository: Repository, branch: str, before: str | None, sha: str, by: Account
) -> None:
    known = before or repository.git.sha(f"{BRANCHES}{repository.default_branch}")
    if known is None or known == sha:
        return
    for commit_sha in repository.git.commits_between(known, sha):
        text = repository.git.commit_object(commit_sha).message
        mentions.record(github, f"commit {commit_sha}", text, by)
        if branch == repository.default_branch:
            issues.close_by_keywords(github, repository, text, by)
