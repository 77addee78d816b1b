"""Tags in a page's text, of HTML, JSX, Liquid and Hugo: which of them say something to a reader."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from shiploop.agents.faq.quoting.labels import Frame, Label, label_of_kind


@dataclass(frozen=True, slots=True)
class Opening:
    """A tag that begins a box or a tab; `name` is what its closing tag has."""

    name: str
    label: Label


@dataclass(frozen=True, slots=True)
class Closing:
    """A tag that ends a box or a tab."""

    name: str


@dataclass(frozen=True, slots=True)
class Title:
    """The title of the box that has been opened last."""

    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something of which nobody knows here what a reader sees."""

    what: str


Part = str | Opening | Closing | Title | Unknown

# Shows nothing that could be quoted, or only how a text looks.
_SILENT: Final = frozenset({
    "a", "abbr", "b", "badge", "big", "br", "center", "cite", "code", "dfn", "em", "figure",
    "font", "footer", "header", "hr", "i", "icon", "image", "img", "ins", "kbd", "main", "mark",
    "nav", "p", "picture", "q", "samp", "section", "small", "source", "span", "strong", "u", "var",
    "wbr", "article", "fragment", "thumbnail", "screenshot", "video", "youtube", "zoomimage",
})  # fmt: skip
_BREAKS: Final = frozenset({"br", "p", "div", "section", "article", "header", "footer"})
_ATTRIBUTES: Final = r"(?:\"[^\"<>]*\"|'[^'<>]*'|\{[^{}<>]*\}|[^<>\"'{}])*"
_TOKEN: Final = re.compile(
    r"<!--(?:(?!<!--).)*?-->|\{/\*(?:(?!\{/\*).)*?\*/\}"
    r"|<summary[^<>]{0,200}>(?P<summary>(?:(?!<summary).)*?)</summary>"
    rf"|<(?P<ends>/?)(?P<tag>[A-Za-z][\w.:-]{{0,60}})(?![\w.:-])(?P<attributes>{_ATTRIBUTES})>"
    r"|\{%-?[ \t]{0,4}(?P<liquid>\w{1,40})(?!\w)(?P<words>[^{}]{0,500})%\}"
    r"|\{\{[<%][ \t]{0,4}(?P<ended>/?)[ \t]{0,4}(?P<hugo>[\w-]{1,40})(?![\w-])"
    r"(?P<values>[^{}]{0,500})[>%]\}\}",
    re.DOTALL,
)
_VALUE: Final = r"=(?:\"([^\"]{0,300})\"|'([^']{0,300})')"
_SHOWN: Final = re.compile(rf"\b(?:title|label|header|summary|name){_VALUE}", re.IGNORECASE)
_VALUE_OF_TAB: Final = re.compile(rf"\bvalue{_VALUE}")
_KIND: Final = re.compile(rf"\b(?:type|style|kind|color){_VALUE}", re.IGNORECASE)
_CLASS: Final = re.compile(rf"\bclass{_VALUE}")
_BADGE_TEXT: Final = re.compile(rf"\btext{_VALUE}")
_IS_TAG: Final = re.compile(r"</?[A-Za-z!?]")
# Boxes that say in an attribute of which kind they are.
_BY_TYPE: Final = frozenset({"admonition", "alert", "aside", "callout", "hint"})


def read_tags(raw: str) -> tuple[Part, ...]:
    """Split a text at its tags: what stands between them is Markdown."""
    return tuple(_merged(_read(raw)))


def is_silent(tag: str) -> bool:
    """Tell whether an inline tag of HTML, or a comment, takes nothing from the text around it."""
    found = _TOKEN.fullmatch(tag)
    if found is None:
        return False
    return found["tag"] is None or _is_silent(found["tag"].lower(), found["attributes"])


def badge_text(tag: str) -> str:
    """What a badge of JSX says within a text; empty for other tags."""
    found = _TOKEN.fullmatch(tag)
    if found is None or (found["tag"] or "").lower() != "badge":
        return ""
    said = _BADGE_TEXT.search(found["attributes"])
    return (said[1] or said[2] or "") if said else ""


def is_break(tag: str) -> bool:
    """Tell whether an inline tag of HTML begins a new line."""
    found = _TOKEN.fullmatch(tag)
    return found is not None and (found["tag"] or "").lower() == "br"


def is_template_line(line: str) -> bool:
    """Tell whether a line is nothing but a tag of a template, or a comment of MDX."""
    found = _TOKEN.fullmatch(line.strip())
    return found is not None and found[0].startswith("{")


def _read(raw: str) -> Iterator[Part]:
    end = 0
    for found in _TOKEN.finditer(raw):
        yield _text(raw[end : found.start()])
        end = found.end()
        yield from _tag(found)
    yield _text(raw[end:])


def _text(text: str) -> Part:
    return Unknown("HTML") if _IS_TAG.search(text) else text


def _tag(found: re.Match[str]) -> Iterator[Part]:
    if found["summary"] is not None:
        yield Title(" ".join(found["summary"].split()))
    elif found["liquid"]:
        name = found["liquid"].lower()
        ends = name.startswith("end")
        yield from _frame(name.removeprefix("end"), ends, found["words"])
    elif found["hugo"]:
        yield from _frame(found["hugo"].lower(), bool(found["ended"]), found["values"])
    elif found["tag"]:
        name, attributes = found["tag"].lower(), found["attributes"]
        if name in _BREAKS:
            yield "\n\n"
        if name == "div":
            yield Closing(name) if found["ends"] else Opening(name, _label_of_div(attributes))
        elif not _is_silent(name, attributes):
            yield from _frame(name, bool(found["ends"]), attributes)


def _frame(name: str, ends: bool, attributes: str) -> Iterator[Part]:
    label = _label(name, attributes)
    if attributes.rstrip().endswith("/"):
        yield Unknown(f"what `{name}` shows")
        return
    match label.frame:
        case Frame.NONE:
            yield "\n\n"
        case Frame.UNKNOWN:
            yield Unknown(f"what `{name}` shows")
        case Frame.BOX | Frame.TAB:
            yield Closing(name) if ends else Opening(name, label)


def _is_silent(name: str, attributes: str) -> bool:
    # Some put a badge into an element that would raise its text, if it had one.
    return name in _SILENT or (name == "sup" and attributes.rstrip().endswith("/"))


def _label_of_div(attributes: str) -> Label:
    """A division has no title; its class tells variants of a text apart."""
    found = _CLASS.search(attributes)
    return Label(Frame.NONE, (found[1] or found[2] or "") if found else "", "")


def _label(name: str, attributes: str) -> Label:
    shown, kind = _SHOWN.search(attributes), _KIND.search(attributes)
    title = (shown[1] or shown[2] or "") if shown else ""
    if kind and name in _BY_TYPE:
        label = label_of_kind(kind[1] or kind[2] or "", title)
        if label.frame is Frame.BOX:
            return label
    label = label_of_kind(name, title)
    if label.frame is Frame.TAB and not title and (value := _VALUE_OF_TAB.search(attributes)):
        return replace(label, title=value[1] or value[2] or "")  # as Docusaurus shows it
    return label


def _merged(parts: Iterator[Part]) -> Iterator[Part]:
    """Put texts that only silent tags had parted together again."""
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        if text.strip():
            yield text
        text = ""
        yield part
    if text.strip():
        yield text
