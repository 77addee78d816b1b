"""An issue on GitHub."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue, where to read it and what it says."""

    number: int
    url: str
    body: str
