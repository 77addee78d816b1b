"""Terms by what they mean: words that people use for one another count as one."""

from typing import Final

from shiploop.agents.faq.retrieval.terms import content_terms

# Of software and its use in general; no word stands in two lines.
_GROUPS: Final = """
cancel cancelled cancelling abort
delete remove erase wipe purge
change modify edit adjust alter rotate
disable deactivate off
configure setup set
connect integrate
verify check confirm validate
fail failure failing error red
start launch begin
show display view see
notify inform announce alert tell told message
person human people user
revert undo reverted
keep kept store stored save retain
crash dead die died dies kill
allow permit
require necessary needed
broken unhealthy
offline internet
order sequence
limit maximum most
machine computer
renew refresh
two both several
"""
_MEANINGS: Final = {
    term: terms[0]
    for line in _GROUPS.strip().splitlines()
    for terms in [content_terms(line)]
    for term in terms
}


def meanings(text: str) -> tuple[str, ...]:
    """List the terms of a text like `content_terms`, one for all that mean the same."""
    return tuple(_MEANINGS.get(term, term) for term in content_terms(text))
