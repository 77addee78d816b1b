"""Commits and comparisons.

Source: https://docs.github.com/en/rest/commits/commits
"""

from collections.abc import Sequence

from sandbox.github.git_repository import EMPTY_TREE
from sandbox.github.payloads import commits as payloads
from sandbox.github.payloads import pulls as pull_payloads
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply, not_found

_MOST_COMMITS = 250
_MOST_FILES = 300
_OTHER_FILTERS = frozenset({"author", "committer", "since", "until"})


def _list(call: Call) -> Reply:
    if unknown := sorted(_OTHER_FILTERS & call.query.keys()):
        message = f"Commits filtered by {', '.join(unknown)} are not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    repository = call.repository
    start = repository.git.resolve(call.query.get("sha", repository.default_branch))
    if start is None:
        raise not_found()
    page = call.page(repository.git.history(start, call.query.get("path")))
    return Reply(200, [payloads.commit(call.github, repository, sha) for sha in page])


def _pulls(call: Call) -> Reply:
    """List the pull requests that brought a commit to the default branch, or else have it open."""
    repository, sha = call.repository, call.commit
    pulls = list(repository.pulls.values())
    found = [pull for pull in pulls if pull.merge_commit_sha == sha] or [
        pull
        for pull in pulls
        if sha in repository.git.commits_between(pull.base_sha, pull.head_sha)
    ]
    return Reply(
        200,
        [
            pull_payloads.pull_request_simple(call.github, repository, pull)
            for pull in call.page(found)
        ],
    )


def _get(call: Call) -> Reply:
    sha, repository = call.commit, call.repository
    match call.form:
        case "sha":
            return Reply(200, content=sha.encode())
        case "patch":
            return Reply(200, content=repository.git.patch_text(None, sha))
        case "diff":
            parents = repository.git.commit_object(sha).parent_ids
            base = str(parents[0]) if parents else EMPTY_TREE
            return Reply(200, content=repository.git.diff_text(base, sha))
        case _:
            pass
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
    match call.form:
        case "diff":
            return Reply(200, content=git.diff_text(merge_base, head))
        case "patch":
            return Reply(200, content=git.patch_text(merge_base, head))
        case _:
            pass
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


_COMMITS = "/repos/{owner}/{repo}/commits"
OPERATIONS = (
    Operation("GET", _COMMITS, _list),
    Operation("GET", f"{_COMMITS}/{{ref:path}}/pulls", _pulls),
    Operation("GET", f"{_COMMITS}/{{ref:path}}", _get, forms=frozenset({"diff", "patch", "sha"})),
    Operation(
        "GET",
        "/repos/{owner}/{repo}/compare/{basehead:path}",
        _compare,
        forms=frozenset({"diff", "patch"}),
    ),
)
