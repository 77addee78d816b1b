"""What is around the jobs of a workflow run: their variables, and the files they work on."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from sandbox.github.entities import CheckSuite
from sandbox.github.state import GitHub
from sandbox.github.workflow_events import Trigger


def environment_of(github: GitHub, suite: CheckSuite, trigger: Trigger) -> dict[str, str]:
    """Return what the server knows of GitHub's default variables.

    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """
    repository = suite.repository
    environment = {
        "GITHUB_ACTOR": trigger.actor.login,
        "GITHUB_ACTOR_ID": str(trigger.actor.id),
        "GITHUB_API_URL": github.url,
        "GITHUB_GRAPHQL_URL": f"{github.url}/graphql",
        "GITHUB_REF": trigger.ref,
        "GITHUB_REPOSITORY": repository.full_name,
        "GITHUB_REPOSITORY_ID": str(repository.id),
        "GITHUB_REPOSITORY_OWNER_ID": str(repository.owner.id),
        **_run_environment(suite),
        "GITHUB_SERVER_URL": github.url,
        "GITHUB_SHA": trigger.sha,
    }
    if trigger.pull is not None:
        environment["GITHUB_BASE_REF"] = trigger.pull.base_ref
        environment["GITHUB_HEAD_REF"] = trigger.pull.head_ref
    return environment


def _run_environment(suite: CheckSuite) -> dict[str, str]:
    run = suite.workflow_run
    if run is None:
        return {}
    return {
        "GITHUB_RUN_ATTEMPT": str(run.attempt),
        "GITHUB_RUN_ID": str(run.id),
        "GITHUB_RUN_NUMBER": str(run.number),
    }


@contextlib.contextmanager
def worktree_of(github: GitHub, suite: CheckSuite, sha: str) -> Iterator[Path]:
    """Have a checkout of a commit for the length of the block."""
    attempt = suite.workflow_run.attempt if suite.workflow_run else 1
    path = github.home / "runs" / f"{suite.id}-{attempt}" / suite.repository.name
    path.parent.mkdir(parents=True)
    suite.repository.git.add_worktree(path, sha)
    try:
        yield path
    finally:
        shutil.rmtree(path.parent, ignore_errors=True)
        suite.repository.git.prune_worktrees()
