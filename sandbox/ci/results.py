"""How steps and jobs end."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


class Result(enum.StrEnum):
    """How a step or a job ended, as GitHub writes it.

    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#needs-context
    NOT_MODELLED is the sandbox's own word; its check run ends as `action_required`.
    """

    SUCCESS = "success"
    FAILURE = "failure"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    NOT_MODELLED = "action_required"


class NotModelledError(Exception):
    """Something that GitHub would do and the sandbox cannot: its message says what."""


class StepFailedError(Exception):
    """A step failed before or beside its process: its message is for the log."""


@dataclass(frozen=True, slots=True)
class JobEnd:
    """How a job, or a leg of one, ended."""

    result: Result
    outputs: Mapping[str, str] = field(default_factory=dict)
    log: str = ""


def worst(results: Iterable[Result]) -> Result:
    """Return how a job ended whose legs ended so; a job without legs was skipped."""
    found = set(results)
    for result in (Result.NOT_MODELLED, Result.FAILURE, Result.CANCELLED, Result.SUCCESS):
        if result in found:
            return result
    return Result.SKIPPED
