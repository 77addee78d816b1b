"""What people asked for and did not get, by what the documents lack."""

from dataclasses import dataclass
from datetime import datetime

from shiploop.domain.delivery.change import Source


@dataclass(frozen=True, slots=True)
class DeclinedRequest:
    """A request that was declined, or whose answer a person has rejected."""

    task_id: str
    title: str
    reason: str
    at: datetime
    closest: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Requests that ask for one thing.

    `title` is the one that was made most often, `others` are a few of the rest, and `closest` is
    the section that came nearest.
    """

    title: str
    count: int
    last_at: datetime
    others: tuple[str, ...] = ()
    closest: Source | None = None
