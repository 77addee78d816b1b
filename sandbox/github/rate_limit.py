"""The primary rate limit: counted for each account and hour, told in every answer.

Sources: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api and
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

import dataclasses
from datetime import UTC, datetime, timedelta

LIMIT = 5000
_WINDOW = timedelta(hours=1)


@dataclasses.dataclass(frozen=True, slots=True)
class RateLimit:
    """Where an account stands with one resource ("core" or "graphql")."""

    resource: str
    used: int
    reset_at: datetime

    @property
    def remaining(self) -> int:
        """How much is left; the sandbox counts on but never refuses."""
        return max(0, LIMIT - self.used)

    def headers(self) -> dict[str, str]:
        """Return the headers of an answer."""
        return {
            "x-ratelimit-limit": str(LIMIT),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-used": str(self.used),
            "x-ratelimit-reset": str(int(self.reset_at.timestamp())),
            "x-ratelimit-resource": self.resource,
        }


class RateLimits:
    """What each account has used; the caller holds GitHub's lock."""

    def __init__(self) -> None:
        self._limits: dict[tuple[str, str], RateLimit] = {}

    def current(self, login: str, resource: str) -> RateLimit:
        """Return where the account stands."""
        now = datetime.now(UTC).replace(microsecond=0)
        limit = self._limits.get((login, resource))
        if limit is None or limit.reset_at <= now:
            return RateLimit(resource, 0, now + _WINDOW)
        return limit

    def spend(self, login: str, resource: str, cost: int = 1) -> RateLimit:
        """Count a call."""
        limit = self.current(login, resource)
        spent = dataclasses.replace(limit, used=limit.used + cost)
        self._limits[login, resource] = spent
        return spent
