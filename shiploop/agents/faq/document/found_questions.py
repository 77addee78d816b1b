"""The questions of a file among which a new one stands, in the sections that its headings make."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from shiploop.agents.faq.document.closing import is_closing
from shiploop.agents.faq.document.contents import lists_contents
from shiploop.agents.faq.document.lines import Lines
from shiploop.agents.faq.document.questions import Sort, Written
from shiploop.agents.faq.document.usual_form import numbers_of
from shiploop.agents.faq.retrieval.synonyms import meanings

_STATEMENT: Final = 1
_QUESTION: Final = 3  # says as much of the level of questions as so many statements
_FEW: Final = 4  # so many questions for each statement among them
_STEM: Final = 5  # letters
TITLE: Final = re.compile(
    r"(?:the )?(?:faqs?|f\.a\.q\.?|(?:general )?frequently asked questions?|common questions"
    r"|questions (?:and|&) answers|q ?& ?a)\b.{0,60}"
    r"|常见问题.{0,20}|常見問題.{0,20}|よくある質問.{0,20}",
    re.IGNORECASE,
)
DEEPEST: Final = 6


def meant(text: str) -> frozenset[str]:
    """What a text is about; of words beyond English the beginning, whatever their ending."""
    return frozenset(each if each.isascii() else each[:_STEM] for each in meanings(text))


@dataclass(frozen=True, slots=True)
class FoundQuestions:
    """What is written in a file, and the questions among which ours stand."""

    written: Sequence[Written]
    questions: Sequence[Written]
    sort: Sort = Sort.HEADING

    @classmethod
    def of(cls, written: Sequence[Written]) -> "FoundQuestions":
        asking = [each for each in written if each.asks and not is_closing(each.text)]
        counts = Counter(each.sort for each in asking)
        others = (Sort.LINE, Sort.SUMMARY, Sort.OTHER)
        most = max(others, key=lambda sort: counts[sort])
        level = _level(written)
        kept = [each for each in written if each.level == level and _may_be_answered(each)]
        if counts[most] > max(1, counts[Sort.HEADING], len(kept) if level else 0):
            return cls(written, _of_sort(written, asking, most), most)
        return cls(written, _with_statements(kept, _headings_above(written)) if level else [])

    @property
    def level(self) -> int:
        """That of the questions; beyond all headings where they are none."""
        return self.questions[0].level or DEEPEST + 1

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
        return frozenset[str]().union(*(meant(each.text) for each in questions))

    def end_after(self, mark: Written, level: int, lines: Lines) -> int:
        """The line of the first heading of at most a level below another; the end without one."""
        below = (
            each.first_line
            for each in self.written
            if each.first_line > mark.first_line and 0 < each.level <= level
        )
        return next(below, len(lines))


def _of_sort(written: Sequence[Written], asking: Sequence[Written], sort: Sort) -> list[Written]:
    """The questions of a sort; what stands in the same box as one is one, however it is put."""
    boxes = {each.opening.before for each in asking if each.opening and each.opening.before.strip()}
    return [
        each
        for each in written
        if each.sort is sort
        and not is_closing(each.text)
        and (each.asks or (each.opening and each.opening.before in boxes))
    ]


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
    numbered = numbers_of([headings[at] for at in asking])
    if 2 * len(numbered) > len(asking):  # then a number says that it is one of them
        kept = {each for each in headings if each.asks or numbers_of([each])}
    elif _FEW * among < len(asking):
        kept = {headings[at] for at in asking}
    else:
        kept = set(headings[asking[0] :])
    sections = {above[headings[at]] for at in asking}
    filled = Counter(above[each] for each in headings if above[each] not in sections)
    # In a page that is more than its FAQ, the other sections are none of it.
    if None not in sections and not any(each and TITLE.fullmatch(each.text) for each in sections):
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
        elif is_leaf and each.level > 1 and not TITLE.fullmatch(each.text):
            levels[each.level] += _STATEMENT
    return min(levels, key=lambda level: (-levels[level], level), default=0)
