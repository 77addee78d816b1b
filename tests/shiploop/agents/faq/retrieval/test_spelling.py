import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.agents.faq.retrieval.spelling import corrected, known_words, slips

KNOWN = known_words(["Read the heartbeat of a deployment; connect Slack, cancel and configure it."])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("the hearbeat", "the heartbeat"),
        ("a deploymnet", "a deployment"),
        ("conect slak", "connect slack"),
        ("cancle it", "cancel it"),
        ("confgure", "configure"),
    ],
)
def test_a_slip_is_taken_for_the_word_next_to_it(typed: str, meant: str) -> None:
    assert corrected(typed, KNOWN) == meant


@pytest.mark.parametrize("typed", ["bread", "rack", "deploying", "gitlab", "Which?", "cat", "告警"])
def test_another_word_stays_what_it_is(typed: str) -> None:
    assert corrected(typed, KNOWN) == typed


@given(st.lists(st.sampled_from(sorted(KNOWN)), max_size=5).map(" ".join))
def test_what_is_known_is_never_corrected(text: str) -> None:
    assert corrected(text, KNOWN) == text


LETTERS = st.text("abc", max_size=6)


@given(LETTERS, LETTERS)
def test_slips_are_counted_the_same_both_ways(one: str, other: str) -> None:
    assert slips(one, other) == slips(other, one)
    assert (slips(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= slips(one, other) <= max(len(one), len(other))


def test_letters_that_swapped_places_are_one_slip() -> None:
    assert slips("cancle", "cancel") == 1
