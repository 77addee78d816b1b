"""Workflow runs."""

from typing import Any

from sandbox.github import check_states
from sandbox.github.entities import CheckSuite, WorkflowRun
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.commits import simple_commit
from sandbox.github.payloads.repositories import api_url, repository, web_url
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.state import GitHub


def workflow_run(github: GitHub, suite: CheckSuite) -> dict[str, Any]:
    """Return `workflow-run` of a suite that has one."""
    run, of = suite.workflow_run, suite.repository
    assert run is not None
    url = api_url(github, of, f"/actions/runs/{run.id}")
    suite_url = api_url(github, of, f"/check-suites/{suite.id}")
    minimal = repository(github, of)
    return {
        "id": run.id,
        "name": run.name,
        "node_id": node_id("WFR", of.id, run.id),
        "check_suite_id": suite.id,
        "check_suite_node_id": node_id("CS", of.id, suite.id),
        "head_branch": suite.head_branch,
        "head_sha": suite.head_sha,
        "path": run.path,
        "run_number": run.number,
        "run_attempt": run.attempt,
        "event": run.event,
        "display_title": run.name,
        "status": check_states.suite_status(suite),
        "conclusion": check_states.suite_conclusion(suite),
        "workflow_id": run.workflow_id,
        "url": url,
        "html_url": web_url(github, of, f"/actions/runs/{run.id}"),
        "pull_requests": [],
        "created_at": timestamp(suite.created_at),
        "updated_at": timestamp(suite.updated_at),
        "run_started_at": timestamp(suite.runs[-1].started_at if suite.runs else suite.created_at),
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": suite_url,
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": _previous_attempt(url, run),
        "workflow_url": api_url(github, of, f"/actions/workflows/{run.workflow_id}"),
        "head_commit": simple_commit(of, suite.head_sha),
        "repository": minimal,
        "head_repository": minimal,
    }


def _previous_attempt(url: str, run: WorkflowRun) -> str | None:
    return f"{url}/attempts/{run.attempt - 1}" if run.attempt > 1 else None
