"""The form that most questions of a section have, for ours among them."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from shiploop.agents.faq.document.form import LAST_NUMBER, Form, Shape, answer_lead
from shiploop.agents.faq.document.questions import Sort, Written

_OWN_SIGN: Final = re.compile(r"[^\w\s*.:)、：]{1,4}[ \t]+\Z")
_ID: Final = re.compile(r"#[^\s{}]{1,200}|(?<=:id=)[\w-]{1,100}")


def usual_form(questions: Sequence[Written], answers: Sequence[str], sort: Sort) -> Form:
    """The form that most of the questions have, with the greatest number that one has."""
    shape = Counter(each.shape for each in questions).most_common(1)[0][0]
    taken = [each.taken_apart for each in questions]
    numbers = numbers_of(questions)
    before = _most_before([LAST_NUMBER.sub("0", each.before) for each in taken])
    after = _most([_ID.sub(_id_to_fill, each.after) for each in taken])
    if numbers:
        before = LAST_NUMBER.sub(str(max(numbers)), before)
    if sort is Sort.OTHER:
        before, after = "**", "**"
    leads = [answer_lead(answer.lstrip("\n")) for answer in answers]
    # One alone is a chance, unless its question is marked as well.
    is_usual = len(leads) > 1 or any(map(str.isalpha, before))
    lead = _most(leads) if is_usual else ""
    joined = shape is Shape.LINE and not any(answer.startswith("\n") for answer in answers)
    return Form(questions[0].level or 1, shape, before, after, lead, joined=joined)


def numbers_of(questions: Sequence[Written]) -> Sequence[int]:
    """The numbers that questions have, of those that have one."""
    found = (LAST_NUMBER.search(each.taken_apart.before) for each in questions)
    return [int(number[0]) for number in found if number]


def _most_before(texts: Sequence[str]) -> str:
    """What most of the questions begin with; a sign of its own, such as an emoji, is one's own."""
    most = _most(texts) if len(texts) > 1 else ""
    return most or _most([_OWN_SIGN.sub("", each) for each in texts])


def _id_to_fill(found: re.Match[str]) -> str:
    return "#{id}" if found[0].startswith("#") else "{id}"


def _most(texts: Sequence[str]) -> str:
    """What more than half of the texts are; empty where none is."""
    text, count = Counter(texts).most_common(1)[0]
    return text if 2 * count > len(texts) else ""
