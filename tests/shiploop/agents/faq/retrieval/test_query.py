from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from shiploop.agents.faq.retrieval.query import telling, weights
from shiploop.agents.faq.retrieval.synonyms import meanings


def weighed(question: str, *known: str) -> Mapping[str, float]:
    return weights(question, frozenset(meanings(" ".join(known))), lambda term: 1.0)


def test_an_unknown_name_weighs_more_and_an_unknown_word_less_than_what_is_known() -> None:
    found = weighed("Can I connect frobnicating GitLab?", "connect")
    assert found["gitlab"] > found["connect"] > found["frobnicat"]


def test_what_says_little_counts_only_where_the_pages_say_it_too() -> None:
    assert weighed("the best task", "task") == {"task": 1.0}
    assert 0 < weighed("the best task", "task", "best")["best"] < 1


def test_a_pair_that_only_joins_two_known_ones_does_not_count() -> None:
    assert weighed("網站部署", "網站", "部署") == {"網站": 1.0, "部署": 1.0}
    assert "站費" in weighed("網站費用", "網站")


def test_a_question_of_words_that_say_little_still_asks_for_something() -> None:
    assert telling(meanings("best task")) == ("task",)
    assert telling(meanings("the best")) == ("best",)


def test_words_that_mean_the_same_are_one_term() -> None:
    assert meanings("abort") == meanings("cancelled") == meanings("cancel")
    assert meanings("cancel") != meanings("start")


@given(st.text(max_size=60))
def test_no_weight_is_negative(question: str) -> None:
    assert all(weight > 0 for weight in weighed(question, "task").values())
