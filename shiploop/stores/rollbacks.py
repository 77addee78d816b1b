"""Rollbacks: one per merge commit, one at a time, each with its case, its way and its end."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from redis import Redis

from shiploop.domain.production.rollback import (
    RollbackCase,
    RollbackStatus,
    freeze_owner,
    read_case,
    write_case,
)
from shiploop.domain.timestamps import from_iso, iso_ms
from shiploop.stores import keys
from shiploop.stores.scripts import load_script


@dataclass(frozen=True, slots=True)
class Rollback:
    """A rollback as it stands. `run_id` is the flow run that does it, once there is one."""

    case: RollbackCase
    status: RollbackStatus
    fields: dict[str, str]

    @property
    def run_id(self) -> str | None:
        return self.fields.get("run_id")

    def reached_at(self, status: RollbackStatus) -> datetime | None:
        """When it first had this status, None when it never had."""
        found = self.fields.get(f"{status}_at")
        return from_iso(found) if found else None


class Rollbacks:
    """Reads and writes rollbacks."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._claim = redis.register_script(load_script("claim_rollback"))
        self._note = redis.register_script(load_script("note_rollback"))

    def claim(self, case: RollbackCase, now: datetime) -> str | None:
        """Begin a rollback and freeze merges; None when it is ours to do.

        Otherwise the lead sha of the rollback that is under way, or that has had one of
        these merges before: there is one per merge commit.
        """
        shas = [case.lead_sha, *(one.sha for one in case.suspects if one.sha != case.lead_sha)]
        names = [keys.ROLLBACK_ACTIVE, keys.FREEZE, *(keys.rollback(sha) for sha in shas)]
        arguments: list[str | int] = [
            case.lead_sha,
            write_case(case),
            iso_ms(now),
            keys.ROLLBACK_TTL_S,
            f"rolling back {case.lead_sha[:12]}: {case.reason}",
            freeze_owner(case.lead_sha),
        ]
        return cast(str, self._claim(keys=names, args=arguments)) or None

    def read(self, sha: str) -> Rollback | None:
        """The rollback that a merge belongs to."""
        stored = self._fields(sha)
        lead = stored.get("lead_sha")
        if lead is not None and lead != sha:
            stored = self._fields(lead)
        if "case" not in stored:
            return None
        status = RollbackStatus(stored["status"])
        return Rollback(read_case(stored["case"]), status, stored)

    def running(self) -> str | None:
        """The lead sha of the rollback that is under way."""
        return cast(str | None, self._redis.get(keys.ROLLBACK_ACTIVE))

    def note(self, lead_sha: str, status: RollbackStatus, now: datetime, **fields: str) -> bool:
        """Note how far a rollback has come, and what was learnt; False when it has ended."""
        flat = [part for item in fields.items() for part in item]
        names = [keys.rollback(lead_sha), keys.ROLLBACK_ACTIVE]
        lives: list[str | int] = [lead_sha, str(status), int(status.ended), iso_ms(now)]
        return bool(self._note(keys=names, args=[*lives, *flat]))

    def adopt(self, lead_sha: str, run_id: str) -> bool:
        """True when this flow run is the one that does the rollback, now or since before."""
        self._redis.hsetnx(keys.rollback(lead_sha), "run_id", run_id)
        return self._redis.hget(keys.rollback(lead_sha), "run_id") == run_id

    def note_merge(self, lead_sha: str, merge_sha: str) -> None:
        """Remember that a commit on main is a rollback: it is never rolled back itself."""
        self._redis.hset(keys.ROLLBACK_MERGES, merge_sha, lead_sha)

    def is_rollback(self, sha: str) -> bool:
        """True for the merge commit of a rollback of ours."""
        return bool(self._redis.hexists(keys.ROLLBACK_MERGES, sha))

    def mode(self) -> str | None:
        """What was set while running to be done about a broken deploy, None when nothing was."""
        return cast(str | None, self._redis.get(keys.ROLLBACK_MODE))

    def _fields(self, sha: str) -> dict[str, str]:
        return cast(dict[str, str], cast(Any, self._redis.hgetall(keys.rollback(sha))))
