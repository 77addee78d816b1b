"""Commits and comparisons.

Sources: https://docs.github.com/en/rest/commits/commits#get-a-commit and
https://docs.github.com/en/rest/commits/commits#compare-two-commits
"""

from sandbox.github.payloads import commits as payloads
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply, not_found


def _get(call: Call) -> Reply:
    name = call.path["ref"]
    sha = call.repository.git.resolve(name)
    if sha is None:
        raise RefusedError(Reason.UNPROCESSABLE, f"No commit found for SHA: {name}")
    return Reply(200, payloads.commit(call.github, call.repository, sha))


def _compare(call: Call) -> Reply:
    names = call.path["basehead"]
    git = call.repository.git
    base, head = (git.resolve(name) for name in names.partition("...")[::2])
    if base is None or head is None:
        raise not_found()
    merge_base = git.merge_base(base, head)
    if merge_base is None:
        message = f"No common ancestor between {names.replace('...', ' and ')}."
        raise RefusedError(Reason.NOT_FOUND, message)
    return Reply(
        200, payloads.comparison(call.github, call.repository, names, base, head, merge_base)
    )


OPERATIONS = (
    Operation("GET", "/repos/{owner}/{repo}/commits/{ref:path}", _get),
    Operation("GET", "/repos/{owner}/{repo}/compare/{basehead:path}", _compare),
)
