"""The numbers of the rollbacks, by the UTC day on which each was decided."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import cast

from redis import Redis

from shiploop.domain.objectives.report import RollbackNumbers
from shiploop.domain.production.rollback import RollbackCase, RollbackStatus, TrbSplit
from shiploop.stores import keys
from shiploop.stores.metrics import Metrics

TRB_PARTS = ("detect", "decide", "revert", "deploy", "verify", "total")


class RollbackMetrics:
    """Writes and reads them. Written again, by a run that is resumed, a rollback counts once."""

    def __init__(self, redis: Redis, metrics: Metrics) -> None:
        self._redis = redis
        self._metrics = metrics

    def record(self, case: RollbackCase, status: RollbackStatus, trb: TrbSplit | None) -> None:
        """Count a rollback that has ended."""
        day, ttl_s = case.decided_at.date(), self._metrics.retention_s
        ended = keys.metrics("rollbacks", day)
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(ended, case.lead_sha, str(status))
            pipe.expire(ended, ttl_s)
            for part in TRB_PARTS if trb is not None else ():
                name = keys.metrics(f"trb:{part}", day)
                pipe.zadd(name, {case.lead_sha: getattr(trb, f"{part}_ms")})
                pipe.expire(name, ttl_s)
            pipe.execute()

    def read(self, days: Sequence[date]) -> RollbackNumbers:
        """The numbers of these days."""
        with self._redis.pipeline(transaction=False) as pipe:
            for day in days:
                pipe.hvals(keys.metrics("rollbacks", day))
            told = cast(list[list[str]], pipe.execute())
        by_status = Counter(status for statuses in told for status in statuses)
        trb = self._metrics.percentiles_of([f"trb:{part}" for part in TRB_PARTS], days)
        return RollbackNumbers(
            dict(by_status), {name.removeprefix("trb:"): took for name, took in trb.items()}
        )
