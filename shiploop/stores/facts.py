"""What GitHub says of a commit: stored first, then published, then waited for.

What was read from GitHub is known; what a webhook tells is a hint, which somebody has to confirm.
"""

import json
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from redis import Redis
from redis.client import Pipeline, PubSub
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from shiploop.domain.delivery.checks import NOTHING_KNOWN, Check, KnownChecks
from shiploop.domain.delivery.pull_request import HeadChecks
from shiploop.domain.delivery.reruns import Rerun
from shiploop.domain.delivery.webhook_facts import (
    CheckFact,
    DeployFact,
    DeployState,
    Fact,
    PushFact,
    QueueFact,
    ReviewFact,
    RulesFact,
    read_deploy_state,
)
from shiploop.domain.timestamps import from_iso
from shiploop.stores import check_fields, keys

RULES = "rules"  # who watches these is told that the repository's rules may have changed

_CONFLICT_FIELD = "conflict"
_HEAD_FIELD = "head"
_BASE_FIELD = "base"
_CHECKS_FIELD = "checks"
_READS_FIELD = "reads"
_ENQUEUED_FIELD = "enqueued"
_DEPLOYED_FIELD = "deployed"
_HINT_PREFIX = "hint:"
_RERUN_PREFIX = "rerun:"
_DEPLOY_PREFIX = "deploy:"
_LISTEN_TIMEOUT_S = 1.0  # how soon a stop is noticed
_RECONNECT_S = 0.5
# A server that is gone without a word would never be heard of again: whoever listens sends nothing.
_SILENT_S = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """All that is known of one commit, and what webhooks have told of it.

    Deploys are told, and `deployed` was read, by environment; `reads` counts how often its checks
    were read. `enqueued_at` is when we have put it into a merge queue, by GitHub's clock.
    """

    checks: KnownChecks = NOTHING_KNOWN
    told_checks: tuple[Check, ...] = ()
    told_deploy_states: dict[str, DeployState] = field(default_factory=dict)
    conflicting: bool = False
    other_base: str | None = None
    reruns: tuple[Rerun, ...] = ()
    reads: int = 0
    enqueued_at: datetime | None = None
    deployed: dict[str, DeployState] = field(default_factory=dict)


