"""Check runs of a commit.

Source: https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference
"""

from sandbox.github import check_states
from sandbox.github.payloads import checks as payloads
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply


def _list(call: Call) -> Reply:
    name = call.path["ref"]
    sha = call.repository.git.resolve(name)
    if sha is None:
        raise RefusedError(Reason.UNPROCESSABLE, f"No commit found for SHA: {name}")
    read = check_states.runs if call.query.get("filter") == "all" else check_states.latest_runs
    wanted = {key: call.query[key] for key in ("check_name", "status") if key in call.query}
    runs = [
        run
        for run in read(call.repository, sha)
        if wanted.get("check_name", run.name) == run.name
        and wanted.get("status", run.status) == run.status
    ]
    page = [payloads.check_run(call.github, run) for run in call.page(runs)]
    return Reply(200, {"total_count": len(runs), "check_runs": page})


OPERATIONS = (Operation("GET", "/repos/{owner}/{repo}/commits/{ref:path}/check-runs", _list),)
