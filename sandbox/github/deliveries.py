"""Delivery of events to webhooks: signed, in order for each hook, never repeated.

Sources: https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers,
https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries and
https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
(a receiver has ten seconds, and GitHub does not deliver again).
"""

import collections
import contextlib
import dataclasses
import hashlib
import hmac
import http.client
import json
import logging
import queue
import threading
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sandbox.faults import Fault, Faults
from sandbox.github.entities import Hook
from sandbox.schedule import Schedule

TIMEOUT_S = 10.0
LATE_S = 5.0
_KEPT = 200
_LOGGER = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver an event; `status_code` 0 when nobody answered."""

    id: int
    guid: str
    event: str
    action: str | None
    repository_id: int
    delivered_at: datetime
    duration_s: float
    status_code: int
    status: str


@dataclasses.dataclass(frozen=True, slots=True)
class _Parcel:
    hook: Hook
    event: str
    guid: str
    body: Mapping[str, object]


class Deliveries:
    """One queue and one thread for each hook, so that a slow receiver delays only itself."""

    def __init__(self, faults: Faults, schedule: Schedule) -> None:
        self._faults = faults
        self._schedule = schedule
        self._queues: dict[int, queue.SimpleQueue[_Parcel | None]] = {}
        self._done: dict[int, collections.deque[Delivery]] = {}

    def send(self, hook: Hook, event: str, body: Mapping[str, object]) -> None:
        """Hand an event over for delivery; returns at once."""
        if self._faults.take(Fault.WEBHOOKS_LOST):
            return
        parcel = _Parcel(hook, event, str(uuid.uuid4()), body)
        parcels = self._queue(hook)
        if self._faults.take(Fault.WEBHOOKS_LATE):
            self._schedule.after(LATE_S, lambda: parcels.put(parcel))
            return
        parcels.put(parcel)
        if self._faults.take(Fault.WEBHOOKS_DUPLICATED):
            parcels.put(parcel)

    def recent(self, hook: Hook) -> tuple[Delivery, ...]:
        """Return a hook's last deliveries, newest first."""
        return tuple(reversed(self._done.get(hook.id, ())))

    def stop(self) -> None:
        """Deliver nothing more."""
        for parcels in self._queues.values():
            parcels.put(None)

    def _queue(self, hook: Hook) -> "queue.SimpleQueue[_Parcel | None]":
        if hook.id not in self._queues:
            self._queues[hook.id] = queue.SimpleQueue()
            self._done[hook.id] = collections.deque(maxlen=_KEPT)
            name = f"hook-{hook.id}"
            threading.Thread(target=self._serve, args=(hook,), name=name, daemon=True).start()
        return self._queues[hook.id]

    def _serve(self, hook: Hook) -> None:
        parcels = self._queues[hook.id]
        while (parcel := parcels.get()) is not None:
            self._done[hook.id].append(self._deliver(parcel))

    def _deliver(self, parcel: _Parcel) -> Delivery:
        started = datetime.now(UTC)
        try:
            status_code, status = _post(parcel)
        except (OSError, http.client.HTTPException) as error:
            _LOGGER.info("hook %s did not take %s: %r", parcel.hook.url, parcel.event, error)
            status_code, status = (
                0,
                "timed out" if isinstance(error, TimeoutError) else "failed to connect",
            )
        action = parcel.body.get("action")
        return Delivery(
            id=uuid.UUID(parcel.guid).int >> 76,
            guid=parcel.guid,
            event=parcel.event,
            action=action if isinstance(action, str) else None,
            repository_id=_repository_id(parcel),
            delivered_at=started,
            duration_s=(datetime.now(UTC) - started).total_seconds(),
            status_code=status_code,
            status=status,
        )


def signature(secret: str, body: bytes) -> str:
    """Return the value of `X-Hub-Signature-256` for these raw bytes."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _repository_id(parcel: _Parcel) -> int:
    repository = parcel.body.get("repository")
    return int(repository["id"]) if isinstance(repository, dict) else 0


def _post(parcel: _Parcel) -> tuple[int, str]:
    """Deliver, and return what was answered: the status and its reason.

    By a connection of its own: a kept one that the receiver just closed would lose the event, as
    nothing is delivered again. Raises OSError and HTTPException.
    """
    url = urlsplit(parcel.hook.url)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    content = json.dumps(parcel.body, separators=(",", ":")).encode()
    with contextlib.closing(kind(url.netloc, timeout=TIMEOUT_S)) as connection:
        target = f"{url.path or '/'}{'?' if url.query else ''}{url.query}"
        connection.request("POST", target, content, _headers(parcel, content))
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.reason or "OK"


def _headers(parcel: _Parcel, content: bytes) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/sandbox",
        "X-GitHub-Event": parcel.event,
        "X-GitHub-Delivery": parcel.guid,
        "X-GitHub-Hook-ID": str(parcel.hook.id),
        "X-GitHub-Hook-Installation-Target-ID": str(_repository_id(parcel)),
        "X-GitHub-Hook-Installation-Target-Type": "repository",
    }
    if parcel.hook.secret:
        headers["X-Hub-Signature-256"] = signature(parcel.hook.secret, content)
    return headers
