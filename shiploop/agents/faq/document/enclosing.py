"""Questions that are not plain Markdown: in elements, admonitions, items, terms, boxes that fold.

The answers of most are set in below them, or enclosed.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shiploop.agents.faq.document.form import Form, Shape, bare, may_ask
from shiploop.agents.faq.question import unescape_heading

_KINDS: Final = r"(?:details|dropdown|collapse|collapsible|expand|faq|question|accordion)"
_TITLES: Final = r"(?:title|question|summary|header|label)"
_NAMED: Final = r"(?:[\w-]{1,30}=\"[^\"<>]{0,200}\"[ ]{1,3})?"
# Of MkDocs and Python-Markdown.
_ADMONITION: Final = re.compile(
    r"(?P<before>(?:!!!|\?\?\?\+?)[ ]{1,3}(?:[\w-]{1,30}[ ]{1,3}){0,3}\")"
    r"(?P<asked>[^\"]+)(?P<after>\")[ \t]*"
)
_ITEM: Final = re.compile(r"(?P<before>[-*+][ \t]{1,4})(?P<asked>\S.*)")
_NUMBERED_ITEM: Final = re.compile(r"(?P<before>)(?P<asked>\d{1,3}[.)][ \t]{1,4}\S.*)")
_ITEM_MARK: Final = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]{1,4}")
_DEFINITION: Final = re.compile(r":[ \t]{1,4}(?=\S)")
# Of VitePress, VuePress and MyST.
_CONTAINER: Final = re.compile(
    rf"(?P<before>(?P<colons>:{{3,12}})[ ]{{0,3}}(?:\{{{_KINDS}\}}|{_KINDS})[ ]{{1,3}})"
    r"(?P<asked>[^\s\[{][^\n]*)(?P<after>)",
    re.IGNORECASE,
)
_ELEMENT: Final = re.compile(
    r"(?P<before>(?P<margin>[ \t]{0,8})<(?P<element>[A-Z][\w.]{0,40})[ ]{1,3}"
    rf"{_NAMED}{_TITLES}=\")"
    r"(?P<asked>[^\"]+)(?P<after>\"[^<>]{0,200}(?<!/)>)[ \t]*"
)
_SHORTCODE: Final = re.compile(
    rf"(?P<before>\{{\{{(?P<sign>[<%])[ ]{{0,3}}(?P<shortcode>[\w-]{{0,30}}{_KINDS}[\w-]{{0,30}})"
    rf"[ ]{{1,3}}(?:{_NAMED}{_TITLES}=)?\")(?P<asked>[^\"]+)"
    r"(?P<after>\"[^<>{}]{0,200}[>%]\}\})[ \t]*"
)
_LIQUID: Final = re.compile(
    rf"(?P<before>\{{%-?[ ]{{1,3}}(?P<liquid>{_KINDS})[ ]{{1,3}})"
    r"(?P<asked>[^%{}\s]+(?:[ ][^%{}\s]+)*)"
    r"(?P<after>[ ]{0,3}-?%\})[ \t]*"
)
_ENCLOSING: Final = (_CONTAINER, _ELEMENT, _SHORTCODE, _LIQUID)
_HTML_HEADING: Final = re.compile(
    r"(?P<before>[ ]{0,3}<h(?P<level>[1-6])(?:[ ][^<>\n]{0,200})?>\n?)"
    r"(?P<asked>[^\n]{1,400}?)(?P<after>\n?</h(?P=level)>)[ \t]*",
    re.IGNORECASE,
)
_ID: Final = re.compile(r"(?<=[ ]name=\")[^\"]*|(?<=[ ]id=\")[^\"]*")
_SUMMARY: Final = re.compile(r"\A<summary>(?P<text>[^\n]*)</summary>[ \t]*\Z")
_IN_SUMMARY: Final = ("<b>", "<strong>")
_DETAILS: Final = ("<details>\n", "\n\n</details>")
_SET_IN: Final = re.compile(r"[ ]{2,8}|\t")
_BELOW_TERM: Final = "    "
_PLAIN: Final = re.compile(r"\w[^\"{}<>%`\\|]*")
_BEGINS_TEXT: Final = re.compile(
    r"[^\W_](?!\d{0,8}[.)](?:[ \t]|\Z))|[*_]{1,2}(?=[\w`¿¡])|`(?!`)|[¿¡]"
)

Read = tuple[Form, tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Opening:
    """The line that asks, taken apart; `closing` ends the answer, empty where its indent does."""

    shape: Shape
    before: str
    asked: str
    after: str
    closing: str = ""


def opening_of(line: str) -> Opening | None:
    """Take a line apart that asks, with its answer in it or set in below; None: another line."""
    if admonition := _ADMONITION.fullmatch(line):
        return Opening(Shape.INDENTED, admonition["before"], admonition["asked"], '"')
    for pattern in _ENCLOSING:
        if found := pattern.fullmatch(line):
            before, asked, after = found["before"], found["asked"], found["after"]
            return Opening(Shape.ENCLOSED, before, asked, after, _closing_of(found))
    return None


def opening_of_heading(lines: Sequence[str]) -> Opening | None:
    """Take a heading apart that is written in HTML, in which `{id}` stands for its id."""
    found = _HTML_HEADING.fullmatch("\n".join(lines))
    if found is None:
        return None
    before = _ID.sub("{id}", found["before"])
    return Opening(Shape.HTML, before, found["asked"].strip(), found["after"])


def _closing_of(found: re.Match[str]) -> str:
    match found.groupdict():
        case {"colons": str(colons)}:
            return colons
        case {"element": str(name), "margin": str(margin)}:
            return f"{margin}</{name}>"
        case {"shortcode": str(name), "sign": str(sign)}:
            return f"{{{{{sign} /{name} {sign.replace('<', '>')}}}}}"
        case {"liquid": str(name)}:
            return f"{{% end{name} %}}"
        case _:
            raise AssertionError(found)


def closes(line: str, closing: str) -> bool:
    """Tell whether a line is what ends a box, however its blanks stand."""
    return "".join(line.split()) == "".join(closing.split())


def indent_of(answer: str, shape: Shape) -> str:
    """What an answer as its file has it begins with: white space, or the mark of a definition."""
    first = answer.lstrip("\n").partition("\n")[0]
    if shape is Shape.DEFINED:
        mark = _DEFINITION.match(first.lstrip(" "))
        return mark[0] if mark else ""
    return first[: len(first) - len(first.lstrip(" \t"))]


def write_enclosed(form: Form, heading: str, answer: str) -> str | None:
    """Write a question, given as the text of a heading; None where it cannot stand there."""
    match form.shape:
        case Shape.SUMMARY:
            opening, closing = _DETAILS
            shown = f"{form.before}{_as_html(heading)}{form.after}"
            return f"{opening}<summary>{shown}</summary>\n\n{answer}{closing}"
        case Shape.HTML:
            return f"{_line(form, _as_html(heading))}\n\n{answer}"
        case Shape.DEFINED if _begins_text(form.before, heading):
            set_in = _set_in(answer, _BELOW_TERM).removeprefix(_BELOW_TERM)
            return f"{_line(form, heading)}{_gap(form)}{form.indent}{set_in}"
        case Shape.INDENTED:
            return _write_above(form, heading, answer)
        case Shape.ENCLOSED:
            return _write_within(form, heading, answer)
        case _:
            return None


def _line(form: Form, asked: str) -> str:
    opens, closes = form.opening
    return f"{opens}{form.before}{asked}{form.after}{closes}"


def _gap(form: Form) -> str:
    return "\n" if form.joined else "\n\n"


def _as_html(heading: str) -> str:
    return html.escape(unescape_heading(heading), quote=False)


def _write_above(form: Form, heading: str, answer: str) -> str | None:
    """Write an admonition or an item, with its answer set in below it."""
    is_quoted = form.opening[1].endswith('"')
    line = _line(form, heading.replace('"', "&quot;") if is_quoted else heading)
    mark = _ITEM_MARK.match(line)
    if mark and not _begins_text(line[mark.end() :], ""):
        return None
    width = len(mark[0]) if mark else len(_BELOW_TERM)
    # An item's text has to be set in as far as its mark is wide: 10. takes more than 9.
    is_wide_enough = form.indent == "\t" or len(form.indent) >= width
    return f"{line}{_gap(form)}{_set_in(answer, form.indent if is_wide_enough else ' ' * width)}"


def _write_within(form: Form, heading: str, answer: str) -> str | None:
    """Write a box, in whose title not all read Markdown."""
    asked: str | None = heading
    if form.opening[0].lstrip().startswith("<"):
        asked = html.escape(unescape_heading(heading), quote=True).replace("&#x27;", "'")
    elif form.opening[0].startswith("{"):
        plain = unescape_heading(heading)
        asked = plain if _PLAIN.fullmatch(plain) else None
    elif not _begins_text(form.before, heading):
        asked = None
    line = _line(form, asked or "")
    opening = asked and opening_of(line)
    if not opening or opening.asked != f"{form.before}{asked}{form.after}":
        return None
    return f"{line}{_gap(form)}{_set_in(answer, form.indent)}{_gap(form)}{opening.closing}"


def _begins_text(before: str, heading: str) -> bool:
    return bool(_BEGINS_TEXT.match(f"{before}{heading}")) and "|" not in heading


def _set_in(text: str, indent: str) -> str:
    return "\n".join(f"{indent}{line}" if line else line for line in text.split("\n"))


def read_enclosed(text: str) -> Read | None:
    """Read what `write_enclosed` wrote, or what a person has made of it; None: another shape.

    Its form, what the question may be, the likeliest last, and its answer.
    """
    first, _, below = text.partition("\n")
    if first == _DETAILS[0].strip():
        return _read_details(below)
    if heading := _HTML_HEADING.match(text):
        return _read_below(heading, text[heading.end() :])
    opening = opening_of(first.rstrip(" \t"))
    if opening and opening.closing:
        return _read_within(opening, below)
    if opening:
        return _read_set_in(opening, below)
    for pattern in (_ITEM, _NUMBERED_ITEM):
        if item := pattern.fullmatch(first):
            return _read_set_in(Opening(Shape.INDENTED, item["before"], item["asked"], ""), below)
    return _read_defined(first, below)


def _read_below(heading: re.Match[str], below: str) -> Read | None:
    opening = Opening(Shape.HTML, heading["before"], heading["asked"].strip(), heading["after"])
    return (*_read_asked(opening, below, ""), below.strip("\n")) if below[:1] == "\n" else None


def _read_details(text: str) -> Read | None:
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


def _read_set_in(opening: Opening, below: str) -> Read | None:
    body = below.strip("\n").rstrip()
    indent = indent_of(body, opening.shape)
    answer = _taken_out(body, indent) if _SET_IN.fullmatch(indent) else None
    return (*_read_asked(opening, below, indent), answer) if answer else None


def _read_within(opening: Opening, below: str) -> Read | None:
    body, _, last = below.rstrip().rpartition("\n")
    if not closes(last, opening.closing):
        return None
    body = body.strip("\n")
    indent = indent_of(body, opening.shape)
    answer = _taken_out(body, indent)
    if answer is None:
        answer, indent = body, ""
    return (*_read_asked(opening, below, indent), answer)


def _read_defined(first: str, below: str) -> Read | None:
    body = below.strip("\n").rstrip()
    mark = indent_of(body, Shape.DEFINED)
    if not mark or not body.startswith(mark) or first != first.strip():
        return None
    answer = _taken_out(_BELOW_TERM + body.removeprefix(mark), _BELOW_TERM)
    opening = Opening(Shape.DEFINED, "", first, "")
    return (*_read_asked(opening, below, mark), answer) if answer else None


def _read_asked(opening: Opening, below: str, indent: str) -> tuple[Form, tuple[str, ...]]:
    taken = bare(opening.asked)
    form = Form(
        shape=opening.shape,
        before=taken.before,
        after=taken.after,
        joined=not below.startswith("\n"),
        indent=indent,
        opening=(opening.before, opening.after),
    )
    asked = may_ask(opening.asked)
    # Not all of them read Markdown in a title.
    plain = [html.unescape(each) for each in asked]
    quoted = [unescape_heading(each.replace("&quot;", '"')) for each in asked]
    return form, (*plain, *quoted, *map(unescape_heading, asked))


def _taken_out(text: str, indent: str) -> str | None:
    """The text without what its lines are set in; None where one of them is not."""
    lines: Sequence[str] = text.split("\n")
    if any(line.strip() and not line.startswith(indent) for line in lines):
        return None
    return "\n".join(line[len(indent) :] for line in lines)
