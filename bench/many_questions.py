"""As many different questions as a load wants, every one of them answerable."""

from itertools import islice, product

from bench.world import BenchFailed, questions

_KNOWN = 50
# Function words only (see `retrieval/terms.py`): what answers the question does not change.
_ASKS = ("how", "why", "when", "where", "what")
_DOES = (
    "does it work",
    "can I use it",
    "do I need it",
    "is it used",
    "would it happen",
    "should it be so",
)


def many_questions(count: int) -> list[str]:
    """Different questions, no two in a row on the same subject. Raises BenchFailed."""
    known = [question.rstrip("?？") for question in questions(_KNOWN)]
    # Half a question in another language would want an answer in both.
    english = [question for question in known if question.isascii()]
    more = (f", and {ask} {does}" for ask, does in product(_ASKS, _DOES))
    varied = (f"{subject}{ending}" for ending, subject in product(more, english))
    found = [f"{subject}?" for subject in islice((*known, *varied), count)]
    if len(found) < count:
        raise BenchFailed(f"there are only {len(found)} different questions")
    return found
