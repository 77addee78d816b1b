"""The form that most questions of a section have, for ours among them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from shiploop.agents.faq.document.enclosing import indent_of
from shiploop.agents.faq.document.form import LAST_NUMBER, Form, Shape, answer_lead
from shiploop.agents.faq.document.questions import Sort, Written

_NOT_PLAIN: Final = (Shape.HTML, Shape.INDENTED, Shape.DEFINED, Shape.ENCLOSED)
_BY_INDENT: Final = (Shape.INDENTED, Shape.DEFINED)
_BULLETS: Final = ("- ", "* ", "+ ")
_OWN_SIGN: Final = re.compile(r"[^\w\s*.:)、：]{1,4}[ \t]+\Z")
_ID: Final = re.compile(r"#[^\s{}]{1,200}|(?<=:id=)[\w-]{1,100}")


def usual_form(questions: Sequence[Written], answers: Sequence[str], sort: Sort) -> Form:
    """The form that most of the questions have, with the greatest number that one has."""
    shape = Counter(each.shape for each in questions).most_common(1)[0][0]
    if shape in _NOT_PLAIN and (form := _usual_not_plain(questions, answers, shape)):
        return form
    is_line = shape is Shape.LINE
    shape = Shape.LINE if shape in _NOT_PLAIN else shape
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
    joined = is_line and not any(answer.startswith("\n") for answer in answers)
    form = Form(questions[0].level or 1, shape, before, after, lead, joined=joined)
    broken = sum(each.opening is not None for each in questions)
    return replace(form, opening=("", "  ")) if joined and 2 * broken > len(questions) else form


def _usual_not_plain(
    questions: Sequence[Written], answers: Sequence[str], shape: Shape
) -> Form | None:
    """The form of questions that are not plain Markdown; None where all are different."""
    alike = [(q, a) for q, a in zip(questions, answers, strict=True) if q.shape is shape]
    opens = [(q.opening.before, q.opening.after) if q.opening else ("", "") for q, _ in alike]
    opening, count = Counter(opens).most_common(1)[0]
    before = _most([LAST_NUMBER.sub("0", q.taken_apart.before) for q, _ in alike])
    after = _most([q.taken_apart.after for q, _ in alike])
    indent = Counter(indent_of(answer, shape) for _, answer in alike).most_common(1)[0][0]
    if not indent and shape in _BY_INDENT:
        return None
    if 2 * count <= len(alike) or not (before or any(opening) or shape is Shape.DEFINED):
        return None
    # What is no list would go on in the line of the question where lists stand below the others.
    apart = [answer[:1] == "\n" or answer.lstrip()[:2] in _BULLETS for _, answer in alike]
    joined = 2 * sum(apart) < len(alike)
    level = alike[0][0].level or Form().level
    form = Form(level, shape, before, after, joined=joined, indent=indent, opening=opening)
    numbers = numbers_of(questions)
    return form.numbered(max(numbers)) if numbers and form.number is not None else form


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
