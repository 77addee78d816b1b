"""One run: where its time went, what happened to it, and why it is not merged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import streamlit as st

from dashboard import charts, formatting
from dashboard.latency import within_target
from dashboard.links import task_links
from dashboard.live import live
from dashboard.markup import Html, badge, facts, joined, link, table, text, view_link, ways
from shiploop.bootstrap import Services
from shiploop.domain.delivery.stages import TARGETS_MS, over_target_ms, stages_ms
from shiploop.domain.delivery.task import Status
from shiploop.domain.delivery.task_record import TaskRecord
from shiploop.stores.events import EventKind, Events, TaskEvent

_KINDS: Final[Mapping[EventKind, str]] = {
    EventKind.QUEUED: "was accepted",
    EventKind.RUNNING: "a runner took it",
    EventKind.STAGE: "began a stage",
    EventKind.NOTED: "learnt",
    EventKind.WAITING: "was parked",
    EventKind.APPROVED: "somebody approved it",
    EventKind.GOES_ON: "goes on",
    EventKind.CANCEL_REQUESTED: "somebody asked to cancel it",
    EventKind.SETTLED: "ended",
}


# Told by the facts of the run, or of no use to people.
_SHOWN_ABOVE: Final = frozenset({"answer_kind", "heads", "pull_id", "reasons"})


@dataclass(frozen=True, slots=True)
class Found:
    """What the page shows, read at one moment."""

    now: datetime
    task: TaskRecord
    events: tuple[TaskEvent, ...]
    freeze: str | None
    links: Html


def show(task_id: str) -> None:
    """The page of one run."""
    st.html(ways(view_link("← All runs")))
    live(partial(_read, task_id), partial(_draw, task_id))


def _read(task_id: str, services: Services, now: datetime) -> Found | None:
    task = services.tasks.read(task_id)
    if task is None:
        return None
    events = Events(services.redis).since(task_id).events
    links = task_links(task, services)
    return Found(now, task, events, services.freeze.reason(), links)


def _draw(task_id: str, found: Found | None) -> None:
    if found is None:
        known = f"No run {task_id} is known: it never was, or it ended more than a day ago."
        st.info(formatting.format_markdown(known))
        return
    task = found.task
    st.html(Html(f"<h1 class='ship-title'>{text(task.title)}</h1>"))
    st.html(ways(_status(task), found.links))
    _draw_reason(found)
    _draw_facts(found)
    st.subheader("Where the time went", anchor=False)
    took = stages_ms(task)
    if took:
        charts.draw(charts.run_waterfall(took), "The stages of this run")
        st.html(_stages(took))
    else:
        st.info("No stage has ended yet.")
    st.subheader("What happened", anchor=False)
    st.html(_events(found))


def _status(task: TaskRecord) -> Html:
    return badge(task.status, formatting.STATUS_TONES[task.status])


def _draw_reason(found: Found) -> None:
    why = formatting.format_reason(found.task, found.freeze)
    if why is None:
        return
    merged = found.task.state == "merged"
    st.subheader("Why is it not done?" if merged else "Why not merged?", anchor=False)
    show_it = st.error if found.task.status is Status.ERROR else st.info
    show_it(formatting.format_markdown(why))


def _draw_facts(found: Found) -> None:
    task = found.task
    asked = formatting.format_clock(task.created_at)
    told = {
        "Task": task.task_id,
        "Asked": f"{asked} ({formatting.format_ago(task.created_at, found.now)})",
        "TTE": None if task.tte_ms is None else formatting.format_seconds(task.tte_ms),
        "Waited": formatting.format_waited(task, found.now),
        "Who decides": formatting.format_level(task),
        "Because": " ".join(task.reasons or ()) or None,
        "Approved by": task.approved_by,
        "Merged as": task.merge_sha,
        "Answer by": formatting.format_answer_by(task),
        "Not by the model": task.model_problem,
        "Runner": task.runner_id,
        "Simulated": "yes, it never happened" if task.simulated else None,
        "Rollback": task.rollback,
        "Rolled back in": None if task.trb_ms is None else formatting.format_seconds(task.trb_ms),
    }
    st.html(facts({name: value for name, value in told.items() if value is not None}))


def _stages(took: Mapping[str, int]) -> Html:
    rows = [
        [
            text(stage),
            within_target(stage, took_ms),
            text(formatting.format_seconds(took_ms)),
            text(formatting.format_seconds(TARGETS_MS.get(stage))),
            text(formatting.format_excess(over_target_ms(stage, took_ms))),
        ]
        for stage, took_ms in took.items()
    ]
    return table(["Stage", "Within its target?", "#Took", "#Target", "#Over target"], rows)


def _events(found: Found) -> Html:
    begun = found.task.created_at
    rows = [
        [
            text(formatting.format_clock(event.at)),
            text(formatting.format_seconds((event.at - begun).total_seconds() * 1000)),
            text(_KINDS[event.kind]),
            _changes(event.changes),
        ]
        for event in found.events
    ]
    return table(["At (UTC)", "#After", "What", "Details"], rows)


def _changes(changes: Mapping[str, str]) -> Html:
    shown = {name: value for name, value in changes.items() if name not in _SHOWN_ABOVE}
    return joined(_change(name, value) for name, value in shown.items())


def _change(name: str, value: str) -> Html:
    shown = link(value, value) if name.endswith("_url") else text(value)
    return Html(f"<div>{text(formatting.format_spaced(name))}: {shown}</div>")
