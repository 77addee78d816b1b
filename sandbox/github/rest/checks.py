"""Check runs and check suites of a commit.

Sources: https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference and
https://docs.github.com/en/rest/checks/suites#list-check-suites-for-a-git-reference
"""

from sandbox.github import check_states
from sandbox.github.payloads import checks as payloads
from sandbox.github.payloads import repositories
from sandbox.github.rest.call import Call, Operation, Reply


def _list(call: Call) -> Reply:
    sha = call.commit
    read = check_states.runs if call.query.get("filter") == "all" else check_states.latest_runs
    asked = ("check_name", "status", "app_id")
    wanted = {key: call.query[key] for key in asked if key in call.query}
    runs = [
        run
        for run in read(call.repository, sha)
        if wanted.get("check_name", run.name) == run.name
        and wanted.get("status", run.status) == run.status
        and wanted.get("app_id", str(run.suite.app.id)) == str(run.suite.app.id)
    ]
    page = [payloads.check_run(call.github, run) for run in call.page(runs)]
    return Reply(200, {"total_count": len(runs), "check_runs": page})


def _suites(call: Call) -> Reply:
    found = call.repository.suites.get(call.commit, [])
    if (name := call.query.get("check_name")) is not None:
        found = [suite for suite in found if any(run.name == name for run in suite.runs)]
    repository = repositories.repository(call.github, call.repository)
    page = [
        payloads.check_suite(call.github, suite) | {"repository": repository}
        for suite in call.page(found)
    ]
    return Reply(200, {"total_count": len(found), "check_suites": page})


_COMMIT = "/repos/{owner}/{repo}/commits/{ref:path}"
OPERATIONS = (
    Operation("GET", f"{_COMMIT}/check-runs", _list),
    Operation("GET", f"{_COMMIT}/check-suites", _suites),
)
