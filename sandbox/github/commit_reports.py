"""What is reported of a commit from outside: statuses, and deployments of it."""

import dataclasses
from datetime import datetime
from typing import Literal

from sandbox.github.accounts import Account


@dataclasses.dataclass(frozen=True, slots=True)
class CommitStatus:
    """A commit's status from outside of the checks; `state` as REST has it."""

    id: int
    sha: str
    state: Literal["error", "failure", "pending", "success"]
    context: str
    description: str | None
    target_url: str | None
    creator: Account
    created_at: datetime


@dataclasses.dataclass(slots=True)
class DeploymentStatus:
    """One report of a deployment's progress."""

    id: int
    state: str
    creator: Account
    description: str
    environment: str
    environment_url: str
    log_url: str
    created_at: datetime


@dataclasses.dataclass(slots=True)
class Deployment:
    """A request to put a commit into an environment."""

    id: int
    sha: str
    ref: str
    task: str
    environment: str
    description: str | None
    payload: object
    creator: Account
    created_at: datetime
    updated_at: datetime
    is_production: bool = False
    is_transient: bool = False
    statuses: list[DeploymentStatus] = dataclasses.field(default_factory=list)
