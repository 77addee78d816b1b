"""The contexts and variables that GitHub gives to a workflow.

Sources: https://docs.github.com/en/actions/reference/workflows-and-actions/contexts and
https://docs.github.com/en/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from pathlib import Path

from sandbox.ci.values import Value, from_python, member, to_text

_ARCHITECTURES = {"x86_64": "X64", "amd64": "X64", "aarch64": "ARM64", "arm64": "ARM64"}
_IN_VARIABLES = (
    "actor",
    "actor_id",
    "api_url",
    "base_ref",
    "event_name",
    "graphql_url",
    "head_ref",
    "ref",
    "ref_name",
    "ref_protected",
    "ref_type",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "retention_days",
    "run_attempt",
    "run_id",
    "run_number",
    "server_url",
    "sha",
    "triggering_actor",
    "workflow",
    "workflow_ref",
    "workflow_sha",
)


def github_context(
    event_name: str, payload: Mapping[str, object], given: Mapping[str, str]
) -> dict[str, Value]:
    """Return the `github` context of a run: `given` is what the server knows, by its names."""
    event = from_python(payload)
    pull = member(event, "pull_request")
    head, base = (to_text(member(member(pull, side), "ref")) for side in ("head", "base"))
    number = to_text(member(event, "number"))
    ref = f"refs/pull/{number}/merge" if pull is not None else to_text(member(event, "ref"))
    context: dict[str, Value] = {
        "event_name": event_name,
        "event": event,
        "head_ref": head,
        "base_ref": base,
        "ref": ref,
        "ref_protected": False,
        "retention_days": "90",
        "run_attempt": "1",
        "run_id": "1",
        "run_number": "1",
        "secret_source": "Actions",
        **given,
    }
    context["ref_name"] = _ref_name(to_text(context["ref"]))
    context["ref_type"] = "tag" if to_text(context["ref"]).startswith("refs/tags/") else "branch"
    context["repository_owner"] = to_text(context.get("repository", "")).partition("/")[0]
    context.setdefault("triggering_actor", context.get("actor"))
    return context


def _ref_name(ref: str) -> str:
    for prefix in ("refs/heads/", "refs/tags/", "refs/pull/"):
        if ref.startswith(prefix):
            return ref.removeprefix(prefix)
    return ref


def variables(github: Mapping[str, Value]) -> dict[str, str]:
    """Return the default variables that repeat the `github` context."""
    found = {f"GITHUB_{name.upper()}": to_text(github.get(name)) for name in _IN_VARIABLES}
    return found | {"CI": "true", "GITHUB_ACTIONS": "true"}


def runner_context(folder: Path) -> dict[str, Value]:
    """Return the `runner` context of a job whose own folder this is."""
    return {
        "os": "Linux",
        "arch": _ARCHITECTURES.get(platform.machine().lower(), "X64"),
        "name": "GitHub Actions 1",
        "environment": "github-hosted",
        "debug": "",
        "temp": str(folder / "temp"),
        "tool_cache": str(folder / "tools"),
        "workspace": str(folder / "work"),
    }
