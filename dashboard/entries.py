"""Entries: everything that was shipped, how old it is, and whether it is still so."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import streamlit as st

from dashboard import formatting
from dashboard.live import live
from dashboard.markup import Html, badge, joined, link, run_link, table, text, view_link, ways
from shiploop.bootstrap import Services
from shiploop.domain.upkeep.kept import Standing
from shiploop.domain.upkeep.kept_record import KeptRecord

_PAGE: Final = 50
_TONES: Final[Mapping[Standing, formatting.Tone]] = {
    Standing.GONE: "red",
    Standing.CHANGED: "orange",
    Standing.MOVED: "orange",
    Standing.ASKED: "blue",
    Standing.LEFT: "gray",
    Standing.EDITED: "gray",
    Standing.CURRENT: "green",
}
# What somebody may want to do something about comes first.
_RANKS: Final = {standing: rank for rank, standing in enumerate(_TONES)}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are asked for; None is any. `first` is where the page begins."""

    standing: str | None
    first: int

    def query(self, first: int) -> dict[str, str]:
        """This view as the address has it, beginning elsewhere."""
        asked = {"state": self.standing} if self.standing is not None else {}
        return {**asked, "from": str(first)}


@dataclass(frozen=True, slots=True)
class Listed:
    """What the page shows, read at one moment: some of those asked for, and how many there are."""

    now: datetime
    records: tuple[tuple[KeptRecord, str], ...]
    asked_for: int
    counted: Mapping[Standing, int]
    checked_at: datetime | None


def show() -> None:
    """The page."""
    st.title("Entries", anchor=False)
    st.caption("Held against the documents each hour and after a push; docs/upkeep.md says how.")
    standing = st.pills(
        "State",
        [str(each) for each in _TONES],
        key="state",
        bind="query-params",
        on_change=_first_page,
    )
    first = st.query_params.get("from", "")
    asked = Filter(standing, int(first) if first.isdecimal() and len(first) < 6 else 0)
    live(partial(_read, asked), partial(_draw, asked))


def _first_page() -> None:
    st.query_params.pop("from", None)


def _read(asked: Filter, services: Services, now: datetime) -> Listed:
    kept = [
        record
        for agent in services.agents.names
        for record in services.kept_records.read(agent).values()
    ]
    wanted = [one for one in kept if asked.standing in (None, str(one.standing))]
    wanted.sort(key=lambda one: (_RANKS[one.standing], one.merged_at or one.seen_at, one.key))
    shown = wanted[asked.first : asked.first + _PAGE]
    return Listed(
        now,
        tuple((one, services.site.url(one.page, one.anchor)) for one in shown),
        len(wanted),
        Counter(one.standing for one in kept),
        max((one.checked_at for one in kept), default=None),
    )


def _draw(asked: Filter, listed: Listed) -> None:
    if listed.checked_at is not None:
        st.html(_summary(listed))
    if listed.records:
        st.html(_table(listed))
    elif listed.checked_at is None:
        st.info("Nothing was looked at yet: the first sweep is within an hour.")
    else:
        st.info("No entry is one of these.")
    st.html(ways(*_further(asked, listed)))


def _summary(listed: Listed) -> Html:
    counts = (badge(f"{listed.counted[one]} {one}", _TONES[one]) for one in _TONES)
    shown = [each for each, one in zip(counts, _TONES, strict=True) if listed.counted[one]]
    ago = formatting.format_ago(listed.checked_at, listed.now)
    return joined([*shown, Html(f'<span class="ship-muted">looked at {text(ago)}</span>')])


def _further(asked: Filter, listed: Listed) -> Iterator[Html]:
    if asked.first:
        yield view_link("← Back", **asked.query(max(0, asked.first - _PAGE)))
    if asked.first + _PAGE < listed.asked_for:
        yield view_link("More →", **asked.query(asked.first + _PAGE))


def _table(listed: Listed) -> Html:
    columns = ["Question", "State", "Source", "#Age", "@Asked again"]
    rows = [
        [
            link(url, record.title),
            badge(record.standing, _TONES[record.standing]),
            text(", ".join(_place(each.path, each.anchor) for each in record.sources)),
            text(_age(record, listed.now)),
            _asked_again(record, listed.now),
        ]
        for record, url in listed.records
    ]
    return table(columns, rows)


def _place(path: str, anchor: str) -> str:
    return f"{path}#{anchor}" if anchor else path


def _age(record: KeptRecord, now: datetime) -> str:
    if record.merged_at is not None:
        return formatting.format_span(now - record.merged_at)
    return f"over {formatting.format_span(now - record.seen_at)}"


def _asked_again(record: KeptRecord, now: datetime) -> Html:
    if record.asked_task_id is None:
        return Html("")
    return run_link(record.asked_task_id, formatting.format_ago(record.asked_at, now))
