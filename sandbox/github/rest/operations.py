"""Every REST operation that is modelled, in the order in which routes are tried."""

from sandbox.github.rest import (
    apps,
    check_runs,
    checks,
    commits,
    deployments,
    git_blobs,
    git_refs,
    hooks,
    issues,
    pulls,
    repositories,
    rulesets,
    statuses,
    workflow_runs,
)
from sandbox.github.rest.call import Operation

OPERATIONS: tuple[Operation, ...] = (
    *apps.OPERATIONS,
    *checks.OPERATIONS,
    *check_runs.OPERATIONS,
    *statuses.OPERATIONS,
    *workflow_runs.OPERATIONS,
    *commits.OPERATIONS,
    *deployments.OPERATIONS,
    *git_blobs.OPERATIONS,
    *git_refs.OPERATIONS,
    *hooks.OPERATIONS,
    *issues.OPERATIONS,
    *pulls.OPERATIONS,
    *repositories.OPERATIONS,
    *rulesets.OPERATIONS,
)
