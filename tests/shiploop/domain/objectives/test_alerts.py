"""Alerts: told once when they begin, once when they are over."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.objectives.alerts import (
    RESOLVED_AFTER,
    Alert,
    AlertKind,
    AlertState,
    advance,
    news,
)
from tests.builders import NOON

MINUTE = timedelta(minutes=1)
BURN = Alert("success-rate-burn-rate", AlertKind.BURN_RATE)
THRESHOLD = Alert("success-rate-threshold", AlertKind.THRESHOLD)
WRONG = "5 of 20 failed"


def told(alert: Alert, looks: list[str | None], silenced: bool = False) -> list[AlertState]:
    """What people hear when these looks are taken, one each minute."""
    heard = []
    for number, summary in enumerate(looks):
        alert = advance(alert, summary, NOON + number * MINUTE)
        state = news(alert, silenced)
        if state is not None:
            alert = replace(alert, told=state)
            heard.append(state)
    return heard


def after(alert: Alert, *looks: tuple[str | None, datetime]) -> Alert:
    for summary, at in looks:
        alert = advance(alert, summary, at)
    return alert


def test_a_burn_fires_at_the_first_look_and_a_threshold_at_the_second() -> None:
    assert after(BURN, (WRONG, NOON)).state is AlertState.FIRING
    assert after(THRESHOLD, (WRONG, NOON)).state is AlertState.PENDING
    assert after(THRESHOLD, (WRONG, NOON), (WRONG, NOON + MINUTE)).state is AlertState.FIRING


def test_what_was_seen_only_once_is_forgotten() -> None:
    alert = after(THRESHOLD, (WRONG, NOON), (None, NOON + MINUTE))
    assert alert.state is AlertState.OK
    assert told(THRESHOLD, [WRONG, None, WRONG, None]) == []


def test_an_incident_that_comes_and_goes_is_told_once() -> None:
    calm = [None] * (RESOLVED_AFTER // MINUTE)
    looks = [WRONG, None, None, WRONG, None, WRONG, *calm]
    assert told(BURN, looks) == [AlertState.FIRING, AlertState.RESOLVED]


def test_after_it_is_resolved_the_next_incident_is_told_again() -> None:
    calm = [None] * (RESOLVED_AFTER // MINUTE)
    heard = told(BURN, [WRONG, *calm, WRONG, *calm])
    assert heard == [AlertState.FIRING, AlertState.RESOLVED] * 2


def test_nobody_hears_of_a_silenced_alert_though_its_state_moves_on() -> None:
    assert told(BURN, [WRONG] * 10, silenced=True) == []
    firing = after(BURN, (WRONG, NOON))
    assert news(firing, silenced=False) is AlertState.FIRING  # the silence has ended
    over = after(firing, (None, NOON + RESOLVED_AFTER))
    assert over.state is AlertState.RESOLVED
    assert news(over, silenced=False) is None  # nobody had heard that it began


@given(st.lists(st.sampled_from([WRONG, None]), max_size=60), st.sampled_from([BURN, THRESHOLD]))
def test_people_hear_of_a_beginning_and_an_end_in_turn(
    looks: list[str | None], alert: Alert
) -> None:
    heard = told(alert, looks)
    assert heard[::2] == [AlertState.FIRING] * len(heard[::2])
    assert heard[1::2] == [AlertState.RESOLVED] * len(heard[1::2])