class Facts:
    """Records facts, and wakes those who wait for one."""

    def __init__(self, redis: Redis, blocking: Redis) -> None:
        self._redis = redis
        self._blocking = blocking
        self._waiters: dict[str, set[threading.Event]] = defaultdict(set)
        self._lock = threading.Lock()

    def record(self, heads: Iterable[HeadChecks]) -> None:
        """Store what was read, then say so: a waiter registers, reads, and only then waits."""
        with self._redis.pipeline(transaction=True) as pipe:
            for head in heads:
                fields = {_CHECKS_FIELD: check_fields.write_known(head.checks)}
                if head.conflicting:
                    fields[_CONFLICT_FIELD] = "1"
                if head.deployed:
                    fields[_DEPLOYED_FIELD] = json.dumps(head.deployed)
                if head.other_base is not None:
                    fields[_BASE_FIELD] = head.other_base
                pipe.hincrby(keys.fact(head.sha), _READS_FIELD, 1)
                _queue(pipe, head.sha, fields)
            pipe.execute()

    def record_delivery(self, delivery_id: str, facts: Iterable[Fact]) -> bool:
        """Record the hints of a webhook; False when this delivery was recorded before."""
        if self._redis.exists(keys.delivery(delivery_id)):
            return False
        with self._redis.pipeline(transaction=True) as pipe:
            # Together, so that a delivery is never marked as taken whose facts are lost.
            pipe.set(keys.delivery(delivery_id), "1", ex=keys.DELIVERY_TTL_S)
            for fact in facts:
                if isinstance(fact, ReviewFact):
                    pipe.sadd(keys.WAITING_HINTS, fact.task_id)
                    continue
                if isinstance(fact, RulesFact):
                    pipe.publish(keys.FACTS_CHANNEL, RULES)
                    continue
                if isinstance(fact, QueueFact):
                    pipe.publish(keys.FACTS_CHANNEL, fact.sha)
                    continue
                subject = fact.ref if isinstance(fact, PushFact) else fact.sha
                _queue(pipe, subject, dict([_field_of(fact)]))
            pipe.execute()
        return True

    def claim_rerun(self, sha: str, number: int, rerun: Rerun) -> bool:
        """Note that a workflow run is run again, for this time; False when somebody has before."""
        name = _rerun_name(number, rerun)
        return bool(self._redis.hsetnx(keys.fact(sha), name, check_fields.write_rerun(rerun)))

    def note_rerun(self, sha: str, number: int, rerun: Rerun) -> None:
        """Correct what is noted of it."""
        name = _rerun_name(number, rerun)
        self._redis.hset(keys.fact(sha), name, check_fields.write_rerun(rerun))

    def forget_rerun(self, sha: str, number: int, rerun: Rerun) -> None:
        """Take back that it is run again: GitHub has never heard of it."""
        self._redis.hdel(keys.fact(sha), _rerun_name(number, rerun))

    def note_enqueued(self, sha: str, at: datetime) -> None:
        """Note that a head was put into a merge queue: an attempt after this one waits there."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.fact(sha), _ENQUEUED_FIELD, at.isoformat())
            pipe.expire(keys.fact(sha), keys.FACT_TTL_S)
            pipe.execute()

    def forget_enqueued(self, sha: str) -> None:
        """Take that back: it has left the queue."""
        self._redis.hdel(keys.fact(sha), _ENQUEUED_FIELD)

    def forget_conflict(self, sha: str) -> None:
        """Take back that a head conflicts: its base has changed since."""
        self._redis.hdel(keys.fact(sha), _CONFLICT_FIELD)

    def known(self, sha: str) -> KnownFacts:
        """All that is known and told of a commit now."""
        stored = cast(dict[str, str], self._redis.hgetall(keys.fact(sha)))
        checks = stored.get(_CHECKS_FIELD)
        return KnownFacts(
            NOTHING_KNOWN if checks is None else check_fields.read_known(checks),
            tuple(map(check_fields.read_check, _named(stored, _HINT_PREFIX))),
            {
                name.removeprefix(_DEPLOY_PREFIX): read_deploy_state(state)
                for name, state in stored.items()
                if name.startswith(_DEPLOY_PREFIX)
            },
            _CONFLICT_FIELD in stored,
            stored.get(_BASE_FIELD),
            tuple(map(check_fields.read_rerun, _named(stored, _RERUN_PREFIX))),
            int(stored.get(_READS_FIELD, "0")),
            _moment(stored.get(_ENQUEUED_FIELD)),
            {
                name: read_deploy_state(state)
                for name, state in json.loads(stored.get(_DEPLOYED_FIELD, "{}")).items()
            },
        )

    @contextmanager
    def watching(self, sha: str) -> Iterator[threading.Event]:
        """An event that is set whenever something new is known of a commit, a branch or RULES."""
        event = threading.Event()
        with self._lock:
            self._waiters[sha].add(event)
        try:
            yield event
        finally:
            with self._lock:
                self._waiters[sha].discard(event)
                if not self._waiters[sha]:
                    del self._waiters[sha]

    def listen(self, stopping: threading.Event) -> None:
        """Wake waiters until told to stop; blocks, so it wants a thread of its own."""
        while not stopping.is_set():
            try:
                self._listen_once(stopping)
            except RedisError as error:
                log.warning("webhooks are not heard of for a moment: %s", error)
                stopping.wait(_RECONNECT_S)

    def _listen_once(self, stopping: threading.Event) -> None:
        with PubSub(self._blocking.connection_pool) as pubsub:
            pubsub.subscribe(keys.FACTS_CHANNEL)
            heard_at = time.monotonic()
            while not stopping.is_set():
                message = pubsub.get_message(timeout=_LISTEN_TIMEOUT_S)
                if message is not None:
                    heard_at = time.monotonic()
                    self._hear(message["type"], str(message["data"]))
                elif time.monotonic() - heard_at > _SILENT_S:
                    raise RedisTimeoutError(f"not heard of for {_SILENT_S:g} s, although asked")
                else:
                    pubsub.ping()

    def _hear(self, kind: str, data: str) -> None:
        if kind == "message":
            self._wake(data)
        elif kind == "subscribe":
            # We are subscribed now, or again: redis-py mends a lost connection by itself.
            # What was published until now is in the hashes.
            self._wake_all()

    def _wake(self, sha: str) -> None:
        with self._lock:
            for event in self._waiters.get(sha, ()):
                event.set()

    def _wake_all(self) -> None:
        with self._lock:
            for events in self._waiters.values():
                for event in events:
                    event.set()


def _moment(stored: str | None) -> datetime | None:
    return None if stored is None else from_iso(stored)


def _rerun_name(number: int, rerun: Rerun) -> str:
    return f"{_RERUN_PREFIX}{rerun.workflow_run}:{number}"


def _named(stored: Mapping[str, str], prefix: str) -> Iterator[str]:
    return (value for name, value in stored.items() if name.startswith(prefix))


def _queue(pipe: Pipeline, subject: str, fields: Mapping[str, str]) -> None:
    for name, value in fields.items():
        pipe.hset(keys.fact(subject), name, value)
    pipe.expire(keys.fact(subject), keys.FACT_TTL_S)
    pipe.publish(keys.FACTS_CHANNEL, subject)


def _field_of(fact: CheckFact | DeployFact | PushFact) -> tuple[str, str]:
    match fact:
        case CheckFact(check=check):
            name = f"{_HINT_PREFIX}{check_fields.hint_name(check)}"
            return name, check_fields.write_check(check)
        case DeployFact(environment=environment, state=state):
            return f"{_DEPLOY_PREFIX}{environment}", state
        case PushFact(sha=sha):
            return _HEAD_FIELD, sha
