"""Every REST operation that is modelled, in the order in which routes are tried."""

from sandbox.github.rest import (
    apps,
    branches,
    checks,
    commits,
    contents,
    deployments,
    git_blobs,
    git_refs,
    hooks,
    issues,
    labels,
    pulls,
    reactions,
    repositories,
    reviews,
    root,
    statuses,
    users,
)
from sandbox.github.rest.call import Operation

OPERATIONS: tuple[Operation, ...] = (
    *apps.OPERATIONS,
    *checks.OPERATIONS,
    *statuses.OPERATIONS,
    *commits.OPERATIONS,
    *contents.OPERATIONS,
    *deployments.OPERATIONS,
    *git_blobs.OPERATIONS,
    *git_refs.OPERATIONS,
    *hooks.OPERATIONS,
    *issues.OPERATIONS,
    *labels.OPERATIONS,
    *pulls.OPERATIONS,
    *reactions.OPERATIONS,
    *repositories.OPERATIONS,
    *branches.OPERATIONS,
    *reviews.OPERATIONS,
    *root.OPERATIONS,
    *users.OPERATIONS,
)
