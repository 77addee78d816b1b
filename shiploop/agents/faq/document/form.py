"""How a question is written above its answer: as a heading of some kind, a bold line, a summary.

What a file puts around its questions, such as `Q: `, `7. `, `**` or `{#id}`, is put around ours.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final, assert_never

from shiploop.agents.faq.question import unescape_heading

_ATX: Final = re.compile(r"\A(?P<marks>#{1,6})[ \t]+(?P<text>[^ \t\n][^\n]*)\Z")
_CLOSING_SEQUENCE: Final = re.compile(r"(?<![ \t])[ \t]+#+[ \t]*\Z")
_UNDERLINE: Final = re.compile(r"(?:=+|-+)[ \t]*")
_SUMMARY: Final = re.compile(r"\A<summary>(?P<text>[^\n]*)</summary>[ \t]*\Z")
# `Q:`, `Q7.`, `Question 7:`, `Q7 `, `7.`, `7)`, `1.2`, the same in Chinese; signs such as `>> `.
_LEAD: Final = re.compile(
    r"(?:Q(?:uestion)?[ ]?\d{0,3}[ ]?(?:[.:)]|[-–—](?=[ ]))|Q\d{1,3}(?=[ ])"
    r"|[问問][题題]?[ ]?\d{0,3}[:：.]"
    r"|\d{1,3}(?:(?:\.\d{1,3}){1,3}[.):]?|[.):])(?=[ \t*_])|\d{1,3}、"
    r"|[^\w\s#*`\[\](){}<\\!|&+=\-\"'“‘«¿¡.…]{1,4}(?=[ ]))[ \t]*",
    re.IGNORECASE,
)
# The same in bold by itself: `**Q:**`, and `**Q**.`
_BOLD_LEAD: Final = re.compile(
    r"(\*\*|__)(?:Q(?:uestion)?[ ]?\d{0,3}|[问問][题題]?|\d{1,3})(?:[.:)：]\1|\1[ ]?[.:)：])[ \t]*",
    re.IGNORECASE,
)
_ANSWER_LEAD: Final = re.compile(
    r"(?:(\*\*|__)(?:A(?:nswer)?[ ]?\d{0,3}|答)(?:[.:)：]\1|\1[ ]?[.:)：])"
    r"|A(?:nswer)?[ ]?\d{0,3}[ ]?[.:)]|答[:：])(?:[ \t]*\n{1,2}(?=\S)|[ \t]*)"
)
_BEGINS_PARAGRAPH: Final = re.compile(r"[^\W\d]|[\"'“(`*_\[](?=\S)")
_DOCSIFY_ID: Final = re.compile(r"(?<=\S)[ \t]{1,3}:id=[\w-]{1,100}\Z")
_RULE: Final = re.compile(r"(?:-{3,}|\*{3,}|_{3,}|(?:\* ){2,}\*|(?:- ){2,}-)[ \t]*")
LAST_NUMBER: Final = re.compile(r"\d{1,9}(?=\D{0,20}\Z)")
_STRONG: Final = ("**", "__")
_EMPHASIS: Final = ("_", "*")
_IN_SUMMARY: Final = ("<b>", "<strong>")
# What could make a line that is no heading begin a list, a quotation or HTML.
_PLAIN_START: Final = re.compile(r"\w(?!\d{0,8}[.)](?:[ \t]|\Z))|\*\*|__")
_DETAILS: Final = ("<details>\n", "\n\n</details>")
_DEFAULT_LEVEL: Final = 2
_LEVEL_OF_SETEXT: Final = {"=": 1, "-": 2}


class Shape(Enum):
    """What a question is to Markdown."""

    ATX = auto()
    CLOSED = auto()  # ## so ##
    SETEXT = auto()
    LINE = auto()  # a paragraph
    SUMMARY = auto()


@dataclass(frozen=True, slots=True)
class Form:
    """How a question is written: `before` and `after` stand around it in its line.

    `level` is that of a heading; `answer_before` begins the answer, such as `A: `; `rule` is the
    thematic break above it. `joined`: the answer goes on in the next line, with no blank one.
    """

    level: int = _DEFAULT_LEVEL
    shape: Shape = Shape.ATX
    before: str = ""
    after: str = ""
    answer_before: str = ""
    rule: str = ""
    joined: bool = False

    @property
    def number(self) -> int | None:
        """The number that the question has in its file, if it has one."""
        found = LAST_NUMBER.search(self.before)
        return int(found[0]) if found else None

    def numbered(self, number: int) -> "Form":
        """The same with another number."""
        return replace(self, before=LAST_NUMBER.sub(str(number), self.before))


@dataclass(frozen=True, slots=True)
class Bare:
    """A question as it is written, taken apart."""

    before: str
    text: str
    after: str


def bare(written: str) -> Bare:
    """Take a question apart: its words, and what its file puts around them."""
    rest = written.strip(" \t")
    rest, after = _without_id(rest)
    inner, mark = _without_strong(rest)
    before = mark
    lead = _lead(inner)
    before, rest = before + lead, inner[len(lead) :]
    if lead and not mark:
        rest, mark = _without_strong(rest)
        before += mark
    return Bare(before, rest.strip(" \t"), mark + after)


def _without_id(text: str) -> tuple[str, str]:
    """Take `{#id}`, `{: .class }` and docsify's `:id=id` off the end."""
    if named := _DOCSIFY_ID.search(text):
        return text[: named.start()], named[0]
    if not text.endswith("}"):
        return text, ""
    begin = text.rfind("{")
    if begin <= 0 or not text[begin + 1 :].lstrip(" ").startswith(("#", ":", ".")):
        return text, ""
    kept = text[:begin].rstrip(" \t")
    return kept, text[len(kept) :]


