"""Tells how everything that an agent has shipped stands, and what its files lack."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from api.access import authenticate
from api.dependencies import ServicesOf
from api.problems import documented
from api.task_view import SectionView
from shiploop.agents.agent import Agent
from shiploop.domain.upkeep.gap import Gap
from shiploop.domain.upkeep.kept import Standing
from shiploop.domain.upkeep.kept_record import KeptRecord

_MOST_DAYS = 90  # so long what was declined is kept


class EntryView(BaseModel):
    """Something that was shipped, as the last sweep saw it; `asked_task_id` asked it again."""

    question: str
    state: Standing
    url: str
    sources: list[SectionView]
    task_id: str
    merged_at: datetime | None = None
    seen_at: datetime
    checked_at: datetime
    asked_task_id: str | None = None
    asked_at: datetime | None = None


class EntryList(BaseModel):
    """The longest shipped first; `total` counts those that were not listed as well."""

    total: int
    entries: list[EntryView]


class GapView(BaseModel):
    """Questions that ask for one thing that the files do not say."""

    question: str
    count: int
    last_at: datetime
    others: list[str]
    closest: SectionView | None = None


class GapList(BaseModel):
    """The most wanted first."""

    gaps: list[GapView]


def routes_of(agents: Iterable[Agent[Any]]) -> APIRouter:
    """`GET /api/agent/NAME/entries` and `…/gaps` for each agent."""
    router = APIRouter(
        prefix="/api/agent",
        tags=["upkeep"],
        dependencies=[Depends(authenticate)],
        responses=documented(401, 422, 503),
    )
    for agent in agents:
        _add_routes(router, agent.name)
    return router


def _add_routes(router: APIRouter, agent: str) -> None:
    @router.get(f"/{agent}/entries", response_model_exclude_none=True, name=f"list_{agent}_entries")
    def list_entries(
        services: ServicesOf,
        state: Standing | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> EntryList:
        """List what was shipped, and how it stands against the files of today."""
        kept = services.kept_records.read(agent).values()
        wanted = [one for one in kept if state in (None, one.standing)]
        wanted.sort(key=lambda one: (one.merged_at or one.seen_at, one.key))
        urls = ((one, services.site.url(one.page, one.anchor)) for one in wanted[:limit])
        return EntryList(total=len(wanted), entries=[_entry(one, url) for one, url in urls])

    @router.get(f"/{agent}/gaps", response_model_exclude_none=True, name=f"list_{agent}_gaps")
    def list_gaps(
        services: ServicesOf, days: Annotated[int, Query(ge=1, le=_MOST_DAYS)] = 30
    ) -> GapList:
        """List what was asked in the last days and not answered, by what it asks for."""
        now = datetime.now(UTC)
        declined = services.declined.between(agent, now - timedelta(days=days), now)
        gaps = services.agents.lacks(agent, declined)
        return GapList(gaps=[_gap(gap) for gap in gaps])


def _entry(record: KeptRecord, url: str) -> EntryView:
    told = {name: getattr(record, name) for name in EntryView.model_fields.keys() & _KEPT}
    known = {**told, "question": record.title, "state": record.standing, "url": url}
    return EntryView.model_validate(known, from_attributes=True)


def _gap(gap: Gap) -> GapView:
    told = {"question": gap.title, "count": gap.count, "last_at": gap.last_at}
    return GapView.model_validate(
        {**told, "others": list(gap.others), "closest": gap.closest}, from_attributes=True
    )


_KEPT = frozenset(KeptRecord.__slots__)
