"""As many different questions as a load wants, every one of them answerable."""

from itertools import islice, product

from bench.world import BenchFailed, questions

_KNOWN = 50
# No word that points at another one: such a heading is not answered without a person.
_WHEN = ("at night", "at noon", "in winter", "in summer", "on holidays", "on weekends")
_HOW = ("alone", "in pairs", "in teams", "by post", "by phone")


def many_questions(count: int) -> list[str]:
    """Different questions, no two in a row on the same subject. Raises BenchFailed.

    None is the sample's own: what the sample and the handbook both tell of, a person has to see.
    """
    known = [question.rstrip("?？") for question in questions(_KNOWN)]
    # Half a question in another language would want an answer in both.
    english = [question for question in known if question.isascii()]
    more = (f" {when} {how}" for how, when in product(_HOW, _WHEN))
    varied = (f"{subject}{ending}" for ending, subject in product(more, english))
    found = [f"{subject}?" for subject in islice(varied, count)]
    if len(found) < count:
        raise BenchFailed(f"there are only {len(found)} different questions")
    return found
