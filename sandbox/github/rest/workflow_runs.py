"""Workflow runs: listed, read, run again and cancelled.

Source: https://docs.github.com/en/rest/actions/workflow-runs
"""

from sandbox.github import check_states, checks
from sandbox.github.accounts import Access
from sandbox.github.entities import CheckSuite
from sandbox.github.payloads import workflow_runs as payloads
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply, not_found

_RUNS = "/repos/{owner}/{repo}/actions/runs"
_RUN = f"{_RUNS}/{{run_id}}"
_FILTERS = frozenset({"head_sha", "branch", "event"})
_OTHER_FILTERS = frozenset({"actor", "created", "status", "check_suite_id"})


def _list(call: Call) -> Reply:
    if unknown := sorted(_OTHER_FILTERS & call.query.keys()):
        message = f"Workflow runs filtered by {', '.join(unknown)} are not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)
    wanted = {key: value for key, value in call.query.items() if key in _FILTERS}
    found = [
        suite
        for suites in call.repository.suites.values()
        for suite in suites
        if (run := suite.workflow_run) is not None
        and wanted.get("head_sha", suite.head_sha) == suite.head_sha
        and wanted.get("branch", suite.head_branch) == suite.head_branch
        and wanted.get("event", run.event) == run.event
    ]
    found.sort(key=lambda suite: suite.id, reverse=True)
    page = [payloads.workflow_run(call.github, suite) for suite in call.page(found)]
    return Reply(200, {"total_count": len(found), "workflow_runs": page})


def _get(call: Call) -> Reply:
    return Reply(200, payloads.workflow_run(call.github, _suite(call)))


def _rerun(call: Call) -> Reply:
    checks.rerun(call.github, _suite(call), None)
    return Reply(201, {})


def _rerun_failed_jobs(call: Call) -> Reply:
    suite = _suite(call)
    checks.rerun(call.github, suite, checks.failed_jobs(suite))
    return Reply(201, {})


def _cancel(call: Call) -> Reply:
    suite = _suite(call)
    if check_states.suite_status(suite) == "completed":
        message = "Cannot cancel a workflow run that is completed."
        raise RefusedError(Reason.CONFLICT, message)
    checks.cancel_suite(call.github, suite)
    return Reply(202, {})


def _suite(call: Call) -> CheckSuite:
    number = call.number("run_id")
    for suites in call.repository.suites.values():
        for suite in suites:
            if suite.workflow_run is not None and suite.workflow_run.id == number:
                return suite
    raise not_found()


OPERATIONS = (
    Operation("GET", _RUNS, _list),
    Operation("GET", _RUN, _get),
    Operation("POST", f"{_RUN}/rerun", _rerun, Access.WRITE),
    Operation("POST", f"{_RUN}/rerun-failed-jobs", _rerun_failed_jobs, Access.WRITE),
    Operation("POST", f"{_RUN}/cancel", _cancel, Access.WRITE),
)
