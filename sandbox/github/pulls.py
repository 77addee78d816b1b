"""Pull requests: opened, kept in step with their branches, closed.

Sources: https://docs.github.com/en/rest/pulls/pulls and
https://docs.github.com/en/graphql/reference/mutations#createpullrequest
"""

from sandbox.faults import Fault
from sandbox.github import forks, mentions, webhooks, workflow_runs
from sandbox.github.accounts import Account
from sandbox.github.entities import PullRequest, Repository
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.state import GitHub


def open_pull(
    github: GitHub,
    repository: Repository,
    *,
    title: str,
    body: str,
    head: str,
    base: str,
    author: Account,
    draft: bool = False,
) -> PullRequest:
    """Open a pull request from branch `head`, or a fork's `login:branch`, into branch `base`."""
    # https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/proposing-changes-to-your-work-with-pull-requests/about-pull-requests#draft-pull-requests
    if draft and github.faults.take(Fault.DRAFTS_UNSUPPORTED):
        raise _invalid("Draft pull requests are not supported in this repository.")
    base_sha = _branch_sha(repository, base, "base")
    head_repository, head = forks.find_head(github, repository, head)
    head_sha = _branch_sha(head_repository, head, "head")
    is_fork = head_repository is not repository
    if is_fork:
        repository.git.fetch(head_repository.git.path, f"refs/heads/{head}")
    _check_new(repository, head_repository, head, head_sha, base, base_sha)
    now = github.now()
    pull = PullRequest(
        id=github.next_id(),
        number=repository.next_number(),
        title=title,
        body=body,
        author=author,
        created_at=now,
        updated_at=now,
        head_ref=head,
        head_sha=head_sha,
        head_repository=head_repository,
        base_ref=base,
        base_sha=base_sha,
        draft=draft,
    )
    repository.pulls[pull.number] = pull
    if not is_fork:
        repository.open_pulls_by_head[head].append(pull)
    repository.git.set_ref(f"refs/pull/{pull.number}/head", head_sha)
    mentions.record(
        github, f"pull request {pull.number}", mentions.without_code(f"{title}\n{body}"), author
    )
    webhooks.pull_request(github, repository, pull, "opened", author)
    if not is_fork:
        workflow_runs.start_for_pull(github, repository, pull, "opened")
    return pull


def _branch_sha(repository: Repository, branch: str, field: str) -> str:
    if (sha := repository.git.sha(f"refs/heads/{branch}")) is None:
        raise _invalid(f"{field.capitalize()} ref must be a branch", field, "invalid")
    return sha


def _check_new(
    repository: Repository,
    head_repository: Repository,
    head: str,
    head_sha: str,
    base: str,
    base_sha: str,
) -> None:
    asked = (head_repository, head, base)
    known = (pull for pull in repository.pulls.values() if pull.open)
    if any((pull.head_repository, pull.head_ref, pull.base_ref) == asked for pull in known):
        raise _invalid(f"A pull request already exists for {head_repository.owner.login}:{head}.")
    ahead, _ = repository.git.ahead_behind(head_sha, base_sha)
    if ahead == 0:
        raise _invalid(f"No commits between {base} and {head}")


def _invalid(message: str, field: str | None = None, code: str = "custom") -> RefusedError:
    error = {"resource": "PullRequest", "code": code, "message": message}
    if field is not None:
        error = {"resource": "PullRequest", "field": field, "code": code}
    return RefusedError(Reason.UNPROCESSABLE, message, (error,))


def branch_moved(
    github: GitHub, repository: Repository, branch: str, sha: str | None, by: Account
) -> None:
    """Bring the open pull requests of a branch in step with where it now is.

    A branch that is deleted closes its pull request, which can be opened again. One
    that no longer differs from its base closes it for good.
    """
    for pull in tuple(repository.open_pulls_by_head.get(branch, ())):
        if sha is None:
            close(github, repository, pull, by)
            continue
        before, pull.head_sha, pull.updated_at = pull.head_sha, sha, github.now()
        pull.test_merge = None
        repository.git.set_ref(f"refs/pull/{pull.number}/head", sha)
        base_sha = repository.git.sha(f"refs/heads/{pull.base_ref}") or pull.base_sha
        pull.base_sha = base_sha
        if repository.git.ahead_behind(sha, base_sha)[0] == 0:
            pull.closed_for_good = True
            close(github, repository, pull, by)
            continue
        webhooks.pull_request(github, repository, pull, "synchronize", by, before=before, after=sha)
        workflow_runs.start_for_pull(github, repository, pull, "synchronize")


def change_base(
    github: GitHub, repository: Repository, pull: PullRequest, base: str, by: Account
) -> None:
    """Have an open pull request merged into another branch.

    Source: https://docs.github.com/en/rest/pulls/pulls#update-a-pull-request
    """
    base_sha = _branch_sha(repository, base, "base")
    if base == pull.base_ref:
        return
    _check_new(repository, pull.head_repository, pull.head_ref, pull.head_sha, base, base_sha)
    changes = {"base": {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}}
    pull.base_ref, pull.base_sha, pull.test_merge = base, base_sha, None
    pull.updated_at = github.now()
    webhooks.pull_request(github, repository, pull, "edited", by, changes=changes)


def close(github: GitHub, repository: Repository, pull: PullRequest, by: Account) -> None:
    """Close a pull request without merging it."""
    pull.open = False
    pull.closed_at = pull.updated_at = github.now()
    pull.closed_by = by
    repository.no_longer_open(pull)
    webhooks.pull_request(github, repository, pull, "closed", by)


def reopen(github: GitHub, repository: Repository, pull: PullRequest, by: Account) -> None:
    """Open a closed pull request again, if its branch is still there and differs from its base."""
    if pull.head_repository is not repository:
        message = "Pull requests of forks are not opened again by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    sha = repository.git.sha(f"refs/heads/{pull.head_ref}")
    if pull.merged:
        raise _invalid("state cannot be changed. The pull request cannot be reopened.")
    if sha is None:
        raise _invalid(f"state cannot be changed. The {pull.head_ref} branch has been deleted.")
    if pull.closed_for_good or sha != pull.head_sha:
        message = f"The {pull.head_ref} branch was force-pushed or recreated."
        raise _invalid(f"state cannot be changed. {message}")
    _check_new(repository, pull.head_repository, pull.head_ref, sha, pull.base_ref, pull.base_sha)
    pull.open, pull.closed_at, pull.closed_by = True, None, None
    pull.updated_at = github.now()
    repository.open_pulls_by_head[pull.head_ref].append(pull)
    webhooks.pull_request(github, repository, pull, "reopened", by)
    workflow_runs.start_for_pull(github, repository, pull, "reopened")
