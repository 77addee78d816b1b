"""A new question's kin: those of its file among which it stands, and is written as they are.

They are found in the text of people alone, so that the order of our own insertions leaves no trace.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Final

from shiploop.agents.faq.document.closing import (
    end_of_answer,
    end_of_enclosed,
    end_of_fold,
    end_of_set_in,
    is_closing,
    rule_between,
)
from shiploop.agents.faq.document.contents import Contents, find_contents, lists_contents
from shiploop.agents.faq.document.form import Form, Shape
from shiploop.agents.faq.document.lines import Lines
from shiploop.agents.faq.document.questions import Sort, Written, read_questions
from shiploop.agents.faq.document.remembered import remembered
from shiploop.agents.faq.document.usual_form import numbers_of, usual_form
from shiploop.agents.faq.retrieval.synonyms import meanings

_STATEMENT: Final = 1
_QUESTION: Final = 3  # says as much of the level of questions as so many statements
_ENOUGH: Final = 2  # words in common with a section: one alone is a chance
_FEW: Final = 4  # so many questions for each statement among them
_DEEPEST: Final = 6
_STEM: Final = 5  # letters
_MOST_SECTIONS: Final = 100  # each is looked for in all that follows
_TITLE: Final = re.compile(
    r"(?:the )?(?:faqs?|f\.a\.q\.?|(?:general )?frequently asked questions?|common questions"
    r"|questions (?:and|&) answers|q ?& ?a)\b.{0,60}"
    r"|常见问题.{0,20}|常見問題.{0,20}|よくある質問.{0,20}",
    re.IGNORECASE,
)
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


def kin_of(question: str, kin: Sequence[Kin]) -> Kin:
    """The kin that speak of the same as a question; else the general ones, else most of them."""
    if len(kin) == 1:
        return kin[0]
    terms = _meant(question)
    told = Counter(word for each in kin for word in each.words)
    scores = [
        3 * len(terms & each.title) + sum(told[word] == 1 for word in terms & each.words)
        for each in kin
    ]
    best = max(scores)
    if best >= _ENOUGH:
        kin = [each for each, score in zip(kin, scores, strict=True) if score == best]
    return max(
        kin, key=lambda each: (each.is_general, each.asking, len(each.questions), -each.begin)
    )


@remembered
def find_kin(text: str) -> tuple[Kin, ...]:
    """The kin in a text of people, one or more."""
    lines = Lines.of(text)
    written = read_questions(lines)
    found = _Found.of(written)
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


@dataclass(frozen=True, slots=True)
class _Found:
    """What is written in a file, and the questions among which ours stand."""

    written: Sequence[Written]
    questions: Sequence[Written]
    sort: Sort = Sort.HEADING

    @classmethod
    def of(cls, written: Sequence[Written]) -> "_Found":
        asking = [each for each in written if each.asks and not is_closing(each.text)]
        counts = Counter(each.sort for each in asking)
        others = (Sort.LINE, Sort.SUMMARY, Sort.OTHER)
        most = max(others, key=lambda sort: counts[sort])
        level = _level(written)
        kept = [each for each in written if each.level == level and _may_be_answered(each)]
        if counts[most] > max(1, counts[Sort.HEADING], len(kept) if level else 0):
            return cls(written, [each for each in asking if each.sort is most], most)
        return cls(written, _with_statements(kept, _headings_above(written)) if level else [])

    @property
    def level(self) -> int:
        """That of the questions; beyond all headings where they are none."""
        return self.questions[0].level or _DEEPEST + 1

    def by_section(self) -> Mapping[Written | None, Sequence[Written]]:
        """The questions by the heading that they stand under, in their order."""
        sections: defaultdict[Written | None, list[Written]] = defaultdict(list)
        wanted, above = set(self.questions), None
        for each in self.written:
            if each in wanted:
                sections[above].append(each)
            elif each.level and each.level < self.level:
                above = each
        return sections

    def answers(self, lines: Lines) -> Mapping[Written, str]:
        """The text below each question, up to the next one or a heading that is not below it."""
        wanted = set(self.questions)
        marks = [each for each in self.written if each in wanted or 0 < each.level <= self.level]
        ends = [*(each.first_line for each in marks[1:]), len(lines)]
        return {
            each: "\n".join(lines.lines[each.body_line : end])
            for each, end in zip(marks, ends, strict=True)
            if each in wanted
        }

    def words_of(self, questions: Sequence[Written]) -> frozenset[str]:
        """What those of a section ask about; of mere statements among questions its title tells."""
        if any(each.asks for each in self.questions):
            questions = [each for each in questions if each.asks]
        return frozenset[str]().union(*(_meant(each.text) for each in questions))

    def end_after(self, mark: Written, level: int, lines: Lines) -> int:
        """The line of the first heading of at most a level below another; the end without one."""
        below = (
            each.first_line
            for each in self.written
            if each.first_line > mark.first_line and 0 < each.level <= level
        )
        return next(below, len(lines))


def _may_be_answered(heading: Written) -> bool:
    """Whether a heading is not one of what closes a file, or lists what is in it."""
    return not is_closing(heading.text) and not lists_contents(heading.text)


def _headings_above(written: Sequence[Written]) -> Mapping[Written, Written | None]:
    """The heading that each heading stands under."""
    trail: list[Written] = []
    above: dict[Written, Written | None] = {}
    for each in written:
        if each.level:
            trail = [heading for heading in trail if heading.level < each.level]
            above[each] = trail[-1] if trail else None
            trail.append(each)
    return above


def _with_statements(
    headings: Sequence[Written], above: Mapping[Written, Written | None]
) -> Sequence[Written]:
    """The headings that ask; those that do not where they stand among them, or fill a section."""
    asking = [at for at, each in enumerate(headings) if each.asks]
    if not asking:
        return headings
    among = sum(not each.asks for each in headings[asking[0] : asking[-1]])
    if _FEW * among < len(asking):
        kept = {headings[at] for at in asking}
    else:
        kept = set(headings[asking[0] :])
    sections = {above[headings[at]] for at in asking}
    filled = Counter(above[each] for each in headings if above[each] not in sections)
    # In a page that is more than its FAQ, the other sections are none of it.
    if None not in sections and not any(each and _TITLE.fullmatch(each.text) for each in sections):
        kept |= {each for each in headings if filled[above[each]] > 1 and above[each]}
    return [each for each in headings if each in kept]


def _level(written: Sequence[Written]) -> int:
    """The level of most questions, else of most headings with nothing below them; 0 without any."""
    headings = [each for each in written if each.level and _may_be_answered(each)]
    levels: Counter[int] = Counter()
    for each, following in pairwise([*headings, None]):
        if each is None:
            continue
        is_leaf = following is None or following.level <= each.level
        if each.asks:
            levels[each.level] += _QUESTION
        elif is_leaf and each.level > 1 and not _TITLE.fullmatch(each.text):
            levels[each.level] += _STATEMENT
    return min(levels, key=lambda level: (-levels[level], level), default=0)


def _kin(
    lines: Lines,
    found: _Found,
    above: Written | None,
    answered: Sequence[tuple[Written, str]],
    *,
    whole: bool,
) -> Kin:
    questions, texts = zip(*answered, strict=True)
    last = questions[-1]
    end_line = max(
        found.end_after(last, min(found.level, _DEEPEST), lines),
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
        title=_meant(title),
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


def _meant(text: str) -> frozenset[str]:
    """What a text is about; of words beyond English the beginning, whatever their ending."""
    return frozenset(each if each.isascii() else each[:_STEM] for each in meanings(text))


def _level_below_title(written: Sequence[Written]) -> int:
    titles = [each.level for each in written if each.level and _TITLE.fullmatch(each.text)]
    return min(titles[0] + 1, _DEEPEST) if titles else Form().level
