"""Reads what a webhook delivery says: pure thinking, no I/O.

Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shiploop.domain.delivery.checks import Check, CheckKind, read_conclusion
from shiploop.domain.timestamps import from_iso

# Whatever it begins with: that is set, and may have been set otherwise. The id is looked up.
_OWN_BRANCH = re.compile(r"[a-z0-9]-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z")
# Of pull requests only what may decide on a suggestion is worth a look.
_DECISIVE = frozenset({"closed", "converted_to_draft", "ready_for_review", "reopened"})
# And of these what may tell of its way through a merge queue.
_OF_QUEUE = frozenset({"closed", "dequeued", "enqueued"})
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
    """What a webhook tells of one check of one commit."""

    sha: str
    check: Check


@dataclass(frozen=True, slots=True)
class DeployFact:
    """What a platform says about the deploy of one commit to one environment."""

    sha: str
    environment: str
    state: DeployState


@dataclass(frozen=True, slots=True)
class PushFact:
    """A branch that has got a new head, and not only by merges of ours."""

    ref: str
    sha: str


@dataclass(frozen=True, slots=True)
class ReviewFact:
    """Something was said of a pull request of one of our tasks, or done with it."""

    task_id: str


@dataclass(frozen=True, slots=True)
class QueueFact:
    """A pull request with this head got into a merge queue or out of it, or is open no more."""

    sha: str


@dataclass(frozen=True, slots=True)
class RulesFact:
    """The rules or the settings of the repository may be others now."""


Fact = CheckFact | DeployFact | PushFact | QueueFact | ReviewFact | RulesFact


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
    # One that is asked for again still carries how it ended before.
    is_over = run["conclusion"] is not None and payload.get("action") != "rerequested"
    check = Check(
        name=str(run["name"]),
        conclusion=read_conclusion(str(run["conclusion"])) if is_over else None,
        id=_number(run.get("id")) or 0,
        app=_number((run.get("app") or {}).get("id")),
        suite=_number((run.get("check_suite") or {}).get("id")),
        started_at=_moment(run.get("started_at")),
        completed_at=_moment(run.get("completed_at")),
    )
    return (CheckFact(str(run["head_sha"]), check),)


def _commit_status(payload: Mapping[str, Any]) -> tuple[Fact, ...]:
    check = Check(
        name=str(payload["context"]),
        conclusion=read_conclusion(str(payload["state"])),
        kind=CheckKind.STATUS,
        started_at=_moment(payload.get("created_at")),
    )
    return (CheckFact(str(payload["sha"]), check),)


def _number(told: object) -> int | None:
    return told if isinstance(told, int) else None


def _moment(told: object) -> datetime | None:
    try:
        moment = from_iso(told) if isinstance(told, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _deployment_status(payload: Mapping[str, Any]) -> tuple[Fact, ...]:
    deployment, state = payload["deployment"], payload["deployment_status"]["state"]
    environment = str(deployment.get("environment") or "")  # it may be null
    return (DeployFact(str(deployment["sha"]), environment, read_deploy_state(str(state))),)


def _push(payload: Mapping[str, Any]) -> tuple[Fact, ...]:
    ref, sha, commits = str(payload["ref"]), str(payload["after"]), payload["commits"]
    # Our own merges are most of all pushes. What they change in the documents is read again
    # with the next push of anybody else, and with the timer.
    ours = bool(commits) and all(_OWN_TRAILER.search(str(one["message"])) for one in commits)
    return () if payload["deleted"] or ours else (PushFact(ref, sha),)


def _pull_request(payload: Mapping[str, Any]) -> tuple[Fact, ...]:
    action, head = payload["action"], payload["pull_request"]["head"]
    queued = (QueueFact(str(head["sha"])),) if action in _OF_QUEUE else ()
    return (*queued, *(_review(payload) if action in _DECISIVE else ()))


def _review(payload: Mapping[str, Any]) -> tuple[Fact, ...]:
    head = payload["pull_request"]["head"]
    # A fork may name its branches as we do: its pull requests are none of ours.
    ours = (head.get("repo") or {}).get("id") == payload["repository"]["id"]
    found = _OWN_BRANCH.search(str(head["ref"]))
    return (ReviewFact(found[1]),) if ours and found else ()


def _rules(_payload: Mapping[str, Any]) -> tuple[Fact, ...]:
    return (RulesFact(),)  # what they are is read


_READERS: Mapping[str, Callable[[Mapping[str, Any]], tuple[Fact, ...]]] = {
    "check_run": _check_run,
    "status": _commit_status,
    "deployment_status": _deployment_status,
    "push": _push,
    "pull_request": _pull_request,
    "pull_request_review": _review,
    "pull_request_review_thread": _review,
    "branch_protection_rule": _rules,
    "repository_ruleset": _rules,
    "repository": _rules,
}

# What the repository's webhook has to be sent for.
WEBHOOK_EVENTS = frozenset(_READERS)
