"""Commits on the branch that is deployed, and what one changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

# What a commit does to files: their new content by path, None where one is deleted.
Changes = Mapping[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit on the branch."""

    sha: str
    headline: str
    body: str
    committed_at: datetime


@dataclass(frozen=True, slots=True)
class CannotUndo:
    """Today's files have changed where a commit did: a person has to look."""

    reason: str
