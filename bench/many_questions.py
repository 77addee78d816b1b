"""As many different questions as a load wants, every one of them answerable."""

from itertools import islice, product

from bench.world import BenchFailed, questions

_KNOWN = 50
# Function words only (`shiploop.domain.terms`): what answers the question does not change.
_ASKS = ("how", "why", "when", "where", "what")
_DOES = ("does it work", "can I use it", "do I need it", "is it used", "would it happen")


def many_questions(count: int) -> list[str]:
    """Different questions, no two in a row on the same subject. Raises BenchFailed."""
    endings = ["?", *(f", and {ask} {does}?" for ask, does in product(_ASKS, _DOES))]
    subjects = [question.rstrip("?？") for question in questions(_KNOWN)]
    most = len(endings) * len(subjects)
    if count > most:
        raise BenchFailed(f"there are only {most} different questions")
    varied = (f"{subject}{ending}" for ending, subject in product(endings, subjects))
    return list(islice(varied, count))
