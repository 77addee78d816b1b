"""Whose time it was: the arithmetic of one journey."""

from datetime import UTC, datetime, timedelta

import pytest

from bench.journey import (
    MERGE_PULL_REQUEST,
    OPEN_PULL_REQUEST,
    READ_BASE,
    Call,
    Journey,
    covered_ms,
)

ACCEPTED_AT = datetime(2026, 11, 22, 10, tzinfo=UTC)


def at(ms: int) -> datetime:
    return ACCEPTED_AT + timedelta(milliseconds=ms)


def call(operation: str, start_ms: int, end_ms: int) -> Call:
    return Call(operation, at(start_ms), at(end_ms))


def journey(*calls: Call, green_ms: int | None = 900, merged_ms: int = 1060) -> Journey:
    ours = calls or (call(READ_BASE, 50, 90), call(OPEN_PULL_REQUEST, 100, 140), MERGE)
    green_at = None if green_ms is None else at(green_ms)
    return Journey(ACCEPTED_AT, at(merged_ms), green_at, ours, {})


MERGE = call(MERGE_PULL_REQUEST, 1000, 1050)


def test_overhead_is_what_neither_github_nor_ci_took() -> None:
    one = journey()
    assert (one.tte_ms, one.ci_ms, one.github_ms) == (1060, 760, 90)
    assert one.overhead_ms == 1060 - 760 - 90


def test_the_base_read_is_not_taken_off() -> None:
    without = journey(call(OPEN_PULL_REQUEST, 100, 140), MERGE)
    assert journey().overhead_ms == without.overhead_ms


def test_a_call_while_ci_runs_is_taken_off_once() -> None:
    extra = call("FindPullRequest", 500, 600)
    with_extra = journey(call(OPEN_PULL_REQUEST, 100, 140), extra, MERGE)
    assert with_extra.overhead_ms == journey().overhead_ms


def test_checks_that_were_green_before_the_opening_call_had_ended_take_nothing_off() -> None:
    early = journey(green_ms=120)
    assert early.ci_ms == 0
    assert early.overhead_ms == 1060 - 90


def test_without_a_watch_ci_counts_as_ours() -> None:
    assert journey(green_ms=None).overhead_ms == 1060 - 90


def test_green_to_merged_leaves_out_the_merge_call() -> None:
    assert journey().green_to_merged_ms == 1060 - 900 - 50
    with pytest.raises(ValueError, match="nobody watched"):
        _ = journey(green_ms=None).green_to_merged_ms


def test_a_call_that_was_made_twice_is_no_single_call() -> None:
    with pytest.raises(ValueError, match="too many values"):
        journey(call(OPEN_PULL_REQUEST, 100, 110), call(OPEN_PULL_REQUEST, 200, 210)).call(
            OPEN_PULL_REQUEST
        )


def test_spans_that_overlap_or_hold_each_other_are_covered_once() -> None:
    spans = [(at(0), at(100)), (at(10), at(20)), (at(90), at(150)), (at(200), at(250))]
    assert covered_ms(spans) == 200
    assert covered_ms([]) == 0
