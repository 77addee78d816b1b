"""Which workflows an event starts: GitHub's `on:` events, types and filters.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
(`on`, `on.<event>.types`, `on.<event>.branches`, `on.<event>.paths`, "Filter pattern cheat sheet").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

# The activity types that start a pull_request workflow which names none. Source:
# https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
_DEFAULT_PULL_REQUEST_TYPES = ("opened", "synchronize", "reopened")

EventName = Literal["merge_group", "pull_request", "pull_request_target", "push"]

_GLOB_TOKENS = re.compile(r"\*\*/|\*\*|\*|\[[^\]]+\]|\\.|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a repository and may start workflows.

    `branch` is the base branch of a pull request or a merge group, or the branch that was pushed.
    `changed_paths` are relative to the root of the repository, with `/`.
    """

    name: EventName
    branch: str
    head_branch: str
    changed_paths: tuple[str, ...]
    action: str = "opened"
    payload: Mapping[str, Any] | None = None


def is_triggered(on: object, event: Event) -> bool:
    """Tell whether a workflow whose `on:` has this value runs for the event.

    `on` is the parsed YAML: a name, a list of names, or a mapping of names to filters.
    """
    if isinstance(on, str):
        on = [on]
    if isinstance(on, Mapping):
        if event.name not in on:
            return False
        filters = on[event.name]
        return _passes_filters(filters if isinstance(filters, Mapping) else {}, event)
    return isinstance(on, Sequence) and event.name in on and _passes_filters({}, event)


def matches(patterns: Sequence[str], text: str) -> bool:
    """Tell whether a branch or path is selected by filter patterns; the last that matches decides.

    A pattern that starts with `!` takes out what earlier ones let in.
    """
    selected = False
    for pattern in patterns:
        negated = pattern.startswith("!")
        if _compiled(pattern[1:] if negated else pattern).fullmatch(text):
            selected = not negated
    return selected


def _passes_filters(filters: Mapping[str, object], event: Event) -> bool:
    return (
        _passes_types(filters, event)
        and _passes_branches(filters, event)
        and _passes_paths(filters, event)
    )


def _passes_types(filters: Mapping[str, object], event: Event) -> bool:
    if event.name == "push":
        return True
    types = _patterns(filters, "types")
    if types is None:
        return event.name == "merge_group" or event.action in _DEFAULT_PULL_REQUEST_TYPES
    return event.action in types


def _passes_branches(filters: Mapping[str, object], event: Event) -> bool:
    wanted = _patterns(filters, "branches")
    ignored = _patterns(filters, "branches-ignore")
    if wanted is None and ignored is None:
        # A push workflow that filters tags alone does not run for branches.
        return event.name != "push" or not filters.keys() & {"tags", "tags-ignore"}
    if wanted is not None and not matches(wanted, event.branch):
        return False
    return ignored is None or not matches(ignored, event.branch)


def _passes_paths(filters: Mapping[str, object], event: Event) -> bool:
    if event.name == "merge_group":
        return True  # it has no such filter
    wanted = _patterns(filters, "paths")
    ignored = _patterns(filters, "paths-ignore")
    if wanted is not None:
        return any(matches(wanted, path) for path in event.changed_paths)
    if ignored is not None:
        return not all(matches(ignored, path) for path in event.changed_paths)
    return True


def _patterns(filters: Mapping[str, object], key: str) -> tuple[str, ...] | None:
    value = filters.get(key)
    if value is None:
        return None
    return (value,) if isinstance(value, str) else tuple(str(item) for item in _sequence(value))


def _sequence(value: object) -> Sequence[object]:
    if not isinstance(value, Sequence):
        raise TypeError(f"a filter must be a list, not {value!r}")
    return value


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(map(_regex, _GLOB_TOKENS.findall(pattern))), re.DOTALL)


def _regex(token: str) -> str:
    match token:
        case "**/":
            return "(?:.*/)?"
        case "**":
            return ".*"
        case "*":
            return "[^/]*"
        case "?" | "+":  # of the preceding character, as in a regular expression
            return token
        case _ if token.startswith("[") and len(token) > 1:
            return token
        case _ if token.startswith("\\"):
            return re.escape(token[1:])
        case _:
            return re.escape(token)
