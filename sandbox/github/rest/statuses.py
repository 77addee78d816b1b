"""Commit statuses.

Source: https://docs.github.com/en/rest/commits/statuses
"""

from sandbox.github import check_states, statuses
from sandbox.github.accounts import Access
from sandbox.github.payloads import statuses as payloads
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply

_REPOSITORY = "/repos/{owner}/{repo}"
_COMMIT = f"{_REPOSITORY}/commits/{{ref:path}}"


def _create(call: Call) -> Reply:
    sha = call.path["sha"]
    if not call.repository.git.has_commit(sha):
        raise RefusedError(Reason.UNPROCESSABLE, f"No commit found for SHA: {sha}")
    status = statuses.create(
        call.github,
        call.repository,
        sha,
        state=call.text("state"),
        context=call.optional_text("context") or "default",
        description=call.optional_text("description"),
        target_url=call.optional_text("target_url"),
        creator=call.actor,
    )
    return Reply(201, payloads.status(call.github, call.repository, status))


def _list(call: Call) -> Reply:
    newest_first = call.repository.statuses.get(call.commit, [])[::-1]
    page = call.page(newest_first)
    return Reply(200, [payloads.status(call.github, call.repository, each) for each in page])


def _combined(call: Call) -> Reply:
    sha = call.commit
    page = call.page(check_states.latest_statuses(call.repository, sha))
    return Reply(200, payloads.combined(call.github, call.repository, sha, page))


OPERATIONS = (
    Operation("POST", f"{_REPOSITORY}/statuses/{{sha}}", _create, Access.WRITE),
    Operation("GET", f"{_COMMIT}/statuses", _list),
    Operation("GET", f"{_COMMIT}/status", _combined),
)
