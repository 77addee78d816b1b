"""Questions that were not answered, by what they ask for: told by the terms that they share.

A group is led by the question that was asked most often, and holds those that share most of its
terms; a rare term says more than one that many questions have. Where the search has come nearest
to the same section, fewer need to be shared. A question has but one group.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from shiploop.agents.faq.gate.privacy import check_privacy
from shiploop.agents.faq.question import question_hash
from shiploop.agents.faq.retrieval.terms import content_terms
from shiploop.domain.delivery.change import Source
from shiploop.domain.limits import MAX_DECLINED, MAX_GAPS, MAX_QUESTION_TERMS
from shiploop.domain.upkeep.gap import DeclinedRequest, Gap

_ALIKE: Final = 0.5
_ALIKE_NEAR_ONE_SECTION: Final = 0.2
_OTHERS_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question, however often and in whatever spelling it was asked."""

    title: str
    count: int
    last_at: datetime
    closest: Source | None
    terms: frozenset[str]


@dataclass(slots=True)
class _Group:
    """The first of its members leads it."""

    weight: float
    members: list[_Asked] = field(default_factory=list)


def find_gaps(declined: Sequence[DeclinedRequest]) -> tuple[Gap, ...]:
    """Group the newest of what was declined, the most wanted first, without personal data."""
    newest = sorted(declined, key=lambda each: each.at, reverse=True)[:MAX_DECLINED]
    asked = _different(each for each in newest if not any(check_privacy(each.title, "")))
    gaps = [_gap(group.members) for group in _grouped(asked)]
    return tuple(sorted(gaps, key=lambda gap: (-gap.count, -gap.last_at.timestamp())))[:MAX_GAPS]


def _different(newest: Iterable[DeclinedRequest]) -> list[_Asked]:
    same: dict[str, list[DeclinedRequest]] = defaultdict(list)
    for each in newest:
        same[question_hash(each.title)].append(each)
    found = [
        _Asked(
            title=each[0].title,
            count=len(each),
            last_at=each[0].at,
            closest=next((one.closest[0] for one in each if one.closest), None),
            terms=frozenset(content_terms(each[0].title)[:MAX_QUESTION_TERMS]),
        )
        for each in same.values()
    ]
    return sorted(found, key=lambda each: -each.count)  # the newest first among equals


def _grouped(asked: Sequence[_Asked]) -> list[_Group]:
    having = Counter(term for each in asked for term in each.terms)
    weights = {term: math.log(1 + len(asked) / count) for term, count in having.items()}
    groups: list[_Group] = []
    led_with: dict[str, list[int]] = defaultdict(list)
    for each in asked:
        number = _nearest(each, groups, led_with, weights)
        if number is None:
            number = len(groups)
            groups.append(_Group(_weight(each.terms, weights)))
            for term in each.terms:
                led_with[term].append(number)
        groups[number].members.append(each)
    return groups


def _nearest(
    asked: _Asked,
    groups: Sequence[_Group],
    led_with: Mapping[str, Sequence[int]],
    weights: Mapping[str, float],
) -> int | None:
    """The group whose leader is most alike, by Dice's coefficient of the weights."""
    shared: dict[int, float] = defaultdict(float)
    for term in asked.terms:
        for number in led_with.get(term, ()):
            shared[number] += weights[term]
    own = _weight(asked.terms, weights)
    alike = {
        number: 2 * weight / (own + groups[number].weight) for number, weight in shared.items()
    }
    close = [number for number in alike if alike[number] >= _least(asked, groups[number])]
    return max(close, key=lambda number: (alike[number], -number), default=None)


def _least(asked: _Asked, group: _Group) -> float:
    leader = group.members[0]
    near = asked.closest is not None and asked.closest == leader.closest
    return _ALIKE_NEAR_ONE_SECTION if near else _ALIKE


def _weight(terms: Iterable[str], weights: Mapping[str, float]) -> float:
    return sum(weights[term] for term in terms)


def _gap(members: Sequence[_Asked]) -> Gap:
    closest = Counter(each.closest for each in members if each.closest is not None)
    return Gap(
        title=members[0].title,
        count=sum(each.count for each in members),
        last_at=max(each.last_at for each in members),
        others=tuple(each.title for each in members[1 : 1 + _OTHERS_SHOWN]),
        closest=closest.most_common(1)[0][0] if closest else None,
    )
