"""What was declined of late: a stream for each agent, from which gaps are found."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, cast

from redis import Redis

from shiploop.domain.delivery.change import Source
from shiploop.domain.limits import MAX_DECLINED
from shiploop.domain.timestamps import from_iso, iso_ms
from shiploop.domain.upkeep.gap import DeclinedRequest
from shiploop.stores import keys

_REVIEW_LEASE_S = 60  # writing takes a second: whoever has begun it has died by then


class DeclinedRequests:
    """Keeps the newest of them."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def note(self, agent: str, declined: DeclinedRequest) -> None:
        """Keep what was declined, beside as many others as there may be."""
        fields: dict[Any, Any] = {
            "task_id": declined.task_id,
            "title": declined.title,
            "reason": declined.reason,
            "at": iso_ms(declined.at),
            "closest": json.dumps([asdict(each) for each in declined.closest], ensure_ascii=False),
        }
        stream = keys.declined(agent)
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.xadd(stream, fields, maxlen=MAX_DECLINED, approximate=False)
            pipe.expire(stream, keys.DECLINED_TTL_S)
            pipe.execute()

    def version(self, agent: str) -> str:
        """Another one whenever something is declined."""
        newest = self._redis.xrevrange(keys.declined(agent), count=1)
        return cast(list[tuple[str, object]], newest)[0][0] if newest else ""

    def between(self, agent: str, begin: datetime, end: datetime) -> list[DeclinedRequest]:
        """What was declined from then until then, oldest first."""
        told = cast(list[tuple[str, dict[str, str]]], self._redis.xrange(keys.declined(agent)))
        found = [_read(fields) for _, fields in told]
        return [each for each in found if begin <= each.at < end]

    def begin_review(self, agent: str, first_day: date) -> bool:
        """True for the one who is to write the review that begins on this day now."""
        review = keys.gap_review(agent, first_day)
        return bool(self._redis.set(review, "begun", nx=True, ex=_REVIEW_LEASE_S))

    def note_review(self, agent: str, first_day: date) -> None:
        """Note that the review was written."""
        self._redis.set(keys.gap_review(agent, first_day), "1", ex=keys.REVIEW_TTL_S)


def _read(fields: dict[str, str]) -> DeclinedRequest:
    closest = tuple(Source(**one) for one in json.loads(fields["closest"]))
    at = from_iso(fields["at"])
    return DeclinedRequest(fields["task_id"], fields["title"], fields["reason"], at, closest)
