"""Workers: who works, how much more they could do, and what waits for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from dashboard import formatting
from dashboard.cards import Card, draw_cards
from dashboard.live import live
from dashboard.markup import Html, badge, table, text
from shiploop.bootstrap import Services
from shiploop.stores.freeze import FreezeState
from shiploop.stores.heartbeats import Heartbeat


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the page shows, read at one moment."""

    now: datetime
    beats: tuple[Heartbeat, ...]
    capacity: int
    queued: int
    queue_limit: int
    oldest_at: datetime | None
    freeze: FreezeState | None

    @property
    def living(self) -> tuple[Heartbeat, ...]:
        """Those that are alive."""
        return tuple(beat for beat in self.beats if beat.alive(self.now))


def show() -> None:
    """The page."""
    st.title("Workers", anchor=False)
    st.caption("Runners show a sign of life every five seconds.")
    live(_read, _draw)


def _read(services: Services, now: datetime) -> Numbers:
    beats = services.heartbeats.all()
    return Numbers(
        now=now,
        beats=beats,
        capacity=services.settings.runner_concurrency * sum(beat.alive(now) for beat in beats),
        queued=services.task_queue.backlog(),
        queue_limit=services.settings.queue_limit,
        oldest_at=services.task_queue.oldest_at(),
        freeze=services.freeze.read(),
    )


def _draw(numbers: Numbers) -> None:
    draw_cards(list(_cards(numbers)))
    st.subheader("Runners", anchor=False)
    if numbers.beats:
        st.html(_runners(numbers))
    else:
        st.warning("No runner has shown a sign of life: questions are taken, and wait.")
    st.subheader("Merges", anchor=False)
    _draw_freeze(numbers)


def _cards(numbers: Numbers) -> Iterator[Card]:
    alive, silent = len(numbers.living), len(numbers.beats) - len(numbers.living)
    running = sum(beat.running for beat in numbers.living)
    yield Card("Runners", str(alive), *formatting.format_runners(alive, silent))
    capacity = f"{running:,} of {numbers.capacity:,}"
    yield Card("Running", capacity, *_room(running, numbers.capacity))
    yield Card("In the queue", f"{numbers.queued:,}", f"{numbers.queue_limit:,} at most", "gray")
    if numbers.oldest_at is None:
        yield Card("Oldest in the queue", "none", "empty", "green")
    else:
        age = formatting.format_span(numbers.now - numbers.oldest_at)
        yield Card("Oldest in the queue", age, "waits or is worked on", "gray")


def _room(running: int, capacity: int) -> tuple[str, formatting.Tone]:
    if not capacity:
        return "no capacity", "red"
    return ("full", "orange") if running >= capacity else ("free", "green")


def _runners(numbers: Numbers) -> Html:
    rows = [
        [
            text(beat.runner_id),
            badge(beat.state, "green" if beat.state == "ready" else "orange")
            if beat.alive(numbers.now)
            else badge("silent", "red"),
            text(f"{beat.running:,}"),
            text(formatting.format_memory(beat.resident_bytes)),
            text(formatting.format_ago(beat.at, numbers.now)),
        ]
        for beat in numbers.beats
    ]
    return table(["Runner", "State", "#Running", "#Memory", "#Last sign of life"], rows)


def _draw_freeze(numbers: Numbers) -> None:
    freeze = numbers.freeze
    if freeze is None:
        st.success("Merges go on: nobody has frozen them.")
        return
    since = f" since {formatting.format_clock(freeze.since)}" if freeze.since else ""
    st.warning(
        formatting.format_markdown(f"Merges are frozen by {freeze.owner}{since}: {freeze.reason}")
    )
