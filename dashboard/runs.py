"""Runs: every question that was asked of late, newest first, and one of them in full."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import streamlit as st

from dashboard import formatting, run_page
from dashboard.links import task_links
from dashboard.live import live
from dashboard.markup import Html, badge, table, text, view_link, ways
from shiploop.bootstrap import Services
from shiploop.domain.delivery.task import FailureKind, Status
from shiploop.domain.delivery.task_record import TaskRecord
from shiploop.stores.task_index import TaskIndex, TaskPage

_PAGE: Final = 50
_LOOK_AT: Final = 500  # tasks that a filter looks at before it asks whether to go on


@dataclass(frozen=True, slots=True)
class Filter:
    """Which runs are asked for; None is any. `before` is where the page begins."""

    status: str | None
    failure: str | None
    before: int | None

    @property
    def is_open(self) -> bool:
        """True when every run is asked for."""
        return self.status is None and self.failure is None

    def wants(self, task: TaskRecord) -> bool:
        """Whether a run is asked for."""
        return (self.status is None or task.status == self.status) and (
            self.failure is None or task.failure_kind == self.failure
        )

    def query(self, **changes: str) -> dict[str, str]:
        """This view as the address has it, with changes."""
        asked = {"status": self.status, "failure": self.failure}
        return {name: value for name, value in asked.items() if value is not None} | changes


@dataclass(frozen=True, slots=True)
class Listed:
    """What the page shows, read at one moment."""

    now: datetime
    page: TaskPage
    links: tuple[Html, ...]


def show() -> None:
    """The page: of one run where the address names one, of all of them otherwise."""
    if task_id := st.query_params.get("task"):
        run_page.show(task_id)
        return
    st.title("Runs", anchor=False)
    st.caption("Newest first. A run is kept for a day after its last change.")
    asked = _ask()
    live(partial(_read, asked), partial(_draw, asked))


def _ask() -> Filter:
    status_column, failure_column = st.columns([3, 1])
    status = status_column.pills(
        "Status",
        [str(each) for each in Status],
        key="status",
        bind="query-params",
        on_change=_first_page,
    )
    failure = failure_column.selectbox(
        "Failure",
        [str(each) for each in FailureKind],
        index=None,
        placeholder="any",
        key="failure",
        bind="query-params",
        on_change=_first_page,
    )
    before = st.query_params.get("before", "")
    return Filter(status, failure, int(before) if before.isdigit() else None)


def _first_page() -> None:
    st.query_params.pop("before", None)


def _read(asked: Filter, services: Services, now: datetime) -> Listed:
    index = TaskIndex(services.redis)
    page = (
        index.page(_PAGE, asked.before)
        if asked.is_open
        else index.search(asked.wants, _PAGE, _LOOK_AT, asked.before)
    )
    links = tuple(task_links(task, services) for task in page.tasks)
    return Listed(now, page, links)


def _draw(asked: Filter, listed: Listed) -> None:
    if listed.page.tasks:
        st.html(_table(listed))
    else:
        st.info(_nothing(asked, listed.page))
    st.html(ways(*_further(asked, listed.page)))


def _further(asked: Filter, page: TaskPage) -> Iterator[Html]:
    if asked.before is not None:
        yield view_link("← Newest", **asked.query())
    if page.next_before is not None:
        yield view_link("Older →", **asked.query(before=str(page.next_before)))


def _nothing(asked: Filter, page: TaskPage) -> str:
    if page.next_before is not None:
        return f"None of the {_LOOK_AT} newest runs is one of these: older ones may be."
    if asked.before is not None:
        return "There are no older ones."
    return "No run yet: ask a question." if asked.is_open else "No run is one of these."


def _table(listed: Listed) -> Html:
    columns = ["Question", "Status", "Failure", "#TTE", "#Asked", "@Links"]
    rows = [
        [
            view_link(task.title, task=task.task_id),
            status_badge(task),
            text(task.failure_kind or ""),
            text(formatting.format_seconds(task.tte_ms)),
            text(formatting.format_ago(task.created_at, listed.now)),
            links,
        ]
        for task, links in zip(listed.page.tasks, listed.links, strict=True)
    ]
    return table(columns, rows)


def status_badge(task: TaskRecord) -> Html:
    """Where a run stands; one that runs says its stage."""
    return badge(task.stage or task.status, formatting.STATUS_TONES[task.status])
