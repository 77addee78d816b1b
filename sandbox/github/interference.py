"""What somebody else does in the moment before a merge, for the faults that ask for it."""

from sandbox.faults import Fault
from sandbox.github import mergeability, refs
from sandbox.github.accounts import Access
from sandbox.github.entities import PullRequest, Repository
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.state import GitHub

_SOMEBODY = "grace"
_NOTE = b"\nA note that somebody added in the meantime.\n"
_NEIGHBOUR = b"## What else was asked in the meantime?\n\nA neighbour, at the very same place.\n"


def before_merge(github: GitHub, repository: Repository, pull: PullRequest) -> None:
    """Let the faults `head_moved`, `conflict` and `base_moved` happen to an open pull request."""
    if not pull.open:
        return
    if github.faults.take(Fault.HEAD_MOVED):
        _move_head(github, repository, pull)
    if github.faults.take(Fault.CONFLICT):
        _conflict(github, repository, pull)
    if github.faults.take(Fault.BASE_MOVED):
        message = "Base branch was modified. Review and try the merge again."
        raise RefusedError(Reason.NOT_MERGEABLE, message)


def _move_head(github: GitHub, repository: Repository, pull: PullRequest) -> None:
    path = mergeability.files(repository, pull)[0].path
    blob = repository.git.blob(pull.head_sha, path)
    content = (b"" if blob is None else blob.data) + _NOTE
    _commit(github, repository, pull.head_ref, path, content)


def _conflict(github: GitHub, repository: Repository, pull: PullRequest) -> None:
    """Put other lines exactly where the pull request puts its own."""
    tree = mergeability.try_merge(repository, pull).tree
    base = refs.require(repository, f"{refs.BRANCHES}{pull.base_ref}")
    if tree is None:
        return
    path, line = repository.git.first_change(base, tree)
    blob = repository.git.blob(base, path)
    lines = (b"" if blob is None else blob.data).splitlines(keepends=True)
    # Apart from what is above and below, or the document's own lint would fail from now on.
    below_a_blank_line = line == 0 or not lines[line - 1].strip()
    neighbour = _NEIGHBOUR + b"\n" if below_a_blank_line else b"\n" + _NEIGHBOUR
    content = b"".join([*lines[:line], neighbour, *lines[line:]])
    _commit(github, repository, pull.base_ref, path, content)


def _commit(github: GitHub, repository: Repository, branch: str, path: str, content: bytes) -> None:
    refs.commit_on_branch(
        github,
        repository,
        branch,
        expected_head=refs.require(repository, f"{refs.BRANCHES}{branch}"),
        changes={path: content},
        message=f"Update {path}\n",
        by=github.accounts.add(_SOMEBODY, access=Access.ADMIN),
    )
