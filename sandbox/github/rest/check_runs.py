"""Check runs one by one: made and changed by apps, and those of a suite.

Sources: https://docs.github.com/en/rest/checks/runs and
https://docs.github.com/en/rest/checks/suites
"""

from sandbox.github import check_states, checks, commit_webhooks
from sandbox.github.accounts import Access
from sandbox.github.entities import CheckRun, CheckSuite
from sandbox.github.payloads import checks as payloads
from sandbox.github.payloads import repositories
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply, invalid, not_found

_REPOSITORY = "/repos/{owner}/{repo}"
_STATUSES = frozenset({"queued", "in_progress", "completed"})
_ONLY_ACTIONS = frozenset({"waiting", "requested", "pending"})
_CONCLUSIONS = frozenset(
    {
        *("action_required", "cancelled", "failure", "neutral"),
        *("success", "skipped", "timed_out"),
    }
)


def _create(call: Call) -> Reply:
    app, sha = checks.app_of(call.github, call.actor), call.text("head_sha")
    name = call.text("name")
    status, conclusion = _state(call)
    if not call.repository.git.has_commit(sha):
        raise RefusedError(Reason.UNPROCESSABLE, f"No commit found for SHA: {sha}")
    suite = checks.suite_of_app(call.github, call.repository, app, sha)
    run = checks.add_run(call.github, suite, name)
    _describe(call, run)
    _move(call, run, status or "queued", conclusion)
    return Reply(201, payloads.check_run(call.github, run))


def _update(call: Call) -> Reply:
    run = _run(call)
    if checks.app_of(call.github, call.actor) != run.suite.app:
        message = f"Invalid app_id `{call.actor.id}` - check run can only be modified by its app"
        raise RefusedError(Reason.FORBIDDEN, message)
    status, conclusion = _state(call)
    run.name = call.optional_text("name") or run.name
    _describe(call, run)
    _move(call, run, status or run.status, conclusion)
    return Reply(200, payloads.check_run(call.github, run))


def _state(call: Call) -> tuple[str | None, str | None]:
    """Return status and conclusion as asked for; one that is given completes the run."""
    status, conclusion = call.optional_text("status"), call.optional_text("conclusion")
    if status in _ONLY_ACTIONS:
        raise invalid(f"Only GitHub Actions can set a status of {status}.")
    if status not in (None, *_STATUSES):
        raise invalid(f"{status} is not a member of {sorted(_STATUSES)}.")
    if conclusion not in (None, *_CONCLUSIONS):
        raise invalid(f"{conclusion} is not a member of {sorted(_CONCLUSIONS)}.")
    if conclusion is None and (status == "completed" or call.body.get("completed_at")):
        raise invalid('"conclusion" is required with "completed".')
    return ("completed" if conclusion else status), conclusion


def _describe(call: Call, run: CheckRun) -> None:
    run.external_id = call.optional_text("external_id") or run.external_id
    run.details_url = call.optional_text("details_url") or run.details_url
    for name in ("output", "actions", "started_at", "completed_at"):
        if call.body.get(name) is not None:
            message = f"Check runs with {name} are not modelled by the sandbox"
            raise RefusedError(Reason.NOT_MODELLED, message)


def _move(call: Call, run: CheckRun, status: str, conclusion: str | None) -> None:
    if status != "queued":
        checks.start_run(call.github, run)
    if conclusion is None:
        return
    if run.status == "completed":  # an app may change its mind
        run.conclusion, run.completed_at = conclusion, call.github.now()
        commit_webhooks.check_run(call.github, run, "completed")
        return
    checks.complete_run(call.github, run, conclusion)


def _get(call: Call) -> Reply:
    return Reply(200, payloads.check_run(call.github, _run(call)))


def _suite(call: Call) -> Reply:
    repository = repositories.repository(call.github, call.repository)
    suite = payloads.check_suite(call.github, _suite_of(call))
    return Reply(200, suite | {"repository": repository})


def _runs_of_suite(call: Call) -> Reply:
    suite = _suite_of(call)
    is_all = call.query.get("filter") == "all"
    runs = suite.runs if is_all else list(check_states.latest_of_suite(suite))
    page = [payloads.check_run(call.github, run) for run in call.page(runs)]
    return Reply(200, {"total_count": len(runs), "check_runs": page})


def _run(call: Call) -> CheckRun:
    number = call.number("check_run_id")
    for suites in call.repository.suites.values():
        for suite in suites:
            for run in suite.runs:
                if run.id == number:
                    return run
    raise not_found()


def _suite_of(call: Call) -> CheckSuite:
    number = call.number("check_suite_id")
    for suites in call.repository.suites.values():
        for suite in suites:
            if suite.id == number:
                return suite
    raise not_found()


_RUN = f"{_REPOSITORY}/check-runs/{{check_run_id}}"
_SUITE = f"{_REPOSITORY}/check-suites/{{check_suite_id}}"
OPERATIONS = (
    Operation("POST", f"{_REPOSITORY}/check-runs", _create, Access.WRITE),
    Operation("PATCH", _RUN, _update, Access.WRITE),
    Operation("GET", _RUN, _get),
    Operation("GET", _SUITE, _suite),
    Operation("GET", f"{_SUITE}/check-runs", _runs_of_suite),
)
