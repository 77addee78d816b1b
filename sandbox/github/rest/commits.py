"""Commits and comparisons.

Sources: https://docs.github.com/en/rest/commits/commits#get-a-commit and
https://docs.github.com/en/rest/commits/commits#compare-two-commits
"""

from collections.abc import Sequence

from sandbox.github.payloads import commits as payloads
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply, not_found

_MOST_COMMITS = 250
_MOST_FILES = 300


def _get(call: Call) -> Reply:
    name, repository = call.path["ref"], call.repository
    sha = repository.git.resolve(name)
    if sha is None:
        raise RefusedError(Reason.UNPROCESSABLE, f"No commit found for SHA: {name}")
    if len(payloads.changed_files(repository, sha)) > _MOST_FILES:
        message = f"A commit of more than {_MOST_FILES} files is not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    return Reply(200, payloads.commit_with_files(call.github, repository, sha))


def _compare(call: Call) -> Reply:
    names, repository = call.path["basehead"], call.repository
    git = repository.git
    base, head = (git.resolve(name) for name in names.partition("...")[::2])
    if base is None or head is None:
        raise not_found()
    merge_base = git.merge_base(base, head)
    if merge_base is None:
        message = f"No common ancestor between {names.replace('...', ' and ')}."
        raise RefusedError(Reason.NOT_FOUND, message)
    files = git.changed_files(merge_base, head) if call.query.get("page", "1") == "1" else ()
    return Reply(
        200,
        payloads.comparison(call.github, repository, names, base, head, merge_base)
        | {
            "commits": [
                payloads.commit(call.github, repository, sha)
                for sha in _listed(call, git.commits_between(base, head))
            ],
            "files": [
                payloads.file(call.github, repository, changed, head)
                for changed in files[:_MOST_FILES]
            ],
        },
    )


def _listed(call: Call, commits: Sequence[str]) -> Sequence[str]:
    """Return the page of commits that is asked for, or the newest when none is."""
    if call.query.keys() & {"page", "per_page"}:
        return call.page(list(commits))
    return commits[-_MOST_COMMITS:]


OPERATIONS = (
    Operation("GET", "/repos/{owner}/{repo}/commits/{ref:path}", _get),
    Operation("GET", "/repos/{owner}/{repo}/compare/{basehead:path}", _compare),
)
