"""Finds the section that a question names: a question that is a heading is answered from there.

Exact beats clever: what a search would rank first does not matter then. Terms are compared as
sets; whether they also come in the heading's order is told, since "from A to B" is not "from B
to A".
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from shiploop.agents.faq.retrieval.asked import Asked, asked, readings
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.agents.faq.retrieval.translations import is_untranslated
from shiploop.domain.limits import MAX_SECTIONS_BELOW

_MOST_WORDS: Final = 16  # of a question that names a heading and the page that it is on
_MOST_CANDIDATES: Final = 500  # "Examples" may stand on each page
# Between a heading's words and those of the heading above it.
_JOINING_WORDS: Final = """
in on at for of with within under using auf im bei für mit von unter en sur dans pour avec de du
des para con per nel su em no na da do voor met van
"""
_JOINING: Final = frozenset(_JOINING_WORDS.split())


@dataclass(frozen=True, slots=True)
class Named:
    """The one section whose heading a question is; of an empty section it is the one below it.

    `in_order` tells that its terms come in the order of the heading, `has_more_below` that there
    are headings below it, so that its own text is but the beginning, and `below` are those
    sections where they are few. `is_one_word` tells that it is named by one word alone, which
    names much: "Usage", "Redis". `has_title` tells that it is the first heading of its page or
    below others: of a page without a title most are neither. `has_namesakes` tells that other
    pages say something else below the same heading.
    """

    section: Section
    heading: str
    in_order: bool
    has_more_below: bool
    is_one_word: bool = False
    below: tuple[Section, ...] = ()
    has_title: bool = True
    has_namesakes: bool = False


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several sections whose heading a question is; nothing tells which is meant."""

    sections: tuple[Section, ...]


