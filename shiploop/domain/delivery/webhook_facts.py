"""Reads what a webhook delivery says: pure thinking, no I/O.

Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shiploop.domain.delivery.checks import Conclusion, read_conclusion

_OWN_TRAILER = re.compile(r"^(?:Trace-Id|Rolls-Back): \S", re.MULTILINE)


class DeployState(StrEnum):
    """What the platform says of a deploy.

    Source: https://docs.github.com/en/graphql/reference/enums#deploymentstatusstate
    """

    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"
    INACTIVE = "inactive"
    IN_PROGRESS = "in_progress"
    QUEUED = "queued"
    PENDING = "pending"
    WAITING = "waiting"
    UNKNOWN = "unknown"  # one that GitHub has come to say since this was written


def read_deploy_state(told: str) -> DeployState:
    """The state that GitHub, or an older version of ours, tells of."""
    try:
        return DeployState(told)
    except ValueError:
        return DeployState.UNKNOWN


@dataclass(frozen=True, slots=True)
class CheckFact:
    """One check of one commit; `conclusion` is None while it runs."""

    sha: str
    name: str
    conclusion: Conclusion | None


@dataclass(frozen=True, slots=True)
class DeployFact:
    """What a platform says about the deploy of one commit to one environment."""

    sha: str
    environment: str
    state: DeployState


@dataclass(frozen=True, slots=True)
class ConflictFact:
    """A head that conflicts with its base: no workflow runs for it until that is resolved.

    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request
    """

    sha: str


@dataclass(frozen=True, slots=True)
class BaseFact:
    """The branch that a head is to be merged into, where somebody has made it another one."""

    sha: str
    branch: str


@dataclass(frozen=True, slots=True)
class PushFact:
    """A branch that has got a new head, and not only by merges of ours."""

    ref: str
    sha: str


Fact = CheckFact | DeployFact | ConflictFact | BaseFact | PushFact


def branch_ref(branch: str) -> str:
    """The full name of a branch, as pushes tell it."""
    return f"refs/heads/{branch}"


def read_delivery(event: str, payload: Mapping[str, Any]) -> tuple[Fact, ...]:
    """The facts in one delivery, none for an event that we do not follow.

    Raises KeyError or TypeError when a payload is not shaped as GitHub's.
    """
    reader = _READERS.get(event)
    return reader(payload) if reader else ()


def _check_run(payload: Mapping[str, Any]) -> tuple[Fact, ...]:
    run = payload["check_run"]
    told = run["conclusion"]
    conclusion = None if told is None else read_conclusion(str(told))
    return (CheckFact(str(run["head_sha"]), str(run["name"]), conclusion),)


def _commit_status(payload: Mapping[str, Any]) -> tuple[Fact, ...]:
    conclusion = read_conclusion(str(payload["state"]))
    return (CheckFact(str(payload["sha"]), str(payload["context"]), conclusion),)


def _deployment_status(payload: Mapping[str, Any]) -> tuple[Fact, ...]:
    deployment, state = payload["deployment"], payload["deployment_status"]["state"]
    environment = str(deployment["environment"])
    return (DeployFact(str(deployment["sha"]), environment, read_deploy_state(str(state))),)


def _push(payload: Mapping[str, Any]) -> tuple[Fact, ...]:
    ref, sha, commits = str(payload["ref"]), str(payload["after"]), payload["commits"]
    # Our own merges are most of all pushes. What they change in the documents is read again
    # with the next push of anybody else, and with the timer.
    ours = bool(commits) and all(_OWN_TRAILER.search(str(one["message"])) for one in commits)
    return () if payload["deleted"] or ours else (PushFact(ref, sha),)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], tuple[Fact, ...]]] = {
    "check_run": _check_run,
    "status": _commit_status,
    "deployment_status": _deployment_status,
    "push": _push,
}

# What the repository's webhook has to be sent for.
WEBHOOK_EVENTS = frozenset(_READERS)
