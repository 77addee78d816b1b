"""The merge freeze: while it stands, nothing is merged. There is one, and somebody owns it.

A person's freeze is stronger than a rollback's: it replaces that one, no rollback replaces
or lifts it, and neither does another person's, so that no reason is lost. A rollback sets
its own in the script that claims it (`rollbacks.py`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from redis import Redis

from shiploop.domain.timestamps import from_iso, iso_ms
from shiploop.stores import keys
from shiploop.stores.scripts import load_script

_ROLLBACK = "rollback:"  # begins every owner that is no person


@dataclass(frozen=True, slots=True)
class FreezeState:
    """Why nothing is merged, who said so, and since when."""

    reason: str
    owner: str
    since: datetime | None


class Freeze:
    """Reads and sets the freeze."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._set = redis.register_script(load_script("set_freeze"))
        self._lift_if_owned = redis.register_script(load_script("lift_freeze_if_owned"))

    def reason(self) -> str | None:
        """Why merges are frozen, None when they are not."""
        return cast(str | None, self._redis.hget(keys.FREEZE, "reason"))

    def read(self) -> FreezeState | None:
        """The freeze that stands, None when merges go on."""
        return _state(self._redis.hgetall(keys.FREEZE))

    def set(self, reason: str, owner: str) -> bool:
        """Freeze merges in a person's name, until somebody lifts it.

        False when another person's freeze stands already; one's own gets the new reason.
        """
        arguments = [reason, owner, iso_ms(datetime.now(UTC)), _ROLLBACK]
        return bool(self._set(keys=[keys.FREEZE], args=arguments))

    def lift(self) -> FreezeState | None:
        """Let merges go on, whoever froze them; the freeze that stood, None when none did."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hgetall(keys.FREEZE)
            pipe.delete(keys.FREEZE)
            return _state(pipe.execute()[0])

    def lift_if_owned(self, owner: str) -> bool:
        """Let merges go on if this owner froze them; False when it did not, or does no more."""
        return bool(self._lift_if_owned(keys=[keys.FREEZE], args=[owner]))


def _state(stored: object) -> FreezeState | None:
    fields = cast(dict[str, str], stored)
    if not fields:
        return None
    # Somebody may have set it with redis-cli: the reason is all that a freeze needs.
    since = fields.get("since")
    return FreezeState(
        reason=fields.get("reason", ""),
        owner=fields.get("owner", "unknown"),
        since=from_iso(since) if since else None,
    )
