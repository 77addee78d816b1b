"""Events about a commit: its statuses, check runs and deployments.

Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from sandbox.github.accounts import Account
from sandbox.github.commit_reports import CommitStatus, Deployment, DeploymentStatus
from sandbox.github.entities import CheckRun, CheckSuite, Repository
from sandbox.github.payloads import checks, deployments, statuses
from sandbox.github.requirements import App
from sandbox.github.state import GitHub
from sandbox.github.webhooks import emit


def status(github: GitHub, repository: Repository, made: CommitStatus) -> None:
    """A commit's status was written."""
    emit(
        github,
        repository,
        "status",
        made.creator,
        lambda: statuses.event(github, repository, made),
    )


def _bot(github: GitHub, app: App) -> Account:
    return github.accounts.add(f"{app.slug}[bot]", "Bot")


def check_run(github: GitHub, run: CheckRun, action: str) -> None:
    """A check run was created or completed."""
    repository = run.suite.repository
    emit(
        github,
        repository,
        "check_run",
        _bot(github, run.suite.app),
        lambda: {"action": action, "check_run": checks.check_run(github, run)},
    )


def check_suite(github: GitHub, suite: CheckSuite) -> None:
    """All check runs of a suite have completed."""
    emit(
        github,
        suite.repository,
        "check_suite",
        _bot(github, suite.app),
        lambda: {"action": "completed", "check_suite": checks.check_suite(github, suite)},
    )


def deployment(github: GitHub, repository: Repository, made: Deployment) -> None:
    """A deployment was created."""
    emit(
        github,
        repository,
        "deployment",
        made.creator,
        lambda: {
            "action": "created",
            "deployment": deployments.deployment(github, repository, made),
            "workflow": None,
            "workflow_run": None,
        },
    )


def deployment_status(
    github: GitHub, repository: Repository, made: Deployment, status: DeploymentStatus
) -> None:
    """A deployment's progress was reported."""
    emit(
        github,
        repository,
        "deployment_status",
        status.creator,
        lambda: {
            "action": "created",
            "deployment": deployments.deployment(github, repository, made),
            "deployment_status": deployments.deployment_status(github, repository, made, status),
            "check_run": None,
            "workflow": None,
            "workflow_run": None,
        },
    )
