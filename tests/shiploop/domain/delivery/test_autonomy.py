"""Who decides that a change is shipped: the lowest of three words, and how one of them moves."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.delivery.autonomy import (
    RAISED_AFTER,
    Harm,
    Levels,
    Standing,
    after_good,
    after_harm,
    decide_level,
    kind_name,
    read_levels,
)
from shiploop.domain.delivery.change import Assessment, Level
from tests.builders import NOON

AUTO, SUGGEST = Level.AUTO, Level.SUGGEST
VOUCHED = Assessment(AUTO, "heading", ("The question is a heading.",))
DOUBTED = Assessment(SUGGEST, "passage", ("No heading says it.",))
FALLEN = after_harm(Standing(), Harm.ROLLBACK, NOON)


@pytest.mark.parametrize(
    ("assessment", "ceiling", "standing", "level", "reason"),
    [
        (VOUCHED, AUTO, Standing(), AUTO, "The question is a heading."),
        (DOUBTED, AUTO, Standing(), SUGGEST, "No heading says it."),
        (VOUCHED, SUGGEST, Standing(), SUGGEST, "as people have set it"),
        (VOUCHED, AUTO, FALLEN, SUGGEST, "since one was rolled back: 0 of 10"),
        (Assessment(), AUTO, FALLEN, SUGGEST, "(any) has lost its level"),
        (Assessment(), AUTO, Standing(), AUTO, ""),
        # What the judge does not vouch for is no fault of the level.
        (DOUBTED, AUTO, FALLEN, SUGGEST, "No heading says it."),
    ],
)
def test_the_lowest_word_holds_and_says_why(
    assessment: Assessment, ceiling: Level, standing: Standing, level: Level, reason: str
) -> None:
    decided = decide_level(assessment, ceiling, standing)
    assert decided.level is level
    assert reason in " ".join(decided.reasons)
    assert decided.reasons[: len(assessment.reasons)] == assessment.reasons


words = st.lists(st.one_of(st.none(), st.sampled_from(Harm)), max_size=40)


def standing_after(said: list[Harm | None]) -> Standing:
    """The standing after so many words: None for a good one."""
    standing = Standing()
    for number, harm in enumerate(said):
        at = NOON + timedelta(minutes=number)
        standing = after_good(standing) if harm is None else after_harm(standing, harm, at)
    return standing


@given(words)
def test_harm_always_takes_the_level_and_only_a_record_gives_it_back(
    said: list[Harm | None],
) -> None:
    fallen = standing_after([*said, Harm.FEEDBACK])
    assert fallen.level is SUGGEST
    for good in range(1, RAISED_AFTER + 1):
        fallen = after_good(fallen)
        assert (fallen.level is AUTO) == (good >= RAISED_AFTER)


@given(words)
def test_what_never_did_harm_is_never_lowered_and_each_standing_says_why(
    said: list[Harm | None],
) -> None:
    standing = standing_after(said)
    harmed = [harm for harm in said if harm is not None]
    assert standing.harms == len(harmed)
    if not harmed:
        assert standing.level is AUTO
    assert standing.reason.endswith(".")
    assert standing.harm == (harmed[-1] if harmed else None)


@pytest.mark.parametrize(
    ("text", "faq", "other"),
    [
        ("auto", AUTO, AUTO),
        ("suggest", SUGGEST, SUGGEST),
        ("faq=suggest", SUGGEST, AUTO),
        ("faq=auto,other=suggest", AUTO, SUGGEST),
    ],
)
def test_levels_are_read_for_all_or_by_agent(text: str, faq: Level, other: Level) -> None:
    levels = read_levels(text)
    assert (levels.of("faq"), levels.of("other")) == (faq, other)


@pytest.mark.parametrize("text", ["", "never", "faq=never", "faq=auto,"])
def test_what_is_no_level_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a valid Level"):
        read_levels(text)
    assert Levels().of("faq") is AUTO


@given(st.text())
def test_a_kind_is_a_short_word_whatever_an_agent_calls_it(kind: str) -> None:
    name = kind_name(kind)
    assert 0 < len(name) <= 40
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert kind_name(name) == name
