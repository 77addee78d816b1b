"""What a job's token may do, as far as a workflow's validity depends on it.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sandbox.ci.values import Value, to_text

_LEVELS: Final = {"none": 0, "read": 1, "write": 2}
_ALL: Final = {"read-all": 1, "write-all": 2}
_SCOPES: Final = frozenset(
    {
        "actions",
        "artifact-metadata",
        "attestations",
        "checks",
        "code-quality",
        "contents",
        "copilot-requests",
        "deployments",
        "discussions",
        "drives",
        "id-token",
        "issues",
        "models",
        "packages",
        "pages",
        "pull-requests",
        "repository-projects",
        "security-events",
        "statuses",
        "vulnerability-alerts",
    }
)
# What a token may do where nothing is said: a new repository's default.
# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions
_DEFAULT: Final[Mapping[str, int]] = {"contents": 1, "packages": 1}


def permission_problems(asked: Value) -> Iterator[str]:
    """Say what is wrong with a `permissions` key."""
    if asked is None or asked in list(_ALL):
        return
    if not isinstance(asked, dict):
        yield f"Unexpected value '{to_text(asked)}' in permissions"
        return
    for scope, level in asked.items():
        if scope not in _SCOPES or level not in _LEVELS:
            yield f"Unexpected value '{scope}: {to_text(level)}' in permissions"


def excess(allowed: Value, asked: Value) -> str | None:
    """Return a permission that a called workflow asks for and its caller has not; None if none."""
    if asked is None:
        return None
    may = _levels(allowed)
    for scope, level in _levels(asked).items():
        if level > may.get(scope, 0):
            return next(f"{scope}: {name}" for name, each in _LEVELS.items() if each == level)
    return None


def _levels(permissions: Value) -> Mapping[str, int]:
    if permissions is None:
        return _DEFAULT
    if not isinstance(permissions, dict):
        return dict.fromkeys(_SCOPES, _ALL[permissions])
    return {scope: _LEVELS[level] for scope, level in permissions.items()}
