"""The numbers as people read them: the API, the dashboard and the reviews all show these."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shiploop.domain.objectives.alerts import Alert
from shiploop.domain.objectives.slo import Burn, Counted, Slo, SloState


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Nearest-rank percentiles in ms of `count` values; all 0 where there are none."""

    count: int
    p50: int = 0
    p95: int = 0
    p99: int = 0


@dataclass(frozen=True, slots=True)
class RollbackNumbers:
    """How many rollbacks ended how, and the time to roll back of the healthy ones, by part."""

    by_status: Mapping[str, int]
    trb_ms: Mapping[str, Percentiles]


@dataclass(frozen=True, slots=True)
class Settled:
    """How many tasks of an agent, or of all, ended how; TTE is of the merged ones."""

    success: int
    failure: int
    declined: int
    tte: Percentiles

    @property
    def total(self) -> int:
        """Those that count: a declined question is neither success nor failure."""
        return self.success + self.failure

    @property
    def success_rate_percent(self) -> float:
        """As the RFC has it (5.3.4): two digits, and 0 where there is nothing."""
        return round(100 * self.success / self.total, 2) if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the tasks that settled on these days; `waited` is of those once parked."""

    days: tuple[date, ...]
    total: Settled
    agents: Mapping[str, Settled]
    stages: Mapping[str, Percentiles]
    failures: Mapping[str, int]
    generators: Mapping[str, int]
    ci: Counted
    merges: Counted
    rollbacks: RollbackNumbers
    waited: Percentiles = Percentiles(0)


@dataclass(frozen=True, slots=True)
class SloStatus:
    """How one objective stands now, over its period.

    `value` is the percentile in ms, or the share of good events; None where too few events
    make it no more than a guess. `burns` has what was counted in each pair of windows.
    """

    slo: Slo
    state: SloState
    counted: Counted
    value: float | None
    budget_left: float | None
    burn_rate: float | None
    burns: tuple[Burn, ...]
    alerts: tuple[Alert, ...]
