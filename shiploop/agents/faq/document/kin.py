"""A new question's kin: those of its file among which it stands, and is written as they are.

They are found in the text of people alone, so that the order of our own insertions leaves no trace.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Final

from shiploop.agents.faq.document.blocks import Apart, Block
from shiploop.agents.faq.document.closing import (
    end_of_answer,
    end_of_enclosed,
    end_of_fold,
    end_of_set_in,
    rule_between,
)
from shiploop.agents.faq.document.contents import Contents, find_contents, link_to, lists
from shiploop.agents.faq.document.form import Form, Shape
from shiploop.agents.faq.document.found_questions import DEEPEST, TITLE, FoundQuestions, meant
from shiploop.agents.faq.document.lines import Lines
from shiploop.agents.faq.document.questions import Sort, Written, read_questions
from shiploop.agents.faq.document.remembered import remembered
from shiploop.agents.faq.document.usual_form import numbers_of, usual_form

# Of titles under which it says where help is to be had, whatever a program supports.
_OF_HELP: Final = meant("support community help")
_ENOUGH: Final = 2  # words in common with a section: one alone is a chance
_MOST_SECTIONS: Final = 100  # each is looked for in all that follows
_GENERAL: Final = re.compile(
    r"\W{0,4}(?:general|basics?|misc|miscellaneous|others?|common|about|overview|everything else"
    r"|allgemein(?:es)?|verschiedenes|sonstiges|général|généralités|divers|autres?|varios|otr[ao]s"
    r"|generale?|generali|altr[eio]|ger(?:al|ais)|outr[ao]s|общ(?:ие|ее)|прочее|разное|другое"
    r"|一般|通用|基本|常规|常規|その他|其他|其它)\b.{0,30}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Kin:
    """The questions of a section, or of the whole file.

    Offsets are of the text of people: the section lies after `begin` and up to `end`, and a new
    question stands at `place`, None where nothing can. `form` has the greatest number of theirs,
    or of all the file's where it `is_counted_on` from section to section.
    """

    form: Form
    begin: int
    end: int
    place: int | None
    questions: tuple[Written, ...] = ()
    title: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    is_general: bool = False
    is_counted_on: bool = False
    contents: Contents | None = None

    @property
    def asking(self) -> int:
        """How many of the questions ask, as statements among them do not."""
        return sum(each.asks for each in self.questions)


def kin_of(question: str, answer: str, kin: Sequence[Kin]) -> Kin:
    """The kin that speak of the same; else the general ones, else most of them.

    Where one count runs through all the sections, a new question has the next number: the last.
    """
    if len(kin) == 1 or kin[-1].is_counted_on:
        return kin[-1]
    terms = meant(question)
    answered = meant(answer) - terms
    told = Counter(word for each in kin for word in each.words)
    # What is asked about nearly everywhere, such as the name of the program, tells nothing.
    usual = {word for word, count in told.items() if len(kin) > 2 and 2 * count > len(kin)}
    alone = {word for word, count in told.items() if count == 1}
    usual |= _OF_HELP
    scores = [
        3 * len(terms & each.title - usual)
        + 2 * len(answered & each.title - usual)
        + len(terms & each.words & alone)
        + len(answered & each.words & alone) / 2
        for each in kin
    ]
    best = max(scores)
    if best >= _ENOUGH:
        kin = [each for each, score in zip(kin, scores, strict=True) if score == best]
    return max(
        kin, key=lambda each: (each.is_general, each.asking, len(each.questions), -each.begin)
    )


def kin_of_block(body: str, apart: Apart, block: Block) -> Kin:
    """The kin of an entry of ours: those whose table of contents has it, or around it."""
    kin = find_kin(apart.text)
    for each in kin if len(kin) > 1 else ():
        if each.contents is None:
            continue
        link = link_of(block, each.contents)
        if lists(body, apart.in_body(each.contents.begin), link):
            return each
    place = next(at for at, other in apart.blocks if other == block)
    around = [each for each in kin if each.begin < place <= each.end]
    return max(around or kin, key=lambda each: each.begin)  # sections stand in sections


def link_of(block: Block, contents: Contents) -> str:
    """The line of an entry in a table of contents."""
    entry = block.entry
    return link_to(entry.question, entry.slug, block.form, numbered=contents.numbered)


@remembered
def find_kin(text: str) -> tuple[Kin, ...]:
    """The kin in a text of people, one or more."""
    lines = Lines.of(text)
    written = read_questions(lines)
    found = FoundQuestions.of(written)
    if not found.questions:
        place = end_of_answer(lines, lines.start, len(lines), ())
        form = Form(_level_below_title(written))
        return (Kin(form, -1, len(text), lines.place_after(place)),)
    sections, answers = found.by_section(), found.answers(lines)
    whole = len(sections) == 1
    kin = [
        _kin(lines, found, above, [(each, answers[each]) for each in questions], whole=whole)
        for above, questions in islice(sections.items(), _MOST_SECTIONS)
    ]
    numbers = numbers_of(found.questions)
    if whole or len(numbers) < len(found.questions) or any(a >= b for a, b in pairwise(numbers)):
        return tuple(kin)
    # One count runs through all the sections.
    last = numbers[-1]
    return tuple(replace(each, form=each.form.numbered(last), is_counted_on=True) for each in kin)


def _kin(
    lines: Lines,
    found: FoundQuestions,
    above: Written | None,
    answered: Sequence[tuple[Written, str]],
    *,
    whole: bool,
) -> Kin:
    questions, texts = zip(*answered, strict=True)
    last = questions[-1]
    end_line = max(
        found.end_after(last, min(found.level, DEEPEST), lines),
        end_of_fold(lines, last.first_line) if last.sort is Sort.SUMMARY else 0,
    )
    place_line = _end_of_last(lines, last, end_line, texts[:-1])
    begin, end = -1, len(lines.text)
    if not whole and above:
        begin = lines.offset(above.first_line)
        end = lines.offset(found.end_after(above, above.level, lines))
    elif not whole:
        end = lines.offset(end_line)
    title = above.text if above else ""
    place = lines.place_after(place_line)
    return Kin(
        form=replace(usual_form(questions, texts, found.sort), rule=rule_between(texts)),
        begin=begin,
        end=end if place is None else max(end, place),
        place=place,
        questions=tuple(questions),
        title=meant(title),
        words=found.words_of(questions),
        is_general=bool(_GENERAL.fullmatch(title)),
        contents=find_contents(lines, questions),
    )


def _end_of_last(lines: Lines, last: Written, end: int, others: Sequence[str]) -> int:
    """The line after the last answer; what closes the file below it is none of it."""
    match last.shape:
        case Shape.SUMMARY:  # what folds begins above its summary
            return end_of_answer(lines, max(lines.start, last.first_line - 1), end, others)
        case Shape.INDENTED | Shape.DEFINED:
            return end_of_set_in(lines, last.body_line, end)
        case Shape.ENCLOSED if last.opening and (
            enclosed := end_of_enclosed(lines, last.body_line, end, last.opening.closing)
        ):
            return enclosed
        case _:
            return end_of_answer(lines, last.body_line, end, others)


def _level_below_title(written: Sequence[Written]) -> int:
    titles = [each.level for each in written if each.level and TITLE.fullmatch(each.text)]
    return min(titles[0] + 1, DEEPEST) if titles else Form().level
