"""What an agent has shipped and keeps true, and how each piece stands against the files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shiploop.domain.delivery.change import Sighting, Source


class Standing(StrEnum):
    """How something that was shipped stands against the files that it was made of."""

    CURRENT = "current"
    CHANGED = "changed"
    MOVED = "moved"
    GONE = "gone"
    EDITED = "edited"  # by a person, whose word stands
    ASKED = "asked again"
    LEFT = "left as it is"  # asked again, and nothing was merged

    @property
    def is_due(self) -> bool:
        """True when it says something that the files do not say so any more."""
        return self in (Standing.CHANGED, Standing.MOVED, Standing.GONE)


@dataclass(frozen=True, slots=True)
class Noted:
    """What an earlier sweep has noted of one piece, each as `Kept.made_of` told it; "" for nothing.

    `made_of` is what it was made of, `asked` what the files had when it was asked again.
    """

    made_of: str = ""
    asked: str = ""


# What is noted of each piece, by its key; asked with the task that has shipped each.
Recall = Callable[[Mapping[str, str]], Mapping[str, Noted]]


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that an agent has shipped, as it stands in today's files.

    `key` names it whatever becomes of it, `task_id` the task that has shipped it as it is.
    `made_of` is a hash of it and of what it cites, as both are today. `request` is what to ask of
    the agent, as JSON, where that is due now.
    """

    key: str
    title: str
    task_id: str
    place: Sighting
    sources: tuple[Source, ...]
    standing: Standing
    made_of: str
    request: Mapping[str, Any] | None = None
