"""Which sections hold which terms, and how often: an inverted index that is never changed.

What changes a few pages makes a new one out of the old one, which others may still be reading.
Terms are told by their hashes, so that no list of them has to be kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

# BM25's own constants, as FTS5 and Lucene have them.
_K1: Final = 1.2
_B: Final = 0.75
_MOST: Final = 2**16 - 1  # times that a term is counted in a section
GONE: Final = -1


@dataclass(frozen=True, slots=True)
class Rows:
    """The terms of some sections, which are numbered from 0: a row for each term in a section.

    `lengths` are the sections' numbers of terms.
    """

    terms: NDArray[np.int64]
    sections: NDArray[np.int32]
    counts: NDArray[np.uint16]
    lengths: NDArray[np.float32]

    @classmethod
    def of(
        cls, terms: ArrayLike, sections: ArrayLike, counts: ArrayLike, lengths: ArrayLike
    ) -> "Rows":
        """Rows of whatever holds numbers."""
        return cls(
            np.asarray(terms, np.int64),
            np.asarray(sections, np.int32),
            np.minimum(counts, _MOST).astype(np.uint16),
            np.asarray(lengths, np.float32),
        )

    @classmethod
    def joined(cls, pages: Iterable["Rows"]) -> "Rows":
        """The rows of one page after the other; only one of them is held at a time."""
        terms, sections, counts, lengths = bytearray(), bytearray(), bytearray(), bytearray()
        before = 0
        for page in pages:
            terms += page.terms.tobytes()
            sections += (page.sections + np.int32(before)).tobytes()
            counts += page.counts.tobytes()
            lengths += page.lengths.tobytes()
            before += len(page.lengths)
        return cls(
            np.frombuffer(terms, np.int64),
            np.frombuffer(sections, np.int32),
            np.frombuffer(counts, np.uint16),
            np.frombuffer(lengths, np.float32),
        )


@dataclass(frozen=True, slots=True)
class Postings:
    """The terms of sections, which are numbered from 0.

    `_terms` are in order, `_starts` says where each begins in `_sections` and `_counts`;
    `_lengths` are the sections' numbers of terms, `_mean_length` their mean.
    """

    _terms: NDArray[np.int64]
    _starts: NDArray[np.int64]
    _sections: NDArray[np.int32]
    _counts: NDArray[np.uint16]
    _lengths: NDArray[np.float32]
    _mean_length: float

    @classmethod
    def of(cls, rows: Rows) -> "Postings":
        """Index sections by what they hold."""
        return _index(rows.terms, rows.sections, rows.counts, rows.lengths)

    def replaced(self, kept: NDArray[np.int32], added: Rows) -> "Postings":
        """An index of some of these sections, and of others.

        `kept` is the new number of each section, GONE where it is gone; the numbers that it does
        not name are those of the sections that are added, in order.
        """
        stays = kept != GONE
        count = int(stays.sum()) + len(added.lengths)
        is_free = np.ones(count, np.bool_)
        is_free[kept[stays]] = False
        free = np.flatnonzero(is_free).astype(np.int32)
        numbers = kept[self._sections]
        rows = numbers != GONE
        lengths = np.zeros(count, np.float32)
        lengths[kept[stays]] = self._lengths[stays]
        lengths[free] = added.lengths
        order = np.argsort(added.terms, kind="stable")
        return _index(
            np.concatenate(
                [np.repeat(self._terms, np.diff(self._starts))[rows], added.terms[order]]
            ),
            np.concatenate([numbers[rows], free[added.sections[order]]]),
            np.concatenate([self._counts[rows], added.counts[order]]),
            lengths,
        )

    def __len__(self) -> int:
        """How many sections there are."""
        return len(self._lengths)

    def holds_nothing(self, section: int) -> bool:
        """Tell whether a section has no term at all."""
        return not self._lengths[section]

    def sections_with(self, term: int) -> NDArray[np.int32]:
        """The numbers of the sections that hold a term."""
        return self._sections[self._place(term)]

    def weights(self, term: int) -> NDArray[np.float32]:
        """What BM25 makes of how often a term stands in each of `sections_with`: 0 to 2.2."""
        place = self._place(term)
        times = self._counts[place].astype(np.float32)
        lengths = self._lengths[self._sections[place]] / self._mean_length
        weights = times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * lengths))
        return weights.astype(np.float32, copy=False)

    def _place(self, term: int) -> slice:
        place = int(self._terms.searchsorted(term))
        if place == len(self._terms) or self._terms[place] != term:
            return slice(0, 0)
        return slice(int(self._starts[place]), int(self._starts[place + 1]))


def _index(
    terms: NDArray[np.int64],
    sections: NDArray[np.int32],
    counts: NDArray[np.uint16],
    lengths: NDArray[np.float32],
) -> Postings:
    # Of two parts that are in order already this takes a tenth of sorting them.
    order = np.argsort(terms, kind="stable")
    terms = terms[order]
    first = np.ones(len(terms), np.bool_)
    first[1:] = terms[1:] != terms[:-1]
    begins = np.flatnonzero(first)
    mean = float(lengths.mean()) if len(lengths) else 0.0
    return Postings(
        terms[begins],
        np.append(begins, len(terms)),
        sections[order],
        counts[order],
        lengths,
        mean or 1.0,
    )
