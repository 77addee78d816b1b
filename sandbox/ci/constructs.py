"""Every construct of the workflow syntax, and whether it is modelled here.

The table of docs/ci-in-the-sandbox.md is this one, with GitHub's source for each row; what is in
neither is unknown to GitHub's documents, and refused. Sources:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax and
https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#context-availability
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


class Shape(enum.Enum):
    """What may stand at a place; an expression may stand where the construct has contexts."""

    SCALAR = "a scalar"
    SCALARS = "a scalar or a list of scalars"
    LIST = "a list"
    KEYS = "a mapping with these keys"
    NAMES = "a mapping with keys of one's own"
    SCALAR_OR_KEYS = "a scalar, or a mapping with these keys"
    ANY = "anything"


@dataclass(frozen=True, slots=True)
class Construct:
    """What may stand at a place, and which contexts and functions its expressions see."""

    shape: Shape
    contexts: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()


_STATUS = frozenset({"always", "cancelled", "failure", "success"})
_HASH = frozenset({"hashfiles"})
_RUN = frozenset({"github", "inputs", "vars"})
_NEEDS = _RUN | {"needs"}
_JOB = _NEEDS | {"strategy", "matrix"}
_SECRET = _JOB | {"secrets"}
_RUNNER = _SECRET | {"steps", "job", "runner", "env"}

_SCALAR = Construct(Shape.SCALAR)
_KEYS = Construct(Shape.KEYS)
_NAMES = Construct(Shape.NAMES)
_LIST = Construct(Shape.LIST)
_IN_STEP = Construct(Shape.SCALAR, _RUNNER, _HASH)

MODELLED: Final[Mapping[str, Construct]] = {
    "name": _SCALAR,
    "description": _SCALAR,
    "run-name": Construct(Shape.SCALAR, _RUN),
    "on": Construct(Shape.ANY, _RUN | {"jobs"}),
    "permissions": Construct(Shape.ANY),
    "env": _NAMES,
    "env.*": Construct(Shape.SCALAR, _RUN | {"secrets"}),
    "defaults": _KEYS,
    "defaults.run": _KEYS,
    "defaults.run.shell": _SCALAR,
    "defaults.run.working-directory": _SCALAR,
    "concurrency": Construct(Shape.SCALAR_OR_KEYS, _RUN),
    "concurrency.group": Construct(Shape.SCALAR, _RUN),
    "concurrency.cancel-in-progress": Construct(Shape.SCALAR, _RUN),
    "jobs": _NAMES,
    "jobs.*": _KEYS,
    "jobs.*.name": Construct(Shape.SCALAR, _JOB),
    "jobs.*.permissions": Construct(Shape.ANY),
    "jobs.*.needs": Construct(Shape.SCALARS),
    "jobs.*.if": Construct(Shape.SCALAR, _NEEDS, _STATUS),
    "jobs.*.runs-on": Construct(Shape.ANY, _JOB),
    "jobs.*.concurrency": Construct(Shape.SCALAR_OR_KEYS, _JOB),
    "jobs.*.concurrency.group": Construct(Shape.SCALAR, _JOB),
    "jobs.*.concurrency.cancel-in-progress": Construct(Shape.SCALAR, _JOB),
    "jobs.*.outputs": _NAMES,
    "jobs.*.outputs.*": Construct(Shape.SCALAR, _RUNNER),
    "jobs.*.env": _NAMES,
    "jobs.*.env.*": Construct(Shape.SCALAR, _SECRET),
    "jobs.*.defaults": _KEYS,
    "jobs.*.defaults.run": _KEYS,
    "jobs.*.defaults.run.shell": Construct(Shape.SCALAR, _JOB | {"env"}),
    "jobs.*.defaults.run.working-directory": Construct(Shape.SCALAR, _JOB | {"env"}),
    "jobs.*.timeout-minutes": Construct(Shape.SCALAR, _JOB),
    "jobs.*.continue-on-error": Construct(Shape.SCALAR, _JOB),
    "jobs.*.strategy": Construct(Shape.KEYS, _NEEDS),
    "jobs.*.strategy.fail-fast": Construct(Shape.SCALAR, _NEEDS),
    "jobs.*.strategy.max-parallel": Construct(Shape.SCALAR, _NEEDS),
    "jobs.*.strategy.matrix": Construct(Shape.NAMES, _NEEDS),
    "jobs.*.strategy.matrix.*": Construct(Shape.ANY, _NEEDS),
    "jobs.*.strategy.matrix.include": Construct(Shape.ANY, _NEEDS),
    "jobs.*.strategy.matrix.exclude": Construct(Shape.ANY, _NEEDS),
    "jobs.*.steps": _LIST,
    "jobs.*.steps.[]": _KEYS,
    "jobs.*.steps.[].id": _SCALAR,
    "jobs.*.steps.[].if": Construct(Shape.SCALAR, _RUNNER - {"secrets"}, _STATUS | _HASH),
    "jobs.*.steps.[].name": _IN_STEP,
    "jobs.*.steps.[].uses": _SCALAR,
    "jobs.*.steps.[].run": _IN_STEP,
    "jobs.*.steps.[].working-directory": _IN_STEP,
    "jobs.*.steps.[].shell": _SCALAR,
    "jobs.*.steps.[].with": _NAMES,
    "jobs.*.steps.[].with.*": _IN_STEP,
    "jobs.*.steps.[].env": _NAMES,
    "jobs.*.steps.[].env.*": _IN_STEP,
    "jobs.*.steps.[].continue-on-error": _IN_STEP,
    "jobs.*.steps.[].timeout-minutes": _IN_STEP,
    "jobs.*.uses": _SCALAR,
    "jobs.*.with": _NAMES,
    "jobs.*.with.*": Construct(Shape.SCALAR, _JOB),
    "jobs.*.secrets": Construct(Shape.ANY, _SECRET),
}
"""What is modelled, by its place: `*` is a name of one's own, `[]` an item of a list."""

