"""The questions that people have written into a FAQ, in whatever shape: each with its answer.

Headings, bold lines, `Q:` and `A:`, `<summary>`, terms with definitions, boxes that fold, items of
a list with a text below them, and rows of a table of questions.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import islice
from typing import Final

from shiploop.agents.faq.document.enclosing import Opening, opening_of, opening_of_heading
from shiploop.agents.faq.document.form import Bare, Shape, answer_lead, bare, shape_of_heading
from shiploop.agents.faq.document.lines import Lines
from shiploop.agents.faq.retrieval.outline import find_headings, shown_text
from shiploop.agents.faq.retrieval.sections import problem_of
from shiploop.domain.limits import MAX_HEADING_CHARACTERS, MAX_HEADINGS_PER_PAGE

_FENCE: Final = re.compile(r"[ \t]{0,12}(`{3,}|~{3,})")
_SUMMARY: Final = re.compile(r"<summary[^<>]{0,200}>(.*)", re.IGNORECASE)
_SUMMARY_END: Final = re.compile(r"</summary>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^<>]*>")
_ITEM: Final = re.compile(r"[ ]{0,6}(?:[-*+]|\d{1,3}[.)])[ \t]{1,4}(?=\S)")
_DEFINITION: Final = re.compile(r"[ ]{0,3}:[ \t]{1,4}\S")
# Of Docusaurus and MyST, and those that are set in themselves.
_BOX: Final = re.compile(
    r"\A[ \t]{0,8}(?:"
    r":{3,}[ ]{0,3}\{?(?:details|dropdown|collapse|faq|question|admonition)\}?"
    r"[ ]{0,3}(?P<colons>.*)"
    r"|(?:!!!|\?\?\?\+?)[ ]{1,3}[\w-]{1,30}[ ]{1,3}\"(?P<bang>[^\"]*)\""
    r"|<[A-Za-z][\w.-]{0,40}[ ](?:[\w-]{1,30}=\"[^\"<>]{0,200}\"[ ]{1,3})?"
    r"(?:title|question|summary|header|label)=(?:\"(?P<title>[^\"]*)\"|\{\"(?P<braced>[^\"]*)\"\})"
    r")",
    re.IGNORECASE,
)
_ROW: Final = re.compile(r"[ ]{0,3}\|(?P<asked>[^|]*)\|(?P<answer>.*)")
_LINKED: Final = re.compile(r"!?\[[^\[\]]*\]\([^()]*\)[.:,;]?\Z")
_ENDS: Final = ("?", "？", "?)", "？）")
_AFTER_MARK: Final = re.compile(r"(?<=[?？])[ \t)\"'”’*_]*(?=\S)")
# How many headings ask that have no mark: "How to copy text".
_ASKING: Final = re.compile(
    r"(?:how (?:to|many|much|long|often)|why|(?:how|what|when|where|which|who) "
    r"(?:is|are|do|does|did|can|could|should|will|if|happens)|(?:can|do|does|is|are|should|will) "
    r"(?:i|you|we|it|there|this))[ ]\S",
    re.IGNORECASE,
)
_DECORATION: Final = "".join(("*_`#", '"', "'“”‘’ \t"))
_CELLS_ASKING: Final = frozenset(("question", "questions", "q", "问题", "問題", "質問"))


class Sort(Enum):
    """As what a question stands in the file."""

    HEADING = auto()
    LINE = auto()  # a bold paragraph, or one that begins with `Q:`
    SUMMARY = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Written:
    """A question, or a heading that is none, as a file has it.

    `text` is what a reader sees of it, without what numbers it; `source` its Markdown in a line.
    Lines count from 0: its first, and the one after it. `level` is 0 where it is no heading.
    `opening` is the line of a box that it stands in, or what breaks its line off.
    """

    text: str
    source: str
    sort: Sort
    level: int
    first_line: int
    body_line: int
    anchor: str = ""
    shape: Shape = Shape.LINE
    opening: Opening | None = None

    @property
    def taken_apart(self) -> Bare:
        """Its Markdown, without what the file puts around questions."""
        return bare(self.source)

    @property
    def asks(self) -> bool:
        """True where it is a question by its looks: by its mark, or by what it begins with."""
        if is_question(self.text) or any(map(str.isalpha, self.taken_apart.before)):
            return True
        return self.sort is Sort.HEADING and bool(_ASKING.match(self.text))


def is_question(text: str) -> bool:
    """Tell whether a text ends as questions do, whatever decorates it, or goes on after one."""
    return _undecorated(text).endswith(_ENDS) or "? " in text.rstrip() or "？" in text


def _undecorated(text: str) -> str:
    end = len(text)
    while end and not (text[end - 1].isalnum() or text[end - 1] in "?？)）.。!！:："):
        end -= 1
    return text[:end]


def each_question(text: str) -> tuple[str, ...]:
    """The questions that one line asks, each with its mark; the line itself where it is one."""
    parts = [part.strip(_DECORATION) for part in _AFTER_MARK.split(text)]
    asking = tuple(part for part in parts if is_question(part))
    return asking if len(asking) > 1 else (text,)


def read_questions(lines: Lines) -> tuple[Written, ...]:
    """Every heading and every question of a document, in their order; none of what takes long."""
    if problem_of(lines.lines, lines.start):
        return ()
    headings = tuple(islice(_headings(lines), MAX_HEADINGS_PER_PAGE))
    taken = {line for each in headings for line in range(each.first_line, each.body_line)}
    others = tuple(islice(_others(lines.lines, lines.start, taken), MAX_HEADINGS_PER_PAGE))
    return tuple(sorted((*headings, *others), key=lambda each: each.first_line))


def answers_to(questions: Sequence[Written], lines: Sequence[str]) -> Iterator[str]:
    """The text below each of the questions, up to the next one."""
    ends = [*(each.first_line for each in questions[1:]), len(lines)]
    for each, end in zip(questions, ends, strict=False):
        yield "\n".join(lines[each.body_line : end]).strip("\n")


def _headings(lines: Lines) -> Iterator[Written]:
    for heading in find_headings(lines.lines, lines.start):
        if heading.text is None:
            continue
        text = bare(heading.text).text or heading.text
        written = lines.lines[heading.first_line : heading.body_line]
        source, shape = shape_of_heading(written)
        opening = opening_of_heading(written)
        if opening:
            source, shape = opening.asked, opening.shape
        at = (heading.first_line, heading.body_line)
        anchor = heading.anchor or ""
        yield Written(text, source, Sort.HEADING, heading.level, *at, anchor, shape, opening)


def _others(lines: Sequence[str], start: int, taken: set[int]) -> Iterator[Written]:
    fence, asks_in_table, in_comment = "", False, False
    for number in range(start, len(lines)):
        line = lines[number]
        if in_comment or (not fence and line.lstrip().startswith("<!--")):
            in_comment = "-->" not in line
            continue
        marks = _FENCE.match(line)
        if fence:
            if marks and marks[1].startswith(fence) and not line.strip(" \t").strip(fence[0]):
                fence = ""
            continue
        if marks:
            fence = marks[1]
            continue
        if number in taken or not line or line.isspace() or len(line) > 4 * MAX_HEADING_CHARACTERS:
            asks_in_table = asks_in_table and bool(line.strip())
            continue
        if row := _ROW.match(line):
            cell = shown_text(row["asked"].strip())
            asks_in_table = asks_in_table or cell.casefold() in _CELLS_ASKING
            if asks_in_table and is_question(cell):
                yield Written(cell, row["asked"].strip(), Sort.OTHER, 0, number, number + 1)
            continue
        yield from _of_line(lines, number)


def _of_line(lines: Sequence[str], number: int) -> Iterator[Written]:
    line = lines[number]
    if summary := _SUMMARY.search(line):
        yield from _summary(lines, number, summary[1])
    elif (opening := opening_of(line)) and (asked := opening.asked.strip()):
        at = (number, number + 1)
        text = bare(shown_text(html.unescape(asked))).text
        yield Written(text, asked, Sort.OTHER, 0, *at, shape=opening.shape, opening=opening)
    elif box := _BOX.match(line):
        title = next((each for each in box.groups() if each), "").strip(" []{}")
        if title:
            yield Written(shown_text(title), title, Sort.OTHER, 0, number, number + 1)
    elif item := _ITEM.match(line):
        yield from _item(lines, number, line[item.end() :])
    elif _begins_paragraph(lines, number):
        yield from _paragraph(lines, number)


def _summary(lines: Sequence[str], number: int, rest: str) -> Iterator[Written]:
    """A summary of at most a few lines."""
    end = number
    while not _SUMMARY_END.search(rest) and end + 1 < min(len(lines), number + 6):
        end += 1
        rest += " " + lines[end]
    source = _SUMMARY_END.split(rest)[0].strip()
    text = " ".join(html.unescape(_TAG.sub("", source)).split())
    if text:
        text = bare(shown_text(text)).text
        at = (number, end + 1)
        yield Written(text, source, Sort.SUMMARY, 0, *at, shape=Shape.SUMMARY)


def _item(lines: Sequence[str], number: int, content: str) -> Iterator[Written]:
    """An item that is a question, when its answer follows: on its line, or within the item."""
    asked = _asked_in_bold(content) or (content if is_question(content) else "")
    if not asked or _LINKED.match(content.strip()):
        return
    following = next((line for line in lines[number + 1 : number + 3] if line.strip()), "")
    set_in = following[:1] in (" ", "\t") and asked.strip() == content.strip()
    if set_in or asked != content or following[:1] == ">" or answer_lead(following.lstrip()):
        written = _written(asked, Sort.OTHER, number, number + 1)
        mark = lines[number][: -len(content)]
        is_item = set_in and mark[:1] not in (" ", "\t")
        hard_break = content.endswith("  ")
        yield _as_item(written, mark, hard_break=hard_break) if is_item else written


def _as_item(written: Written, mark: str, *, hard_break: bool) -> Written:
    """A question as the item of a list that it is, with its answer set in below it."""
    is_numbered = mark[0].isdigit()
    after = "  " if hard_break else ""
    opening = Opening(Shape.INDENTED, "" if is_numbered else mark, written.source, after)
    if is_numbered:
        written = replace(written, source=mark + written.source)
    return replace(written, shape=Shape.INDENTED, opening=opening)


def _paragraph(lines: Sequence[str], number: int) -> Iterator[Written]:
    line = lines[number].strip()
    following = lines[number + 1] if number + 1 < len(lines) else ""
    below = following or (lines[number + 2] if number + 2 < len(lines) else "")
    if _DEFINITION.match(below):
        written = _written(line, Sort.OTHER, number, number + 1)
        yield replace(written, shape=Shape.DEFINED) if lines[number] == line else written
        return
    asked = _asked_in_bold(line)
    taken = bare(line)
    if (
        not asked
        and any(map(str.isalpha, taken.before))
        and (is_question(line) or answer_lead(following.lstrip()) or answer_lead(below.lstrip()))
    ):
        asked = line
    if asked:
        written = _written(asked, Sort.LINE, number, number + 1)
        is_broken = lines[number].endswith("  ") and asked == line
        opening = Opening(Shape.LINE, "", written.source, "  ") if is_broken else None
        yield replace(written, opening=opening)


def _asked_in_bold(text: str) -> str:
    """The question that a text begins with, or is, in bold; empty where there is none."""
    for mark in ("**", "__"):
        if not text.startswith(mark):
            continue
        end = text.find(mark, len(mark))
        if end < 0:
            return ""
        inside, rest = text[len(mark) : end].strip(), text[end + len(mark) :].strip()
        lead = bare(inside + " x").before if inside.rstrip(":.").isalnum() else ""
        if lead and rest:  # **Q:** How …?
            return text if is_question(rest) else ""
        if rest in ("?", "？"):
            return text
        return text[: end + len(mark)] if is_question(inside) or bare(inside).before else ""
    return ""


def _written(source: str, sort: Sort, first: int, after: int) -> Written:
    text = bare(shown_text(source.strip())).text
    return Written(text, source.strip(), sort, 0, first, after)


def _begins_paragraph(lines: Sequence[str], number: int) -> bool:
    line = lines[number]
    if line[:1] in "|<>#`~:\t" or line.startswith("    "):
        return False
    before = lines[number - 1].strip() if number else ""
    return (
        not before or before.startswith(("#", "---", "***", "<", "A:", "A.")) or before[-1:] in ".>"
    )
