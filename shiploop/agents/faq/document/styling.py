"""An answer, written with the marks, tables and line lengths of the file that it goes into.

Whatever is done to it, a reader sees the same: what would show otherwise is left as it was.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from shiploop.agents.faq.document.habits import Habits
from shiploop.agents.faq.document.tables import written_table
from shiploop.domain.markdown import shared

# As answers are drafted.
DRAFTED: Final = Habits(
    "-", ".", numbers_alike=False, fence="`", emphasis="*", strong="**", pads_tables=False
)

_MARKDOWN: Final = shared(MarkdownIt("commonmark").enable(["table", "strikethrough"]))
_BULLET: Final = re.compile(r"\A([ >]*)[-*+](?=[ \t])")
_NUMBER: Final = re.compile(r"\A([ >]*)(\d{1,9})([.)])(?=[ \t])")
_FENCE: Final = re.compile(r"\A([ >]*(?:(?:[-*+]|\d{1,9}[.)])[ ]+)?)(`{3,}|~{3,})")
_SPAN: Final = re.compile(r"`[^`]*`|\\.")
_STRONG: Final = re.compile(r"(\*\*|__)(?=[^\s*_])([^*_\n]{1,400}?)(?<=[^\s\\])\1")
_EMPHASIS: Final = re.compile(
    r"(?<![\w\\*_])([*_])(?=[^\s*_])([^*_\n]{1,400})(?<=[^\s\\])\1(?![\w*_])"
)
_WORD: Final = re.compile(r"(?:`[^`]*`|!?\[(?:\\.|[^\[\]\\])*\]\([^()\s]*\)|\\.|\S)+")
_BEGINS_BLOCK: Final = re.compile(r"\A(?:[-+*>#|=~:<]|\d{1,9}[.)]|`{3})")
_HELD: Final = "\0"  # nothing that may be written has one
_STYLES_REMEMBERED: Final = 4096
_STEPS_REMEMBERED: Final = 8


@lru_cache(_STYLES_REMEMBERED)
def styled(answer: str, habits: Habits) -> str:
    """Write an answer as a file has its own; the same where the file does not tell."""
    steps: Sequence[Callable[[str, Habits], str]] = (
        _with_bullets, _with_numbers, _with_fences, _with_strong, _with_emphasis, _with_tables,
        _with_width,
    )  # fmt: skip
    shown = None
    for step in steps:
        changed = step(answer, habits)
        if changed == answer:
            continue
        shown = shown or _shown(answer)
        if _shown(changed) == shown:
            answer = changed
    return answer


def as_drafted(answer: str, habits: Habits) -> str:
    """Read back what `styled` wrote; as it is where it has not written it."""
    plain = styled(_joined(answer) if habits.width else answer, DRAFTED)
    return plain if styled(plain, habits) == answer else answer


def _shown(markdown: str) -> str:
    return " ".join(_MARKDOWN.render(markdown).split())


def _with_bullets(answer: str, habits: Habits) -> str:
    if not habits.bullet:
        return answer
    lines = answer.split("\n")
    for item in _tokens(answer, "list_item_open"):
        if item.map and item.markup in "-*+":
            lines[item.map[0]] = _BULLET.sub(rf"\g<1>{habits.bullet}", lines[item.map[0]])
    return "\n".join(lines)


def _with_numbers(answer: str, habits: Habits) -> str:
    alike = habits.numbers_alike or (habits.is_formatted and habits.numbers_alike is None)
    if not habits.delimiter and not alike:
        return answer
    lines = answer.split("\n")
    numbers: list[int] = []
    for token in _parsed(answer):
        if token.type == "ordered_list_open":
            numbers.append(int(token.attrs.get("start", 1)))
        elif token.type == "ordered_list_close":
            numbers.pop()
        elif token.type == "list_item_open" and token.map and token.markup in ".)":
            mark = habits.delimiter or token.markup
            line = lines[token.map[0]]
            lines[token.map[0]] = _NUMBER.sub(rf"\g<1>{numbers[-1]}{mark}", line)
            numbers[-1] += not alike
    return "\n".join(lines)


def _with_fences(answer: str, habits: Habits) -> str:
    if not habits.fence:
        return answer
    lines = answer.split("\n")
    for fence in _tokens(answer, "fence"):
        if fence.map and habits.fence * 3 not in fence.content and habits.fence not in fence.info:
            for number in (fence.map[0], fence.map[1] - 1):
                marks = _FENCE.match(lines[number])
                if marks:
                    new = habits.fence * len(marks[2])
                    lines[number] = f"{marks[1]}{new}{lines[number][marks.end() :]}"
    return "\n".join(lines)


def _with_strong(answer: str, habits: Habits) -> str:
    mark = habits.strong
    return _in_prose(answer, _STRONG, rf"{mark}\g<2>{mark}") if mark else answer


def _with_emphasis(answer: str, habits: Habits) -> str:
    mark = habits.emphasis or ("_" if habits.is_formatted else "")
    return _in_prose(answer, _EMPHASIS, rf"{mark}\g<2>{mark}") if mark else answer


def _in_prose(answer: str, pattern: re.Pattern[str], new: str) -> str:
    """Replace what is neither in code nor escaped."""
    lines = answer.split("\n")
    for inline in _tokens(answer, "inline"):
        for number in range(*(inline.map or (0, 0))):
            lines[number] = _replaced(lines[number], pattern, new)
    return "\n".join(lines)


def _replaced(line: str, pattern: re.Pattern[str], new: str) -> str:
    spans = _SPAN.findall(line)
    held = iter(spans)
    changed = pattern.sub(new, _SPAN.sub(_HELD, line))
    return "".join(next(held) if part == _HELD else part for part in re.split("(\0)", changed))


def _with_tables(answer: str, habits: Habits) -> str:
    padded = habits.pads_tables
    if padded is None and not habits.is_formatted:
        return answer
    lines = answer.split("\n")
    for table in _tokens(answer, "table_open"):
        if table.map and not table.level:
            rows = lines[slice(*table.map)]
            lines[slice(*table.map)] = written_table(rows, padded=padded is not False)
    return "\n".join(lines)


def _with_width(answer: str, habits: Habits) -> str:
    if not habits.width:
        return answer
    lines = answer.split("\n")
    for first, after, indent in reversed(list(_paragraphs(answer))):
        text = [line.strip() for line in lines[first:after]]
        if any(line.endswith(("  ", "\\")) for line in lines[first : after - 1]):
            continue
        lead = lines[first][: len(lines[first]) - len(text[0])]
        lines[first:after] = _filled(" ".join(text), lead, indent, habits.width)
    return "\n".join(lines)


def _joined(answer: str) -> str:
    lines = answer.split("\n")
    for first, after, _ in reversed(list(_paragraphs(answer))):
        if not any(line.endswith(("  ", "\\")) for line in lines[first : after - 1]):
            rest = [line.strip() for line in lines[first + 1 : after]]
            lines[first:after] = [" ".join([lines[first], *rest])]
    return "\n".join(lines)


def _paragraphs(answer: str) -> Iterator[tuple[int, int, str]]:
    """The lines of each paragraph, and what indents those after its first; none of quotations."""
    lines, indents, quoted = answer.split("\n"), [""], 0
    for token in _parsed(answer):
        quoted += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if token.type == "list_item_open" and token.map:
            line = lines[token.map[0]]
            content = line[len(indents[-1]) :].lstrip(" ")
            mark = content.split(" ", 1)[0]
            begin = len(line) - len(content[len(mark) :].lstrip(" "))
            indents.append(" " * begin)
        elif token.type == "list_item_close":
            indents.pop()
        elif token.type == "paragraph_open" and token.map and not quoted:
            yield token.map[0], token.map[1], indents[-1]


def _filled(text: str, lead: str, indent: str, width: int) -> list[str]:
    """Break a paragraph where a line is full, and never so that a line begins something else."""
    lines, line = [], ""
    for word in _WORD.findall(text):
        longer = f"{line} {word}" if line else f"{lead}{word}"
        if line and len(longer) > width and not _BEGINS_BLOCK.match(word):
            lines.append(line)
            longer = f"{indent}{word}"
        line = longer
    return [*lines, line]


def _tokens(answer: str, kind: str) -> Iterator[Token]:
    return (token for token in _parsed(answer) if token.type == kind)


@lru_cache(_STEPS_REMEMBERED)  # most steps change nothing, so the next one reads the same text
def _parsed(answer: str) -> Sequence[Token]:
    return _MARKDOWN.parse(answer)
