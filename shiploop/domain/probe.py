"""What looking at one part of production came to."""

from dataclasses import dataclass
from enum import StrEnum


class ProbeVerdict(StrEnum):
    """An error of the probe itself is inconclusive: it says nothing about what it looks at."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One probe's verdict, with the evidence for it in a sentence."""

    name: str
    verdict: ProbeVerdict
    evidence: str
