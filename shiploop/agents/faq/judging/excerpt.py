"""What of a section the small model compares with a question: it has time for a little only."""

from itertools import islice
from typing import Final

from shiploop.agents.faq.retrieval.sections import Section
from shiploop.agents.faq.retrieval.terms import content_terms
from shiploop.domain.limits import MAX_COMPARED_CHARACTERS

_BEGINNING: Final = 110  # characters
_LINES_LOOKED_AT: Final = 400


def excerpt(question: str, section: Section) -> str:
    """The section's titles, its beginning, and the line that says most to the question."""
    titles = " › ".join(section.heading_path[-2:])
    wanted = frozenset(content_terms(question)).difference(content_terms(titles))
    lines = [line for line in section.text.split("\n") if line.strip()]

    def says(line: str) -> int:
        return len(wanted.intersection(content_terms(line)))

    best = max(islice(lines, _LINES_LOOKED_AT), key=says, default="")
    parts = (titles, section.text[:_BEGINNING], best)
    return "\n".join(parts)[:MAX_COMPARED_CHARACTERS]
