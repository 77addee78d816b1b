"""Check runs and check suites."""

from typing import Any

from sandbox.github import check_states
from sandbox.github.entities import CheckRun, CheckSuite
from sandbox.github.node_ids import node_id
from sandbox.github.payloads.accounts import app
from sandbox.github.payloads.commits import simple_commit
from sandbox.github.payloads.pulls import pull_request_minimal
from sandbox.github.payloads.repositories import api_url, web_url
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.requirements import ACTIONS, App
from sandbox.github.state import GitHub


def check_run(github: GitHub, run: CheckRun) -> dict[str, Any]:
    """Return `check-run`."""
    suite = run.suite
    url = api_url(github, suite.repository, f"/check-runs/{run.id}")
    page = web_url(github, suite.repository, f"/runs/{run.id}")
    return {
        "id": run.id,
        "node_id": node_id("CR", suite.repository.id, run.id),
        "external_id": run.external_id,
        "name": run.name,
        "head_sha": suite.head_sha,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": timestamp(run.started_at),
        "completed_at": timestamp(run.completed_at),
        "url": url,
        "html_url": page,
        "details_url": run.details_url or page,
        "output": {
            "title": None,
            "summary": None,
            "text": run.log or None,
            "annotations_count": 0,
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": _suite_summary(github, suite),
        "app": reporter(github, suite.app),
        "pull_requests": _pulls(github, suite),
    }


def reporter(github: GitHub, reported_by: App) -> dict[str, Any]:
    """Return `integration` of the app that reports checks."""
    owner = "github" if reported_by == ACTIONS else reported_by.slug
    owned_by = github.accounts.add(owner, "Organization")
    return app(github, reported_by.id, reported_by.slug, owned_by)


def check_suite(github: GitHub, suite: CheckSuite) -> dict[str, Any]:
    """Return `check-suite` without its repository, as in webhooks."""
    url = api_url(github, suite.repository, f"/check-suites/{suite.id}")
    return _suite_summary(github, suite) | {
        "latest_check_runs_count": len(check_states.latest_of_suite(suite)),
        "check_runs_url": f"{url}/check-runs",
        "head_commit": simple_commit(suite.repository, suite.head_sha),
        "rerequestable": True,
        "runs_rerequestable": False,
    }


def _suite_summary(github: GitHub, suite: CheckSuite) -> dict[str, Any]:
    parents = suite.repository.git.commit_object(suite.head_sha).parent_ids
    return {
        "id": suite.id,
        "node_id": node_id("CS", suite.repository.id, suite.id),
        "head_branch": suite.head_branch,
        "head_sha": suite.head_sha,
        "status": check_states.suite_status(suite),
        "conclusion": check_states.suite_conclusion(suite),
        "url": api_url(github, suite.repository, f"/check-suites/{suite.id}"),
        "before": str(parents[0]) if parents else None,
        "after": suite.head_sha,
        "pull_requests": _pulls(github, suite),
        "app": reporter(github, suite.app),
        "created_at": timestamp(suite.created_at),
        "updated_at": timestamp(suite.updated_at),
    }


def _pulls(github: GitHub, suite: CheckSuite) -> list[dict[str, Any]]:
    if suite.pull is None or not suite.pull.open:
        return []
    return [pull_request_minimal(github, suite.repository, suite.pull)]
