"""Writes a question and its answer in a form, and reads them back, whoever has edited them."""

import re
from dataclasses import replace
from typing import Final, assert_never

from shiploop.agents.faq.document.enclosing import Read, read_enclosed, write_enclosed
from shiploop.agents.faq.document.form import (
    ATX,
    STRONG,
    UNDERLINE,
    Form,
    Shape,
    answer_lead,
    bare,
    may_ask,
    shape_of_heading,
)
from shiploop.agents.faq.question import unescape_heading

_BEGINS_PARAGRAPH: Final = re.compile(r"[^\W\d]|[\"'“(`*_\[](?=\S)")
_RULE: Final = re.compile(r"(?:-{3,}|\*{3,}|_{3,}|(?:\* ){2,}\*|(?:- ){2,}-)[ \t]*")
# What could make a line that is no heading begin a list, a quotation or HTML.
_PLAIN_START: Final = re.compile(r"\w(?!\d{0,8}[.)](?:[ \t]|\Z))|\*\*|__|`(?!`)")
_IN_BOLD: Final = Form(shape=Shape.LINE, before=STRONG[0], after=STRONG[0])
_HEADINGS: Final = (Shape.ATX, Shape.CLOSED)
_NOT_PLAIN: Final = (*(Shape.HTML, Shape.SUMMARY, Shape.INDENTED, Shape.DEFINED, Shape.ENCLOSED),)
_LEVEL_OF_SETEXT: Final = {"=": 1, "-": 2}


def write_question(form: Form, heading: str, answer: str, slug: str) -> str:
    """Write a question, given as the text of a heading, and its answer below it."""
    written = _written(form, heading, answer, slug)
    return f"{form.rule}\n\n{written}" if form.rule else written


def _written(form: Form, heading: str, answer: str, slug: str) -> str:
    after, opens = (each.replace("{id}", slug) for each in (form.after, form.opening[0]))
    form = replace(form, after=after, opening=(opens, form.opening[1]))
    if form.shape in _NOT_PLAIN:
        written = write_enclosed(form, heading, answer)
        if written is not None:
            return written
        form = _IN_BOLD
    if form.shape not in _HEADINGS and not _can_stand(form, heading):
        form = Form(form.level)
    content = f"{form.before}{heading}{form.after}"
    answer = _with_lead(form, answer)
    marks = "#" * form.level
    match form.shape:
        case Shape.ATX:
            return f"{marks} {content}\n\n{answer}"
        case Shape.CLOSED:
            return f"{marks} {content} {marks}\n\n{answer}"
        case Shape.SETEXT:
            line = "=" if form.level == 1 else "-"
            return f"{content}\n{line * max(3, len(content))}\n\n{answer}"
        case Shape.LINE:
            is_next = form.joined and _BEGINS_PARAGRAPH.match(answer)
            return f"{content}{form.opening[1]}\n{answer}" if is_next else f"{content}\n\n{answer}"
        case Shape.HTML | Shape.SUMMARY | Shape.INDENTED | Shape.DEFINED | Shape.ENCLOSED:
            raise AssertionError(form.shape)
        case _:
            assert_never(form.shape)


def _with_lead(form: Form, answer: str) -> str:
    on_its_own = form.answer_before.endswith("\n")
    if _can_be_read(form.answer_before, form) and (on_its_own or _BEGINS_PARAGRAPH.match(answer)):
        return f"{form.answer_before}{answer}"
    return answer


def _can_stand(form: Form, heading: str) -> bool:
    return bool(_PLAIN_START.match(f"{form.before}{heading}")) and "|" not in heading


def read_question(text: str) -> Read | None:
    """Read what `write_question` wrote, or what a person has made of it; None: no question.

    Its form, what the question may be, the likeliest last, and its answer.
    """
    first, _, rest = text.partition("\n")
    if _RULE.fullmatch(first):
        read = read_question(rest.lstrip("\n")) if rest.startswith("\n") else None
        return (replace(read[0], rule=first), *read[1:]) if read and not read[0].rule else None
    if heading := ATX.match(first):
        shown, shape = shape_of_heading([first])
        return _read(Form(len(heading["marks"]), shape), shown, rest)
    if enclosed := read_enclosed(text):
        return enclosed
    second, _, below = rest.partition("\n")
    if UNDERLINE.fullmatch(second):
        return _read(Form(_LEVEL_OF_SETEXT[second[0]], Shape.SETEXT), first, below)
    return _read(Form(shape=Shape.LINE), first, rest) if first.strip() else None


def _read(form: Form, written: str, below: str) -> Read:
    taken = bare(written)
    answer = below.lstrip("\n")
    joined = form.shape is Shape.LINE and answer == below
    form = replace(form, before=taken.before, after=taken.after, joined=joined)
    lead = answer_lead(answer)
    if _can_be_read(lead, form):
        form, answer = replace(form, answer_before=lead), answer[len(lead) :]
    return form, tuple(map(unescape_heading, may_ask(written))), answer


def _can_be_read(answer_lead: str, form: Form) -> bool:
    """Tell whether what begins an answer is known to be no part of it."""
    asks_by_letter = any(character.isalpha() for character in form.before)
    return bool(answer_lead) and (asks_by_letter or answer_lead.startswith(STRONG))
