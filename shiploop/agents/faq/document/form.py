"""How a question is written above its answer: as a heading of some kind, a bold line, a box.

What a file puts around its questions, such as `Q: `, `7. `, `**` or `{#id}`, is put around ours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

ATX: Final = re.compile(r"\A(?P<marks>#{1,6})[ \t]+(?P<text>[^ \t\n][^\n]*)\Z")
_CLOSING_SEQUENCE: Final = re.compile(r"(?<![ \t])[ \t]+#+[ \t]*\Z")
UNDERLINE: Final = re.compile(r"(?:=+|-+)[ \t]*")
# `Q:`, `Q7.`, `Question 7:`, `Q7 `, `7.`, `7)`, `1.2`, the same in Chinese; signs such as `>> `.
_LEAD: Final = re.compile(
    r"(?:Q(?:uestion)?[ ]?\d{0,3}[ ]?(?:[.:)：]|[-–—](?=[ ]))|Q\d{1,3}(?=[ ])"
    r"|[问問][题題]?[ ]?\d{0,3}[:：.]"
    r"|\(\d{1,3}\)(?=[ ])|\d{1,3}(?:(?:\.\d{1,3}){1,3}[.):]?|[.):])(?=[ \t*_])|\d{1,3}、"
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
    r"|A(?:nswer)?[ ]?\d{0,3}[ ]?[.:)：]|答[:：])(?:[ \t]*\n{1,2}(?=\S)|[ \t]*)"
)
_DOCSIFY_ID: Final = re.compile(r"(?<=\S)[ \t]{1,3}:id=[\w-]{1,100}\Z")
LAST_NUMBER: Final = re.compile(r"\d{1,9}(?=\D{0,20}\Z)")
STRONG: Final = ("**", "__")
_STRONGEST: Final = ("***", "___")
_EMPHASIS: Final = ("_", "*")
_IN_WORD: Final = re.compile(r"(?<=[^\W_])_+(?=[^\W_])")
_DEFAULT_LEVEL: Final = 2


class Shape(Enum):
    """What a question is to Markdown."""

    ATX = auto()
    CLOSED = auto()  # ## so ##
    SETEXT = auto()
    LINE = auto()  # a paragraph
    SUMMARY = auto()
    INDENTED = auto()  # its answer is set in below it: an admonition, an item of a list
    DEFINED = auto()  # a term with its definition
    HTML = auto()  # <h3>so</h3>
    ENCLOSED = auto()  # an element, a shortcode or a container with its answer in it


@dataclass(frozen=True, slots=True)
class Form:
    """How a question is written: `before` and `after` stand around it, `opening` around those.

    `level` is that of a heading; `answer_before` begins the answer, such as `A: `; `rule` is the
    thematic break above it. `joined`: the answer goes on in the next line, with no blank one.
    `indent` is what each line of an answer begins with that is set in.
    """

    level: int = _DEFAULT_LEVEL
    shape: Shape = Shape.ATX
    before: str = ""
    after: str = ""
    answer_before: str = ""
    rule: str = ""
    joined: bool = False
    indent: str = ""
    opening: tuple[str, str] = ("", "")

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


def may_ask(written: str) -> tuple[str, ...]:
    """What a question may be, as it is written, the likeliest last.

    A number may be part of it, and so may stars around it be, which mean nothing in HTML.
    """
    whole = written.strip(" \t")
    numbered = whole[len(_lead(whole)) :]
    return bare(written).text, numbered, _without_strong(whole)[0], whole


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
    for mark in (*_STRONGEST, *STRONG, *_EMPHASIS):
        inner = text[len(mark) : -len(mark)]
        if inner and text.startswith(mark) and text.endswith(mark) and not _ends_in(inner, mark):
            return inner, mark
    return text, ""


def _ends_in(inner: str, mark: str) -> bool:
    """Tell whether what is marked ends within a text; an underscore in a word ends nothing."""
    return mark in (_IN_WORD.sub("", inner) if mark == "_" else inner)


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
    if heading := ATX.match(first):
        closed = _CLOSING_SEQUENCE.search(heading["text"])
        if closed is None:
            return heading["text"], Shape.ATX
        return heading["text"][: closed.start()], Shape.CLOSED
    if len(lines) > 1 and UNDERLINE.fullmatch(lines[-1].strip(" \t")):
        return " ".join(map(str.strip, lines[:-1])), Shape.SETEXT
    return first, Shape.ATX
