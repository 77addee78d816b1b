"""What looking at production came to: one probe's result, and the results of one sample."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from shiploop.domain.timestamps import from_iso


class ProbeVerdict(StrEnum):
    """An error of the probe itself is inconclusive: it says nothing about what it looks at."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class ProbeScope(StrEnum):
    """What a probe looks at, and so what its failure says.

    A deploy can break the SITE. No merge of ours can break the PLATFORM, so that its failing
    means an outage. What is only OBSERVED decides nothing.
    """

    SITE = "site"
    PLATFORM = "platform"
    OBSERVED = "observed"


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One probe's verdict, with the evidence for it in a sentence."""

    name: str
    verdict: ProbeVerdict
    evidence: str
    scope: ProbeScope = ProbeScope.SITE


@dataclass(frozen=True, slots=True)
class Sample:
    """Every probe once; `live_sha` is what was live at the time, None where nobody knows."""

    at: datetime
    live_sha: str | None
    results: tuple[ProbeResult, ...]

    @property
    def failing(self) -> tuple[str, ...]:
        """The probes that failed, without those that decide nothing."""
        return tuple(
            one.name
            for one in self.results
            if one.verdict is ProbeVerdict.FAIL and one.scope is not ProbeScope.OBSERVED
        )


def write_sample(taken: Sample) -> str:
    """The sample as JSON."""
    fields = {**asdict(taken), "at": taken.at.isoformat()}
    return json.dumps(fields, ensure_ascii=False)


def read_sample(text: str) -> Sample:
    """Read what `write_sample` wrote. Raises ValueError, KeyError or TypeError."""
    fields = json.loads(text)
    results = (
        ProbeResult(
            one["name"],
            ProbeVerdict(one["verdict"]),
            one["evidence"],
            ProbeScope(one["scope"]),
        )
        for one in fields["results"]
    )
    return Sample(from_iso(fields["at"]), fields["live_sha"], tuple(results))
