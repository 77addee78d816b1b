"""What of a section the small model compares with a question: it has time for a little only."""

from itertools import islice
from typing import Final

from shiploop.agents.faq.retrieval.sections import Section
from shiploop.agents.faq.retrieval.terms import content_terms

_LONGEST: Final = 160  # characters: its time grows with them
_MOST_OF_TITLES: Final = 100
_LINES_LOOKED_AT: Final = 400


def excerpt(question: str, section: Section) -> str:
    """The section's titles, the line that says most to the question, and some of its beginning."""
    titles = " › ".join(section.heading_path[-2:])[:_MOST_OF_TITLES]
    wanted = frozenset(content_terms(question)).difference(content_terms(titles))
    lines = [line for line in section.text.split("\n") if line.strip()]

    def says(line: str) -> int:
        return len(wanted.intersection(content_terms(line)))

    best = max(islice(lines, _LINES_LOOKED_AT), key=says, default="")
    return f"{titles}\n{best}\n{section.text.lstrip()}"[:_LONGEST]
