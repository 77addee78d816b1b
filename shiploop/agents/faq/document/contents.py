"""The line that a question has in its file's table of contents of questions, where it has one."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from shiploop.agents.faq.dialects.plain import GFM
from shiploop.agents.faq.dialects.writing import write_heading
from shiploop.agents.faq.document.form import Form, Shape, bare
from shiploop.agents.faq.document.lines import Lines
from shiploop.agents.faq.document.markers import NEWLINE
from shiploop.agents.faq.document.questions import Written
from shiploop.agents.faq.retrieval.outline import shown_text
from shiploop.agents.faq.retrieval.sections import heading_anchor

_ITEM: Final = re.compile(
    r"\A(?P<indent>[ \t]*)(?P<mark>[-*+]|(?:0|[1-9]\d{0,5})[.)])(?P<gap>[ \t]+)"
    r"(?P<link>\[(?P<label>.*)\]\(#(?P<anchor>[^()\s]*)\))(?P<rest>[ \t]*)\Z"
)
_CONTENTS: Final = re.compile(
    r"\W{0,4}(?:table of contents|contents|toc|quick links|index|inhalt(?:sverzeichnis)?|sommaire"
    r"|table des matières|(?:tabla de )?contenidos?|índice|sumário|содержание|оглавление"
    r"|目录|目錄|目次)\W{0,4}",
    re.IGNORECASE,
)
_FEWEST: Final = 2  # questions that make a list of links a table of contents of them
_LINES_LOOKED_AT: Final = 2_000
_LINKS_REMEMBERED: Final = 4096
_TAB: Final = 4


@dataclass(frozen=True, slots=True)
class Contents:
    """A table of contents: where it begins in the text of people, and the line above ours.

    `numbered` tells whether its labels have what numbers the questions.
    """

    begin: int
    above: str
    numbered: bool


def lists_contents(heading: str) -> bool:
    """Tell whether a heading is that of a table of contents."""
    return _CONTENTS.fullmatch(heading) is not None


def find_contents(lines: Lines, questions: Sequence[Written]) -> Contents | None:
    """The table of contents that lists most of these questions, above them."""
    top = lines.start
    listed: dict[Written, tuple[int, re.Match[str]]] = {}
    items = list(_items(lines.lines, top, questions[0].first_line))
    by_anchor = {item["anchor"].casefold(): (line, item) for line, item in reversed(items)}
    for question in questions:
        if found := by_anchor.get(_anchor_of(question).casefold()):
            listed[question] = found
    if len(listed) < min(_FEWEST, len(questions)) or 2 * len(listed) < len(questions):
        return None
    if len(items) < _FEWEST:
        return None
    line, item = listed[max(listed, key=lambda question: question.first_line)]
    first = line
    while first > top and (_ITEM.match(lines.lines[first - 1])):
        first -= 1
    numbered = any(bare(each["label"]).before.strip("*_") for _, each in listed.values())
    return Contents(lines.offset(first), item["link"], numbered)


def _items(lines: Sequence[str], first: int, after: int) -> Iterator[tuple[int, re.Match[str]]]:
    for number in range(first, after):
        if "](#" in lines[number] and (item := _ITEM.match(lines[number])):
            yield number, item


def _anchor_of(question: Written) -> str:
    taken = question.taken_apart
    return question.anchor or heading_anchor(shown_text(f"{taken.before}{taken.text}").strip("*_"))


@lru_cache(_LINKS_REMEMBERED)
def link_to(question: str, slug: str, form: Form, *, numbered: bool) -> str:
    """The link to a question of ours, as the table of contents has it."""
    lead = form.before.replace("**", "").replace("__", "")
    has_id = "#" in form.after or (form.shape is Shape.HTML and "=" in form.opening[0])
    anchor = (
        slug if has_id else heading_anchor(shown_text(lead) + " " * lead.endswith(" ") + question)
    )
    return f"[{lead if numbered else ''}{write_heading(question, GFM)}](#{anchor})"


def listed(body: str, begin: int, contents: Contents, link: str, above: Collection[str]) -> str:
    """Put a line with our link into the table of contents there, below those `above`."""
    zone = _Zone.at(body, begin)
    index = next((i for i in zone.indices() if zone.link(i) == contents.above), None)
    if index is None:
        return body
    template = index
    index += 1
    while index < len(zone.lines) and zone.depth(index) > zone.depth(template):
        index += 1
    while index < len(zone.lines) and zone.link(index) in above:
        index += 1
    return zone.with_line(index, template, link)


def unlisted(body: str, begin: int, contents: Contents, link: str) -> str:
    """Take the line with our link out again."""
    zone = _Zone.at(body, begin)
    indices = list(zone.indices())
    template = next((i for i in indices if zone.link(i) == contents.above), -1)
    there = [i for i in indices if zone.link(i) == link]
    index = next((i for i in there if i > template), there[0] if there else None)
    return body if index is None else zone.without_line(index)


def lists(body: str, begin: int, link: str) -> bool:
    """Tell whether the table of contents there has our link."""
    zone = _Zone.at(body, begin)
    return any(zone.link(index) == link for index in zone.indices())


def relisted(body: str, begin: int, old: str, new: str) -> str:
    """Write another link where ours stands."""
    zone = _Zone.at(body, begin)
    index = next((i for i in zone.indices() if zone.link(i) == old), None)
    if index is None or old == new:
        return body
    zone.lines[index] = zone.lines[index].replace(old, new)
    return zone.text()


@dataclass(slots=True)
class _Zone:
    """The lines of a list of links within a text."""

    before: str
    lines: list[str]
    breaks: list[str]
    after: str
    newline: str

    @classmethod
    def at(cls, body: str, begin: int) -> "_Zone":
        lines: list[str] = []
        breaks: list[str] = []
        end = start = begin
        for newline in NEWLINE.finditer(body, begin):
            line = body[start : newline.start()]
            if not _ITEM.match(line) or len(lines) >= _LINES_LOOKED_AT:
                break
            lines.append(line)
            breaks.append(newline[0])
            end, start = newline.start(), newline.end()
        else:
            if _ITEM.match(body[start:]):
                lines.append(body[start:])
                end = len(body)
        first = NEWLINE.search(body)
        return cls(
            body[:begin], lines, breaks[: len(lines) - 1], body[end:], first[0] if first else "\n"
        )

    def text(self) -> str:
        parts = [part for pair in zip(self.lines, [*self.breaks, ""], strict=True) for part in pair]
        return "".join((self.before, *parts, self.after))

    def indices(self) -> range:
        return range(len(self.lines))

    def _item(self, index: int) -> re.Match[str]:
        found = _ITEM.match(self.lines[index])
        assert found
        return found

    def link(self, index: int) -> str:
        return self._item(index)["link"]

    def depth(self, index: int) -> int:
        return len(self._item(index)["indent"].expandtabs(_TAB))

    def with_line(self, index: int, template: int, link: str) -> str:
        item = self._item(template)
        mark, further = item["mark"], 0
        if mark[0].isdigit():
            numbers = self._numbers(template)
            number = [each for at, each in numbers if at < index][-1]
            further = _step(numbers)
            mark = f"{number + further}{mark[-1]}"
            self._renumber(numbers, index - 1, further)
        line = f"{item['indent']}{mark}{item['gap']}{link}{item['rest']}"
        self.lines.insert(index, line)
        self.breaks.insert(index - 1, self.newline)
        return self.text()

    def without_line(self, index: int) -> str:
        if self._item(index)["mark"][0].isdigit():
            numbers = self._numbers(index)
            if len(numbers) > 1:
                self._renumber(numbers, index, -_step(numbers))
        del self.lines[index]
        if self.breaks:
            del self.breaks[max(0, index - 1)]
        return self.text()

    def _numbers(self, index: int) -> list[tuple[int, int]]:
        """The lines of the list that a line belongs to, with their numbers."""
        depth, first, after = self.depth(index), index, index + 1
        while first > 0 and self.depth(first - 1) >= depth:
            first -= 1
        while after < len(self.lines) and self.depth(after) >= depth:
            after += 1
        return [
            (at, int(mark[:-1]))
            for at in range(first, after)
            if self.depth(at) == depth and (mark := self._item(at)["mark"])[0].isdigit()
        ]

    def _renumber(self, numbers: Sequence[tuple[int, int]], below: int, further: int) -> None:
        for at, number in numbers:
            if at > below and further:
                item = self._item(at)
                mark = f"{number + further}{item['mark'][-1]}"
                tail = self.lines[at][item.end("mark") :]
                self.lines[at] = f"{item['indent']}{mark}{tail}"


def _step(numbers: Sequence[tuple[int, int]]) -> int:
    """1 where each number follows the one before; 0 where they are the same, or as they please."""
    return int(all(after == before + 1 for (_, before), (_, after) in pairwise(numbers)))
