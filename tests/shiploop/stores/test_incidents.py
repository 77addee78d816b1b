"""Open incidents on a real Valkey: each is told once, however often it is seen."""

from datetime import timedelta

import pytest
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.stores import keys
from shiploop.stores.incidents import Incidents, OpenIncident
from tests.builders import NOON

LATER = NOON + timedelta(minutes=1)
URL = "http://127.0.0.1/acme/docs/issues/7"


@pytest.fixture
def incidents(services: Services) -> Incidents:
    return services.incidents


def test_an_incident_that_is_seen_again_is_the_one_that_is_open(incidents: Incidents) -> None:
    assert incidents.open("production", "key-1", NOON) == OpenIncident("key-1", None)
    assert incidents.open("production", "key-2", LATER) == OpenIncident("key-1", None)


def test_where_it_is_written_down_is_remembered(incidents: Incidents) -> None:
    incidents.open("production", "key-1", NOON)
    incidents.note_issue("production", URL)
    assert incidents.open("production", "key-2", LATER) == OpenIncident("key-1", URL)


def test_incidents_about_other_things_are_others(incidents: Incidents) -> None:
    incidents.open("production", "key-1", NOON)
    assert incidents.open("runners", "key-2", NOON) == OpenIncident("key-2", None)
    incidents.close("production")
    assert incidents.open("runners", "key-3", NOON).key == "key-2"


def test_closing_tells_once_what_was_known(incidents: Incidents) -> None:
    assert incidents.close("production") is None
    incidents.open("production", "key-1", NOON)
    incidents.open("production", "key-2", LATER)
    incidents.note_issue("production", URL)
    known = {"key": "key-1", "since": "2026-11-22T12:00:00.000Z", "issue_url": URL}
    assert incidents.close("production") == known
    assert incidents.close("production") is None


def test_after_its_end_the_same_can_happen_anew(incidents: Incidents) -> None:
    incidents.open("production", "key-1", NOON)
    incidents.note_issue("production", URL)
    incidents.close("production")
    assert incidents.open("production", "key-2", LATER) == OpenIncident("key-2", None)


def test_one_that_nobody_ends_is_told_again_a_week_after_it_was_last_seen(
    incidents: Incidents, redis: Redis
) -> None:
    incidents.open("production", "key-1", NOON)
    redis.expire(keys.incident("production"), 60)
    incidents.open("production", "key-1", LATER)
    assert redis.ttl(keys.incident("production")) == pytest.approx(7 * 24 * 3600, abs=60)