class Headings:
    """The headings of some sections, which are in the order of their pages."""

    def __init__(self, sections: Sequence[Section], earlier: "Headings | None" = None) -> None:
        """`earlier`: those of nearly the same sections. What a heading asks is taken from there."""
        self._sections = sections
        known = earlier._hashes if earlier else {}
        headed = {n: each.heading_path[-1] for n, each in enumerate(sections) if each.heading_path}
        # What a heading asks is kept as a hash: 30,000 headings take 2 MB so, and 20 as text.
        self._hashes: dict[str, int] = {
            heading: known[heading] if heading in known else _hash(asked(heading))
            for heading in dict.fromkeys(headed.values())
        }
        hashes = np.array([self._hashes[heading] for heading in headed.values()], np.int64)
        order = np.argsort(hashes, kind="stable")
        self._sorted_hashes = hashes[order]
        self._numbers = np.array(list(headed), np.int32)[order]

    def find(self, question: str) -> Named | Ambiguous | None:
        """The section that the question names by its heading, or by that and those above it."""
        for wanted in readings(question):
            if found := self._find(wanted):
                return found
        return None

    def _find(self, wanted: Asked) -> Named | Ambiguous | None:
        if not wanted.terms:
            return None
        same = self._asking(wanted)
        found = self._told_apart(same, wanted) if same else self._named_with_those_above(wanted)
        different = self._different(found)
        if len(different) > 1:
            return Ambiguous(tuple(self._sections[number] for number in different))
        return self._named(different[0], wanted) if different else None

    def _asking(self, wanted: Asked) -> Sequence[int]:
        """The numbers of the sections whose heading asks just that."""
        wanted_hash = _hash(wanted)
        first, after = (
            self._sorted_hashes.searchsorted(wanted_hash, side) for side in ("left", "right")
        )
        return [int(number) for number in self._numbers[first:after]]

    def _told_apart(self, same: Sequence[int], wanted: Asked) -> Sequence[int]:
        """Of several, the one that is written so, or whose whole path the question is."""
        if len(same) == 1:
            return same
        some = same[:_MOST_CANDIDATES]
        written = [n for n in some if self._asked(n).words == wanted.words]
        if len(written) == 1:
            return written
        some = written or some
        whole = [number for number in some if _is_whole_path(self._sections[number], wanted)]
        return whole if len(whole) == 1 else some

    def _asked(self, number: int) -> Asked:
        return asked(self._sections[number].heading_path[-1])

    def _named_with_those_above(self, wanted: Asked) -> Sequence[int]:
        terms, found = wanted.terms, list[int]()
        if wanted.asks or len(terms) > _MOST_WORDS:
            return ()
        for start, end in combinations(range(len(terms) + 1), 2):
            own = Asked("", terms[start:end])
            others = terms[:start], terms[end:]
            candidates = self._asking(own)[:_MOST_CANDIDATES]
            found += [n for n in candidates if _are_of_those_above(self._sections[n], *others)]
        return tuple(dict.fromkeys(found))

    def _different(self, numbers: Iterable[int]) -> list[int]:
        """Of copies the first that is in its own language's folder: they say the same."""
        alike: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for number in numbers:
            section = self._sections[number]
            # Below an empty heading stands what each page says: those are no copies.
            alike[section.heading_path[-1], section.text.strip() or str(number)].append(number)
        return [self._original(copies) for copies in alike.values()]

    def _original(self, copies: Sequence[int]) -> int:
        if len(copies) == 1:
            return copies[0]
        read = ((number, self._sections[number]) for number in copies)
        told = (n for n, each in read if not is_untranslated(each.path, _written(each)))
        return next(told, copies[0])

    def _named(self, number: int, wanted: Asked) -> Named:
        section, below = self._sections[number], self._below(number)
        heading = section.heading_path[-1]
        own = asked(heading)
        in_order = wanted.named == own.named or own.key != wanted.key
        if len(below) == 1 and not section.text.strip():
            # A heading without a text of its own is the one below it.
            section, below = below[0], []
        few = tuple(below) if len(below) <= MAX_SECTIONS_BELOW else ()
        is_one_word, has_title = wanted.weight < 2, self._has_title(number)
        namesakes = self._has_namesakes(number, own)
        return Named(
            section, heading, in_order, bool(below), is_one_word, few, has_title, namesakes
        )

    def _has_namesakes(self, number: int, own: Asked) -> bool:
        section = self._sections[number]
        alike = (self._sections[other] for other in self._asking(own)[:_MOST_CANDIDATES])
        return any(
            each.path != section.path and each.text.strip() != section.text.strip()
            for each in alike
        )

    def _has_title(self, number: int) -> bool:
        """Tell whether a section has a heading above it, or is the first of its page."""
        section, before = self._sections[number], self._sections[number - 1] if number else None
        is_first = before is None or before.path != section.path or not before.heading_path
        return is_first or len(section.heading_path) > 1

    def _below(self, number: int) -> list[Section]:
        """The sections below the heading of one; of very many only the first."""
        section, found = self._sections[number], list[Section]()
        for below in self._sections[number + 1 : number + 2 + MAX_SECTIONS_BELOW]:
            if below.path != section.path or not _is_below(
                below.heading_path, section.heading_path
            ):
                break
            found.append(below)
        return found


def _written(section: Section) -> str:
    return f"{section.heading_path[-1]}\n{section.text}"


def _hash(what: Asked) -> int:
    return hash(what.key)


def _is_below(path: tuple[str, ...], above: tuple[str, ...]) -> bool:
    return len(path) > len(above) and path[: len(above)] == above


def _is_whole_path(section: Section, wanted: Asked) -> bool:
    path = tuple(dict.fromkeys(asked(heading).named for heading in section.heading_path))
    return len(path) == 1 and path[0] == wanted.named


def _are_of_those_above(section: Section, before: Sequence[str], after: Sequence[str]) -> bool:
    """Tell whether what a question says around a heading's terms are headings above it."""
    rest = frozenset((*before, *after)) - _JOINING
    told: set[str] = set()
    for heading in section.heading_path[:-1]:
        above = asked(heading)
        begins = above.named == Asked("", tuple(before)[: len(above.terms)]).named
        if begins or rest.issuperset(above.terms):
            told.update(before[: len(above.terms)] if begins else above.terms)
    return bool(rest) and rest <= told
