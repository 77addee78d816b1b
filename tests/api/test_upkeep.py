"""How entries stand, and what the documents lack, over HTTP."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from redis import Redis

from shiploop.bootstrap import Services, build
from shiploop.domain.upkeep.gap import DeclinedRequest
from tests.api.conftest import settings
from tests.builders import TASK_ID
from tests.dashboard.filled_upkeep import ENTRIES, keep_entries


@pytest.fixture
def services(redis: Redis) -> Services:
    """Services over the API's Valkey, as a runner has them."""
    return build(settings(redis))


def test_entries_are_listed_by_their_state(api: httpx.Client, services: Services) -> None:
    assert api.get("/api/agent/faq/entries").json() == {"total": 0, "entries": []}
    records = keep_entries(services, datetime.now(UTC))
    listed = api.get("/api/agent/faq/entries", params={"limit": 1000}).json()
    assert (listed["total"], len(listed["entries"])) == (ENTRIES, ENTRIES)
    gone = api.get("/api/agent/faq/entries", params={"state": "gone"}).json()["entries"]
    assert {each["state"] for each in gone} == {"gone"}
    (asked,) = api.get(
        "/api/agent/faq/entries", params={"state": "asked again", "limit": 1}
    ).json()["entries"]
    assert asked["asked_task_id"] == TASK_ID
    anchors = {one.title: one.anchor for one in records}
    assert asked["url"].endswith(f"/faq#{anchors[asked['question']]}")
    assert api.get("/api/agent/faq/entries", params={"state": "old"}).status_code == 422
    assert api.get("/api/agent/none/entries").status_code == 404


def test_gaps_are_listed_with_what_comes_nearest(api: httpx.Client, services: Services) -> None:
    assert api.get("/api/agent/faq/gaps").json() == {"gaps": []}
    now = datetime.now(UTC)
    for title, ago in (("Is there an export?", 1), ("Export, is there?", 2), ("Who is Ada?", 40)):
        declined = DeclinedRequest(TASK_ID, title, "-", now - timedelta(days=ago))
        services.declined.note("faq", declined)
    (gap,) = api.get("/api/agent/faq/gaps").json()["gaps"]
    assert (gap["count"], gap["others"]) == (2, ["Export, is there?"])
    assert len(api.get("/api/agent/faq/gaps", params={"days": 90}).json()["gaps"]) == 2
