import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.agents.faq.retrieval.spelling import corrected, known_words
from shiploop.domain.limits import MAX_CORRECTED_WORDS, MAX_WORD_CHARACTERS

KNOWN = known_words(
    [
        "Read the heartbeat of a deployment; connect Slack, cancel and configure it.",
        "Réinitialiser; トランジション、ユーザー。",
    ]
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("the hearbeat", "the heartbeat"),
        ("a deploymnet", "a deployment"),
        ("conect slak", "connect slack"),
        ("cancle it", "cancel it"),
        ("confgure", "configure"),
        ("réinitialser", "réinitialiser"),
        ("トランジッション", "トランジション"),
        ("ユザ", "ユーザー"),
    ],
)
def test_a_slip_is_taken_for_the_word_next_to_it(typed: str, meant: str) -> None:
    assert corrected(typed, KNOWN) == meant


@pytest.mark.parametrize("typed", ["bread", "rack", "deploying", "gitlab", "Which?", "cat", "告警"])
def test_another_word_stays_what_it_is(typed: str) -> None:
    assert corrected(typed, KNOWN) == typed


@given(
    st.lists(
        st.sampled_from(sorted(KNOWN.all)),
        max_size=5,
    ).map(" ".join)
)
def test_what_is_known_is_never_corrected(text: str) -> None:
    assert corrected(text, KNOWN) == text


def test_the_nearest_is_taken_and_of_two_the_first() -> None:
    known = known_words(["deployment deployments"])
    assert corrected("a deploymens", known) == "a deployment"
    assert corrected("a deploymntss", known) == "a deployments"
    assert corrected("planing", known_words(["planking plating"])) == "planking"


def test_so_many_words_of_a_question_are_corrected_and_no_more() -> None:
    typed = " ".join(["hearbeat"] * (MAX_CORRECTED_WORDS + 3))
    assert corrected(typed, KNOWN).split().count("heartbeat") == MAX_CORRECTED_WORDS


def test_what_is_too_long_for_a_word_corrects_nothing() -> None:
    long = "abcd" * MAX_WORD_CHARACTERS
    assert known_words([long]).words == {}
    assert corrected(long, KNOWN) == long


def test_more_words_are_known_beside_those_that_were() -> None:
    more = KNOWN.and_more(["frobnicate", "42", "it"])
    assert corrected("a frobnicaet", more) == "a frobnicate"
    assert corrected("a frobnicaet", KNOWN) == "a frobnicaet"
    assert corrected("the hearbeat", more) == "the heartbeat"
    assert more.all - KNOWN.all == {"frobnicate"}


def test_what_somebody_else_knows_is_not_corrected() -> None:
    assert corrected("the hearbeat", KNOWN, lambda word: word == "hearbeat") == "the hearbeat"