def _without_strong(text: str) -> tuple[str, str]:
    for mark in (*_STRONG, *_EMPHASIS):
        inner = text[len(mark) : -len(mark)]
        if inner and text.startswith(mark) and text.endswith(mark) and mark not in inner:
            return inner, mark
    return text, ""


def _lead(text: str) -> str:
    """What numbers a question or says that it is one; in bold by itself, perhaps."""
    found = _BOLD_LEAD.match(text) or _LEAD.match(text)
    return found[0] if found else ""


def answer_lead(text: str) -> str:
    """What a text begins with that says that it is an answer, such as `A: `."""
    found = _ANSWER_LEAD.match(text)
    return found[0] if found else ""


def shape_of_heading(lines: Sequence[str]) -> tuple[str, Shape]:
    """What a heading says, in Markdown, and its shape; one of HTML is taken for the plainest."""
    first = lines[0].strip(" \t")
    if heading := _ATX.match(first):
        closed = _CLOSING_SEQUENCE.search(heading["text"])
        if closed is None:
            return heading["text"], Shape.ATX
        return heading["text"][: closed.start()], Shape.CLOSED
    if len(lines) > 1 and _UNDERLINE.fullmatch(lines[-1].strip(" \t")):
        return " ".join(map(str.strip, lines[:-1])), Shape.SETEXT
    return first, Shape.ATX


def write_question(form: Form, heading: str, answer: str, slug: str) -> str:
    """Write a question, given as the text of a heading, and its answer below it."""
    written = _written(form, heading, answer, slug)
    return f"{form.rule}\n\n{written}" if form.rule else written


def _written(form: Form, heading: str, answer: str, slug: str) -> str:
    if not _can_stand(form, heading):
        form = Form(form.level)
    content = f"{form.before}{heading}{form.after.replace('{id}', slug)}"
    on_its_own = form.answer_before.endswith("\n")
    if _can_be_read(form.answer_before, form) and (on_its_own or _BEGINS_PARAGRAPH.match(answer)):
        answer = f"{form.answer_before}{answer}"
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
            return f"{content}\n{answer}" if is_next else f"{content}\n\n{answer}"
        case Shape.SUMMARY:
            shown = html.escape(unescape_heading(heading), quote=False)
            opening, closing = _DETAILS
            summary = f"<summary>{form.before}{shown}{form.after}</summary>"
            return f"{opening}{summary}\n\n{answer}{closing}"
        case _:
            assert_never(form.shape)


def _can_stand(form: Form, heading: str) -> bool:
    if form.shape in (Shape.ATX, Shape.CLOSED, Shape.SUMMARY):
        return True
    return bool(_PLAIN_START.match(f"{form.before}{heading}")) and "|" not in heading


def read_question(text: str) -> tuple[Form, tuple[str, ...], str] | None:
    """Read what `write_question` wrote, or what a person has made of it; None: no question.

    Its form, what the question may be, the likeliest last, and its answer.
    """
    first, _, rest = text.partition("\n")
    if _RULE.fullmatch(first):
        read = read_question(rest.lstrip("\n")) if rest.startswith("\n") else None
        return (replace(read[0], rule=first), *read[1:]) if read and not read[0].rule else None
    if heading := _ATX.match(first):
        shown, shape = shape_of_heading([first])
        return _read(Form(len(heading["marks"]), shape), shown, rest)
    if first == _DETAILS[0].strip():
        return _read_details(rest)
    second, _, below = rest.partition("\n")
    if _UNDERLINE.fullmatch(second):
        return _read(Form(_LEVEL_OF_SETEXT[second[0]], Shape.SETEXT), first, below)
    return _read(Form(shape=Shape.LINE), first, rest) if first.strip() else None


def _read(form: Form, written: str, below: str) -> tuple[Form, tuple[str, ...], str]:
    taken = bare(written)
    answer = below.lstrip("\n")
    joined = form.shape is Shape.LINE and answer == below
    form = replace(form, before=taken.before, after=taken.after, joined=joined)
    lead = answer_lead(answer)
    if _can_be_read(lead, form):
        form, answer = replace(form, answer_before=lead), answer[len(lead) :]
    asked = (taken.text, written.strip(" \t"))
    return form, tuple(map(unescape_heading, asked)), answer


def _can_be_read(answer_lead: str, form: Form) -> bool:
    """Tell whether what begins an answer is known to be no part of it."""
    asks_by_letter = any(character.isalpha() for character in form.before)
    return bool(answer_lead) and (asks_by_letter or answer_lead.startswith(_STRONG))


def _read_details(text: str) -> tuple[Form, tuple[str, ...], str] | None:
    first, _, below = text.partition("\n")
    summary = _SUMMARY.match(first)
    body = below.rstrip()
    if summary is None or not body.endswith(_DETAILS[1].strip()):
        return None
    shown, before, after = summary["text"], "", ""
    for tag in _IN_SUMMARY:
        end = tag.replace("<", "</")
        if shown.startswith(tag) and shown.endswith(end):
            shown, before, after = shown[len(tag) : -len(end)], tag, end
    taken = bare(shown)
    form = Form(1, Shape.SUMMARY, before + taken.before, taken.after + after)
    answer = body.removesuffix(_DETAILS[1].strip()).strip("\n")
    return form, tuple(map(html.unescape, (taken.text, shown.strip()))), answer
