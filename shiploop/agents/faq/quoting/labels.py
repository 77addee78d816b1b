"""What a box, a tab or a directive is called, in each of the spellings that there are."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final


class Frame(Enum):
    """What an opening begins."""

    BOX = auto()
    TAB = auto()
    NONE = auto()
    """Its content stands as if there were no frame around it."""
    UNKNOWN = auto()
    """What readers see of it is not known."""


@dataclass(frozen=True, slots=True)
class Label:
    """The kind of a box in lower case, and its title as Markdown, which may be empty."""

    frame: Frame
    kind: str
    title: str


_BOXES: Final = frozenset({
    "abstract", "accordion", "admonition", "alert", "aside", "attention", "bug", "callout", "card",
    "caution", "check", "cite", "collapse", "danger", "definition", "deprecated", "details", "done",
    "dropdown", "error", "example", "expandable", "fail", "failure", "faq", "help", "hint",
    "important", "info", "missing", "note", "notice", "pitfall", "question", "quote", "remark",
    "security", "see-also", "seealso", "spoiler", "step", "success", "summary", "tip", "tldr",
    "todo", "versionadded", "versionchanged", "versionremoved", "warn", "warning",
})  # fmt: skip
# They only say how something looks, or hold others; a title is never theirs.
_BARE: Final = frozenset({
    "accordions", "cardgrid", "cards", "carousel", "center", "code-group", "codegroup", "col",
    "column", "columns", "container", "div", "filetree", "fragment", "grid", "intro", "left", "raw",
    "read-more", "right", "row", "steps", "tab-set", "tabbed", "tabgroup", "tabs", "tabset",
    "v-pre",
})  # fmt: skip
_TABS: Final = frozenset({"tab", "tab-item", "tabitem"})
# As Sphinx shows them: https://www.sphinx-doc.org/en/master/usage/restructuredtext/directives.html
_OF_VERSIONS: Final = {
    "versionadded": "Added in version",
    "versionchanged": "Changed in version",
    "versionremoved": "Removed in version",
    "deprecated": "Deprecated since version",
}
_NAMELESS: Final = frozenset({
    "accordion", "admonition", "alert", "aside", "callout", "card", "collapse", "dropdown",
    "expandable", "step",
})  # fmt: skip

_NAMES: Final = {
    "seealso": "See also",
    "see-also": "See also",
    "tldr": "TL;DR",
    "warn": "Warning",
}

_HEAD: Final = re.compile(
    r"(?P<brace>\{)?\.?(?P<kind>[A-Za-z][\w-]{0,40})(?(brace)\}|(?=[\s\[{]|\Z))"
)
_BRACKETS: Final = re.compile(r"\[([^\[\]]{0,300})\]")
_ATTRIBUTES: Final = re.compile(r"\{[^{}]{0,500}\}")
_TITLE: Final = re.compile(r"""\btitle=(?:"([^"]{0,300})"|'([^']{0,300})')""")


def label_of_indented(markup: str, params: str) -> Label:
    """Read what follows `!!!`, `???` or `===`."""
    words, quote, _ = params.strip().replace("'", '"').partition('"')
    title = params.strip()[len(words) + 1 :].rstrip("\"'") if quote else ""
    if markup.startswith("="):
        return Label(Frame.TAB if quote and not words else Frame.UNKNOWN, "tab", title)
    kind = words.split()[0].lower() if words.strip() else ""
    return Label(Frame.BOX, kind, title if quote else default_title(kind))


def label_of_container(params: str) -> Label:
    """Read what follows `:::`, or the info string of a directive, such as `{note} Title`."""
    params = params.strip()
    head = _HEAD.match(params)
    if head is None:
        return Label(Frame.UNKNOWN, "", params)
    rest = params[head.end() :].strip()
    in_brackets = _BRACKETS.match(rest)
    in_attributes = _TITLE.search(rest)
    title = in_brackets[1] if in_brackets else _ATTRIBUTES.sub("", rest).strip()
    if in_attributes and not title:
        title = in_attributes[1] or in_attributes[2] or ""
    return label_of_kind(head["kind"], title)


def label_of_slashes(params: str) -> Label:
    """Read what follows `///`: a kind, and its title after a bar."""
    kind, _, title = params.partition("|")
    return label_of_kind(kind.strip(), title.strip())


def label_of_kind(kind: str, title: str) -> Label:
    """Say what a kind of box, in any letter case, begins; unknown where we know no such kind."""
    kind = kind.lower()
    if kind in _OF_VERSIONS and title[:1].isdigit():
        return Label(Frame.BOX, kind, f"{_OF_VERSIONS[kind]} {title}")
    if kind in _TABS:
        return Label(Frame.TAB, kind, title)
    if kind in _BARE:
        return Label(Frame.NONE, kind, "")
    if kind in _BOXES:
        return Label(Frame.BOX, kind, title or default_title(kind))
    return Label(Frame.UNKNOWN, kind, title)


def default_title(kind: str) -> str:
    """The title of a box that has none of its own."""
    if kind in _NAMELESS:
        return ""
    return _NAMES.get(kind, kind.capitalize())
