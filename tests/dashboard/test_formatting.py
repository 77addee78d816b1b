"""Numbers, states and reasons as people read them."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

import pytest

from dashboard import formatting
from dashboard.markup import link, table, text
from dashboard.theme import TONES, Shades
from shiploop.domain.delivery.task import FailureKind, Stage, Status
from shiploop.domain.objectives.alerts import AlertState
from shiploop.domain.objectives.slo import Period, SloState
from tests.builders import a_task_record


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (FailureKind, formatting.FAILURES),
        (Status, formatting.STATUS_TONES),
        (SloState, formatting.SLO_STATES),
        (AlertState, formatting.ALERT_TONES),
        (Period, formatting.PERIODS),
    ],
)
def test_there_are_words_for_everything(
    kinds: type[StrEnum], told: Mapping[StrEnum, object]
) -> None:
    assert set(told) == set(kinds)


def test_no_two_states_are_told_apart_by_their_colour_alone() -> None:
    assert len({word for word, _ in formatting.SLO_STATES.values()}) == len(SloState)


@pytest.mark.parametrize(
    ("took_ms", "told"),
    [(0, "0 ms"), (999, "999 ms"), (1000, "1.00 s"), (61_340, "61.3 s"), (None, "–")],
)
def test_a_duration_is_told_in_a_unit_that_fits(took_ms: int | None, told: str) -> None:
    assert formatting.format_seconds(took_ms) == told


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (None, "–"),
        (0, "0 %"),
        (0.985, "98.5 %"),
        (0.99999, "99.99 %"),
        (1, "100 %"),
        (-0.5, "−50 %"),
        (-13.5631, "−1,356 %"),
    ],
)
def test_a_share_is_never_rounded_up_to_all(share: float | None, told: str) -> None:
    assert formatting.format_percent(share) == told


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(seconds=119), "119 s"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=2), "2 d"),
    ],
)
def test_a_length_of_time_is_told_in_its_largest_unit(length: timedelta, told: str) -> None:
    assert formatting.format_span(length) == told


@pytest.mark.parametrize(
    ("held_bytes", "told"),
    [(None, "–"), (900_000, "1 MB"), (212_400_000, "212 MB"), (1_424_000_000, "1,424 MB")],
)
def test_memory_is_told_in_whole_megabytes(held_bytes: int | None, told: str) -> None:
    assert formatting.format_memory(held_bytes) == told


@pytest.mark.parametrize(
    ("task", "freeze", "why"),
    [
        ({"status": Status.DONE}, None, None),
        ({"status": Status.QUEUED}, None, "Not yet: it waits for a runner."),
        ({"status": Status.RUNNING}, None, "Not yet: it has just begun."),
        ({"status": Status.RUNNING, "stage": Stage.CHECKING}, None, "Not yet: it is checking."),
        (
            {"status": Status.RUNNING, "stage": Stage.MERGING},
            "release 2.1",
            "Not yet, and merges are frozen: release 2.1.",
        ),
        (
            {"status": Status.DECLINED, "reason": "the documents do not say."},
            "release 2.1",
            "It was declined: the documents do not say.",
        ),
        (
            {"status": Status.ERROR, "failure_kind": FailureKind.CANCELLED},
            None,
            "Somebody cancelled it.",
        ),
        (
            {"status": Status.ERROR, "failure_kind": FailureKind.FROZEN, "error": "release 2.1"},
            "release 2.1",
            "Merges were frozen until its deadline had passed: release 2.1.",
        ),
    ],
)
def test_why_a_run_is_not_done_is_a_sentence(
    task: dict[str, Any], freeze: str | None, why: str | None
) -> None:
    assert formatting.format_reason(a_task_record(**task), freeze) == why


@pytest.mark.parametrize(
    ("task", "told"),
    [
        ({}, None),
        ({"generator": "extractive"}, "extractive"),
        ({"generator": "extractive", "model": "m"}, "extractive (m)"),
        (
            {"generator": "model", "model": "m", "tokens_in": 512, "tokens_out": 40},
            "model (m, 512 tokens in, 40 out)",
        ),
        (
            {"generator": "model", "model": "m"}
            | {"tokens_in": 512, "tokens_out": 40, "cost_usd": 0.000269},
            "model (m, 512 tokens in, 40 out, $0.000269)",
        ),
    ],
)
def test_who_answered_is_told_with_what_the_model_took(
    task: dict[str, Any], told: str | None
) -> None:
    assert formatting.format_answer_by(a_task_record(**task)) == told


def test_what_others_wrote_is_neither_html_nor_a_link_that_runs() -> None:
    assert table(["#A"], [[text('<b onclick="x">')]]).count("<b") == 0
    assert link("javascript:alert(1)", "PR") == "PR"
    assert link('https://x.example/"><b>', "PR").count("<b>") == 0
    assert formatting.format_markdown("*a* [b](c)") == r"\*a\* \[b\]\(c\)"


@pytest.mark.parametrize("tone", TONES)
def test_badges_can_be_read(tone: formatting.Tone) -> None:
    shades: Shades = TONES[tone]
    assert contrast(shades.light_text, shades.light_ground) >= 4.5
    assert contrast(shades.dark_text, shades.dark_ground) >= 4.5


def contrast(one: str, other: str) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio"""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
