"""Gaps: what people asked of late and the documents do not answer, by what they ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Final

import streamlit as st

from dashboard import formatting
from dashboard.live import live
from dashboard.markup import Html, table, text
from shiploop.bootstrap import Services, services
from shiploop.domain.upkeep.gap import Gap

_SPANS: Final = {"7 days": 7, "30 days": 30, "90 days": 90}
_SHOWN: Final = 50
_REMEMBERED: Final = 16


@dataclass(frozen=True, slots=True)
class Found:
    """What the page shows, read at one moment."""

    now: datetime
    gaps: tuple[Gap, ...]


def show() -> None:
    """The page."""
    st.title("Gaps", anchor=False)
    st.caption("Questions that were declined or rejected, grouped by what they ask for.")
    span = st.segmented_control(
        "Asked in the last",
        list(_SPANS),
        default="30 days",
        required=True,
        key="span",
        bind="query-params",
    )
    live(partial(_read, _SPANS[span or "30 days"]), _draw)


def _read(days: int, ours: Services, now: datetime) -> Found:
    found = [
        gap
        for agent in ours.agents.names
        for gap in _gaps(agent, days, now.toordinal(), ours.declined.version(agent))
    ]
    return Found(now, tuple(sorted(found, key=lambda gap: -gap.count)))


@lru_cache(_REMEMBERED)  # to group them takes longer than to refresh a page may
def _gaps(agent: str, days: int, today: int, _version: str) -> tuple[Gap, ...]:
    end = datetime.fromordinal(today + 1).replace(tzinfo=UTC)
    declined = services().declined.between(agent, end - timedelta(days=days), end)
    return services().agents.lacks(agent, declined)


def _draw(found: Found) -> None:
    if not found.gaps:
        st.info("Nothing was declined in this time.")
        return
    st.html(_summary(found.gaps))
    st.html(_table(found))


def _summary(gaps: Sequence[Gap]) -> Html:
    asked = sum(gap.count for gap in gaps)
    more = f", the {_SHOWN} most wanted are shown" if len(gaps) > _SHOWN else ""
    told = f"{_many(asked, 'question')} about {_many(len(gaps), 'thing')}{more}"
    return Html(f'<span class="ship-muted">{text(told)}</span>')


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _table(found: Found) -> Html:
    rows = [
        [
            text(gap.title),
            text(gap.count),
            text("; ".join(gap.others)),
            text(_nearest(gap)),
            text(formatting.format_ago(gap.last_at, found.now)),
        ]
        for gap in found.gaps[:_SHOWN]
    ]
    return table(["Question", "#Asked", "In other words", "Nearest section", "#Last"], rows)


def _nearest(gap: Gap) -> str:
    return f"{gap.closest.path}#{gap.closest.anchor}" if gap.closest else ""
