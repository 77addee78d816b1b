"""The judge of answers that are quoted: what may go unattended, what a person has to see.

It is not the writer, and structure comes first: a whole section whose heading the question is
needs no score. Any other passage is at best a suggestion.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from shiploop.agents.faq.judging.excerpt import excerpt
from shiploop.agents.faq.judging.narrowing import rival_of
from shiploop.agents.faq.judging.rules import denies, unsaid, why_not_alone
from shiploop.agents.faq.retrieval.headings import Named
from shiploop.agents.faq.retrieval.sections import Hit, Section
from shiploop.domain.delivery.change import Assessment, Level

HEADING: Final = "heading"
PASSAGE: Final = "passage"

# What the small model says of a question and a text: from some 0.75, far, to 1, the same.
Nearness = Callable[[str, str], float]
# docs/judge.md tells how these were chosen.
LEAST_NEARNESS: Final = 0.845
LEAST_COVERAGE_WITH_MODEL: Final = 0.5
# What a nearness weighs beside the logarithm of the search's own score.
_NEARNESS_WEIGHT: Final = 25.0
# So many of what a search has found are compared: each takes the model some 40 ms.
COMPARED: Final = 4
# Without the model nearly everything that the question asks for has to be there.
LEAST_COVERAGE: Final = 0.65


@dataclass(frozen=True, slots=True)
class Refused:
    """Not even a person should be shown this as an answer, and why."""

    reason: str


def judge_whole(
    question: str,
    named: Named,
    quoted: str,
    pages: Collection[str] = (),
    hits: Sequence[Hit] = (),
) -> Assessment:
    """Judge the whole section whose heading the question is, among all the pages there are.

    `hits` are what a search finds for the question.
    """
    told = f"The question is the heading “{named.heading}” of {named.section.path}"
    if weak := why_not_alone(question, named, quoted, pages):
        return Assessment(Level.SUGGEST, HEADING, (is_heading(named), *weak))
    if rival := rival_of(question, named, hits):
        told_apart = f"The question names no page, and {rival} speaks of all of it too."
        return Assessment(Level.SUGGEST, HEADING, (is_heading(named), told_apart))
    more = ", but for what stands below further headings" if named.has_more_below else ""
    return Assessment(Level.AUTO, HEADING, (f"{told}, and all of it is quoted{more}.",))


def is_heading(named: Named) -> str:
    """Tell which heading the question is."""
    return f"The question is the heading “{named.heading}” of {named.section.path}."


def judge_part(named: Named, why_not_whole: str) -> Assessment:
    """Judge a part of the section whose heading the question is."""
    told = is_heading(named)
    part = f"Only a part of it is quoted: {why_not_whole}."
    return Assessment(Level.SUGGEST, HEADING, (told, part))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The hit that a person may be shown as an answer, and why."""

    hit: Hit
    why: str


def choose_passage(
    question: str, hits: Sequence[Hit], nearness: Nearness | None
) -> Chosen | Refused:
    """Choose of what a search has found what a person may be shown: the first, or the nearest."""
    refusals, near = list[str](), list[tuple[float, float, Hit]]()
    for hit in hits:
        place = place_of(hit.section)
        if refusal := _refusal(question, hit, nearness):
            refusals.append(refusal)
        elif nearness is None:
            share = f"{hit.coverage:.0%}"
            return Chosen(hit, f"{share} of what the question asks for stands below {place}.")
        elif (cosine := nearness(question, excerpt(question, hit.section))) >= LEAST_NEARNESS:
            near.append((math.log(hit.score) + _NEARNESS_WEIGHT * cosine, cosine, hit))
        else:
            refusals.append(f"{place} is about something else")
    if not near:
        return Refused(refusals[0] if refusals else "")
    _, cosine, hit = max(near, key=itemgetter(0))
    place = place_of(hit.section)
    return Chosen(hit, f"The small model finds {place} near the question: {cosine:.2f} of 1.")


def _refusal(question: str, hit: Hit, nearness: Nearness | None) -> str | None:
    """What keeps a hit from being shown to anybody, whatever the small model says."""
    section = hit.section
    headings = "\n".join(section.heading_path)
    if missing := unsaid(question, f"{headings}\n{section.text}").products:
        return f"{place_of(section)} does not say “{missing[0]}”"
    if denies(question, "".join(section.heading_path[-1:])):
        return f"{place_of(section)} says no to something, and the question does not"
    least = LEAST_COVERAGE if nearness is None else LEAST_COVERAGE_WITH_MODEL
    return None if hit.coverage >= least else f"{place_of(section)} says too little of it"


def judge_passage(question: str, chosen: Chosen, quoted: str) -> Assessment:
    """Judge a passage that is quoted; a person has to see it."""
    headings = "\n".join(chosen.hit.section.heading_path)
    doubts = unsaid(question, f"{headings}\n{quoted}").sentences
    return Assessment(Level.SUGGEST, PASSAGE, (chosen.why, *doubts))


def judge_link(kind: str, why: str, why_not_quoted: str) -> Assessment:
    """Judge an answer that only links a section."""
    only = f"The answer is a link, because what it leads to cannot be quoted: {why_not_quoted}."
    return Assessment(Level.SUGGEST, kind, (why, only))


def place_of(section: Section) -> str:
    if not section.heading_path:
        return f"the beginning of {section.path}"
    return f"the heading “{section.heading_path[-1]}” of {section.path}"
