import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shiploop.agents.faq.retrieval.postings import GONE, Postings, Rows

COUNTS = st.dictionaries(st.integers(-5, 5), st.integers(1, 70_000), max_size=5)
SECTIONS = st.lists(COUNTS, max_size=6)
TERMS = range(-6, 7)


def rows_of(sections: list[dict[int, int]]) -> Rows:
    return Rows.joined(
        Rows.of(list(counts), [0] * len(counts), list(counts.values()), [sum(counts.values())])
        for counts in sections
    )


def index_of(sections: list[dict[int, int]]) -> Postings:
    return Postings.of(rows_of(sections))


def held(postings: Postings) -> dict[int, set[tuple[int, float]]]:
    """The sections of each term, with the term's weight in each."""
    return {
        term: {
            (int(section), round(float(weight), 3))
            for section, weight in zip(
                postings.sections_with(term), postings.weights(term), strict=True
            )
        }
        for term in TERMS
    }


@given(SECTIONS)
def test_a_term_is_found_in_the_sections_that_hold_it(sections: list[dict[int, int]]) -> None:
    postings = index_of(sections)
    for term in TERMS:
        expected = [number for number, counts in enumerate(sections) if term in counts]
        assert sorted(postings.sections_with(term)) == expected
        assert all(0 < weight <= 2.2 for weight in postings.weights(term))


@given(SECTIONS, SECTIONS, st.data())
def test_what_is_changed_is_as_if_made_anew(
    old: list[dict[int, int]], new: list[dict[int, int]], data: st.DataObject
) -> None:
    before = index_of(old)
    held_before = held(before)
    staying = data.draw(st.lists(st.booleans(), min_size=len(old), max_size=len(old)))
    order = data.draw(st.permutations(range(sum(staying) + len(new))))
    places = iter(order)
    kept = np.array([next(places) if stays else GONE for stays in staying], np.int32)
    rest = sorted(places)
    after = before.replaced(kept, rows_of(new))
    expected: list[dict[int, int]] = [{} for _ in order]
    for place, counts in zip([*kept, *rest], [*old, *new], strict=True):
        if place != GONE:
            expected[place] = counts
    assert held(after) == held(index_of(expected))
    assert held(before) == held_before


def test_a_term_weighs_more_the_oftener_it_stands_and_the_shorter_its_section_is() -> None:
    postings = index_of([{1: 1}, {1: 3}, {1: 1, 2: 9}])
    once, often, among_others = postings.weights(1)
    assert often > once > among_others > 0
