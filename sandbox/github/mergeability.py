"""Whether a pull request can be merged, and what it would change.

Sources: https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request and
https://docs.github.com/en/graphql/reference/enums#mergeablestate
"""

from sandbox.github.diffs import ChangedFile
from sandbox.github.entities import Mergeable, PullRequest, Repository, TestMerge
from sandbox.github.state import GitHub


def files(repository: Repository, pull: PullRequest) -> tuple[ChangedFile, ...]:
    """Return what it changes, from where its branch left the base (three-dot diff).

    Source: https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files
    """
    base = repository.git.merge_base(pull.base_sha, pull.head_sha) or pull.base_sha
    return repository.git.changed_files(base, pull.head_sha)


def try_merge(repository: Repository, pull: PullRequest) -> TestMerge:
    """Merge head into base to see whether it can be; kept until either moves."""
    base_sha = repository.git.sha(f"refs/heads/{pull.base_ref}") or pull.base_sha
    found = known(repository, pull)
    if found is None:
        tree = repository.git.merge_tree(base_sha, pull.head_sha)
        found = pull.test_merge = TestMerge(base_sha, pull.head_sha, tree)
    return found


def known(repository: Repository, pull: PullRequest) -> TestMerge | None:
    """Return the test merge if it has been computed for head and base as they are."""
    base_sha = repository.git.sha(f"refs/heads/{pull.base_ref}")
    last = pull.test_merge
    if last and (last.base_sha, last.head_sha) == (base_sha, pull.head_sha):
        return last
    return None


def mergeable(github: GitHub, repository: Repository, pull: PullRequest) -> Mergeable:
    """Return what is known; when nothing is, start to compute it, as GitHub does.

    Source: https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
    """
    if not pull.open:
        return "UNKNOWN"
    found = known(repository, pull)
    if found is None:
        github.schedule.after(0, lambda: _compute(github, repository, pull))
        return "UNKNOWN"
    return "CONFLICTING" if found.tree is None else "MERGEABLE"


def _compute(github: GitHub, repository: Repository, pull: PullRequest) -> None:
    with github.lock:
        if pull.open:
            try_merge(repository, pull)
