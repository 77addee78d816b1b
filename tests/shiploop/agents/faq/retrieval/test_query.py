from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from shiploop.agents.faq.retrieval.language import Language
from shiploop.agents.faq.retrieval.query import terms_of, weights
from shiploop.domain.limits import MAX_QUESTION_TERMS

ENGLISH = (Language.ENGLISH,)


def weighed(question: str, *known: str) -> Mapping[str, float]:
    terms = terms_of(question, ENGLISH)
    keys = {term.keys for term in terms_of(" ".join(known), ENGLISH)}
    there = frozenset(term for term in terms if term.keys in keys)
    return {term.word: weight for term, weight in weights(terms, there, lambda _: 1.0).items()}


def test_an_unknown_name_weighs_more_and_an_unknown_word_less_than_what_is_known() -> None:
    found = weighed("Can I connect frobnicating GitLab?", "connect")
    assert found["gitlab"] > found["connect"] > found["frobnicating"]


def test_a_pair_that_only_joins_two_known_ones_does_not_count() -> None:
    assert weighed("网站部署", "网站", "部署") == {"网站": 1.0, "部署": 1.0}
    assert "站费" in weighed("网站费用", "网站")


def test_a_term_counts_once_in_each_form_and_only_so_many_count() -> None:
    assert len(terms_of("key keys KEYS", ENGLISH)) == 1
    assert len(terms_of(" ".join(f"w{n}" for n in range(99)), ENGLISH)) == MAX_QUESTION_TERMS


@given(st.text(max_size=60))
def test_no_weight_is_negative(question: str) -> None:
    assert all(weight > 0 for weight in weighed(question, "task").values())
