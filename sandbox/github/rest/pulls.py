"""Pull requests.

Source: https://docs.github.com/en/rest/pulls/pulls
"""

from sandbox.faults import Fault
from sandbox.github import interference, issues, mergeability, merging, pulls
from sandbox.github.accounts import Access
from sandbox.github.entities import PullRequest
from sandbox.github.merge_rules import Method
from sandbox.github.merging import MergeRequest
from sandbox.github.payloads import commits as commit_payloads
from sandbox.github.payloads import pulls as payloads
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply, invalid, not_found

_PULLS = "/repos/{owner}/{repo}/pulls"


def _list(call: Call) -> Reply:
    found = [pull for pull in call.repository.pulls.values() if _is_asked_for(call, pull)]
    found.sort(key=lambda pull: pull.number, reverse=call.query.get("direction") != "asc")
    return Reply(
        200,
        [
            payloads.pull_request_simple(call.github, call.repository, pull)
            for pull in call.page(found)
        ],
    )


def _is_asked_for(call: Call, pull: PullRequest) -> bool:
    state = call.query.get("state", "open")
    if state != "all" and pull.open != (state == "open"):
        return False
    owner, _, branch = call.query.get("head", "").rpartition(":")
    # As GitHub does, a head without an owner filters nothing.
    if owner and (owner, branch) != (pull.head_repository.owner.login, pull.head_ref):
        return False
    return call.query.get("base", pull.base_ref) == pull.base_ref


def _create(call: Call) -> Reply:
    pull = pulls.open_pull(
        call.github,
        call.repository,
        title=call.text("title"),
        body=call.optional_text("body") or "",
        head=call.text("head"),
        base=call.text("base"),
        author=call.actor,
        draft=call.flag("draft", False),
    )
    return Reply(201, payloads.pull_request(call.github, call.repository, pull))


def _get(call: Call) -> Reply:
    git, pull = call.repository.git, call.pull
    base = git.merge_base(pull.base_sha, pull.head_sha) or pull.base_sha
    match call.form:
        case "diff":
            return Reply(200, content=git.diff_text(base, pull.head_sha))
        case "patch":
            return Reply(200, content=git.patch_text(base, pull.head_sha))
        case _:
            return Reply(200, payloads.pull_request(call.github, call.repository, pull))


def _update(call: Call) -> Reply:
    pull = call.pull
    issues.edit_issue(
        call.github,
        call.repository,
        pull,
        title=call.optional_text("title"),
        body=call.optional_text("body"),
        by=call.actor,
    )
    if (base := call.optional_text("base")) is not None:
        pulls.change_base(call.github, call.repository, pull, base, call.actor)
    match call.optional_text("state"):
        case None:
            pass
        case "closed" if pull.open:
            pulls.close(call.github, call.repository, pull, call.actor)
        case "open" if not pull.open:
            pulls.reopen(call.github, call.repository, pull, call.actor)
        case "closed" | "open":
            pass
        case state:
            raise invalid(f"{state!r} is not a member of ['open', 'closed'].")
    return Reply(200, payloads.pull_request(call.github, call.repository, pull))


def _files(call: Call) -> Reply:
    files = call.page(list(mergeability.files(call.repository, call.pull)))
    sha = call.pull.head_sha
    return Reply(
        200, [commit_payloads.file(call.github, call.repository, file, sha) for file in files]
    )


def _commits(call: Call) -> Reply:
    pull, repository = call.pull, call.repository
    shas = call.page(repository.git.commits_between(pull.base_sha, pull.head_sha))
    return Reply(200, [commit_payloads.commit(call.github, repository, sha) for sha in shas])


def _is_merged(call: Call) -> Reply:
    if not call.pull.merged:
        raise not_found()
    return Reply(204)


def _method(call: Call) -> Method:
    match call.optional_text("merge_method"):
        case None:
            return "merge"
        case "merge" | "squash" | "rebase" as method:
            return method
        case other:
            raise invalid(f"{other!r} is not a member of ['merge', 'squash', 'rebase'].")


def _merge(call: Call) -> Reply:
    asked = MergeRequest(
        method=_method(call),
        sha=call.optional_text("sha"),
        title=call.optional_text("commit_title"),
        message=call.optional_text("commit_message"),
    )
    interference.before_merge(call.github, call.repository, call.pull)
    sha = merging.merge(call.github, call.repository, call.pull, asked, call.actor)
    if call.github.faults.take(Fault.MERGE_APPLIED_THEN_500):
        raise RefusedError(Reason.SERVER_ERROR, "Server Error")
    return Reply(200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


OPERATIONS = (
    Operation("GET", _PULLS, _list),
    Operation("POST", _PULLS, _create, Access.WRITE),
    Operation("GET", f"{_PULLS}/{{number}}", _get, forms=frozenset({"diff", "patch"})),
    Operation("PATCH", f"{_PULLS}/{{number}}", _update, Access.WRITE),
    Operation("GET", f"{_PULLS}/{{number}}/files", _files),
    Operation("GET", f"{_PULLS}/{{number}}/commits", _commits),
    Operation("GET", f"{_PULLS}/{{number}}/merge", _is_merged),
    Operation("PUT", f"{_PULLS}/{{number}}/merge", _merge, Access.WRITE),
)