REFUSED: Final[Mapping[str, str]] = {
    "concurrency.queue": "a queue of more than one pending run",
    "jobs.*.concurrency.queue": "a queue of more than one pending run",
    "jobs.*.environment": "environments of a job",
    "jobs.*.container": "containers",
    "jobs.*.services": "service containers",
    "jobs.*.snapshot": "snapshots of a runner",
    "jobs.*.cancel-timeout-minutes": "a time limit of the cancellation",
    "jobs.*.steps.[].background": "steps in the background",
    "jobs.*.steps.[].wait": "steps in the background",
    "jobs.*.steps.[].wait-all": "steps in the background",
    "jobs.*.steps.[].cancel": "steps in the background",
    "jobs.*.steps.[].parallel": "steps in parallel",
}
"""What GitHub takes and the sandbox does not model: the job's checks end as `action_required`."""

_BRANCHES = frozenset({"branches", "branches-ignore"})
_PATHS = frozenset({"paths", "paths-ignore"})
_TAGS = frozenset({"tags", "tags-ignore"})

EVENTS: Final[Mapping[str, frozenset[str]]] = {
    "pull_request": _BRANCHES | _PATHS | {"types"},
    "pull_request_target": _BRANCHES | _PATHS | {"types"},
    "merge_group": _BRANCHES | {"types"},
    "push": _BRANCHES | _PATHS | _TAGS,
    "workflow_call": frozenset({"inputs", "secrets", "outputs"}),
}
"""The events that start workflows here, and what each may be filtered by."""

OTHER_EVENTS: Final = frozenset(
    {
        "branch_protection_rule",
        "check_run",
        "check_suite",
        "create",
        "delete",
        "deployment",
        "deployment_status",
        "discussion",
        "discussion_comment",
        "fork",
        "gollum",
        "image_version",
        "issue_comment",
        "issues",
        "label",
        "milestone",
        "page_build",
        "project",
        "project_card",
        "project_column",
        "public",
        "pull_request_comment",
        "pull_request_review",
        "pull_request_review_comment",
        "registry_package",
        "release",
        "repository_dispatch",
        "schedule",
        "status",
        "watch",
        "workflow_dispatch",
        "workflow_run",
    }
)
"""GitHub's other events: a workflow may name them, and nothing starts it for them here."""
