"""What stands in a line: text, emphasis, code and links, written so that it says only that.

A link is written so that it leads to the same place from where the FAQ stands, or as its words.
An address in the text becomes code, which leads nowhere. Attributes, anchors, comments and badges
are no text. What cannot be written with its meaning is named: the obstacle.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from markdown_it.tree import SyntaxTreeNode

from shiploop.agents.faq.question import heading_text
from shiploop.agents.faq.quoting.dialect import ENDLESS
from shiploop.agents.faq.quoting.links import Reach, destination, is_allowed
from shiploop.agents.faq.quoting.tags import badge_text, is_break, is_silent

# What at the beginning of a line would make it a list or a rule.
_BLOCK_START: Final = re.compile(r"^(\d{1,9}(?=[.)])|(?=[-+=]))")
_ADDRESS: Final = re.compile(
    r"(\b(?:[a-z][a-z0-9+.-]{1,20}://|www\.)[^\s<>`]*[^\s<>`.,:;!?)'\"*_~。，）])", re.IGNORECASE
)
_KEYS: Final = re.compile(r"(?<![\w+])\+\+([a-z0-9-]{1,20}(?:\+[a-z0-9-]{1,20}){0,4})\+\+(?![\w+])")
_ATTRIBUTE: Final = r"(?:[#.][\w:-]+|[\w:-]+=(?:\"[^\"{}]*\"|'[^'{}]*'|[^\s{}\"']+)|v-pre)"
_ATTRIBUTES: Final = re.compile(
    rf"[ \t]{{0,4}}\{{:?[ \t]*{_ATTRIBUTE}(?:[ \t]+{_ATTRIBUTE})*[ \t]*\}}"
)
# A component within a line, as Nuxt Content has it: what stands in brackets is shown as text.
_COMPONENT: Final = re.compile(
    rf"(?<![\w:]):[a-z][a-z0-9-]{{0,40}}(?:\[([^\[\]\n]{{0,300}})\])?"
    rf"\{{[ \t]*{_ATTRIBUTE}(?:[ \t]+{_ATTRIBUTE})*[ \t]*\}}"
)
_CJK: Final = re.compile(r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uff00-\uffef]")
# A reference whose label no page defines, as the writer has escaped it.
_UNDEFINED: Final = re.compile(
    r"(?<![\w)\]])\\\[((?:[^\\\[\]]|\\[^\[\]]){1,300})\\\]"
    r"(?:\\\[(?:[^\\\[\]]|\\[^\[\]]){0,200}\\\]| \\\[[\w.-]{0,60}\.[\w.-]{1,60}\\\])"
)
_NOTE: Final = re.compile(r"\[\^[^\[\]\s]{1,200}\]")
_TEMPLATE: Final = re.compile(r"\{[{%]")
_BRACE: Final = re.compile(r"[{}]")
_ROLES_OF_CODE: Final = frozenset({
    "attr", "class", "code", "command", "data", "envvar", "exc", "file", "func", "guilabel", "kbd",
    "literal", "menuselection", "meth", "mod", "obj", "option", "program", "samp", "term",
})  # fmt: skip
_LINE_ENDS: Final = ("softbreak", "hardbreak")
_BREAK: Final = "\0"  # Markdown has none in a text
_SENTENCE_ENDS: Final = tuple(".:;,!?。：；，！？")

_OF_THE_WEB: Final = re.compile(r"(?:https?|ftp|mailto):", re.IGNORECASE)
_UNSEEN: Final = re.compile("[\u00ad\u200b\u2060\ufeff]")  # where a word may be broken, or not
# A badge is shown by one of these.
_BADGE_HOSTS: Final = ("shields.io", "badge", "codecov.io", "travis-ci", "circleci.com")


@dataclass(frozen=True, slots=True)
class Line:
    """Inline Markdown, and what of it cannot be written; without text it is only an image."""

    text: str
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class InlineWriter:
    """Writes inline Markdown of the page at `path` for the FAQ; `notes` are its footnotes."""

    path: str
    reach: Reach
    notes: Mapping[int, str]

    def paragraph(self, inline: SyntaxTreeNode) -> Line:
        """Write lines that begin a paragraph, broken where the page breaks them."""
        lines = [" ".join(line.split()) for line in self._written(inline).split(_BREAK)]
        shown = "  \n".join(_BLOCK_START.sub(r"\1\\", line) for line in lines if line)
        return Line(shown, self._obstacle_in(inline))

    def one_line(self, inline: SyntaxTreeNode) -> Line:
        """Write what stands in a cell or a title: one line, whatever the page breaks."""
        lines = [" ".join(line.split()) for line in self._written(inline).split(_BREAK)]
        text = ""
        for line in filter(None, lines):
            glue = "" if not text else " " if text.endswith(_SENTENCE_ENDS) else "; "
            text += glue + line
        return Line(text, self._obstacle_in(inline))

    def _obstacle_in(self, inline: SyntaxTreeNode) -> str:
        """Name what in a line cannot be written with its meaning; empty where all of it can."""
        if inline.meta.get(ENDLESS):
            return "a paragraph that is too long to be read"
        found = (_obstacle(node, self) for node in inline.walk(include_self=False))
        return next(filter(None, found), "")

    def _written(self, inline: SyntaxTreeNode) -> str:
        if _is_picture(inline):
            return ""
        text = self._inside(inline)
        if _CJK.search(text):
            # Emphasis that no rule of CommonMark sees between characters without blanks.
            text = text.replace(r"\*\*", "")
        return _UNDEFINED.sub(r"\1", text)

    def _inside(self, node: SyntaxTreeNode) -> str:
        text = ""
        for child in node.children:
            written = self._inline(child)
            # A link after an exclamation mark would become an image.
            text = f"{text[:-1]}\\!" if text.endswith("!") and written.startswith("[") else text
            text += written
        return text

    def _inline(self, node: SyntaxTreeNode) -> str:
        match node.type:
            case "text" | "text_special":
                return self._literal(node.content)
            case "image":
                says_nothing = _is_badge(node) or _has_own_line(node)
                return "" if says_nothing else self._literal(node.content)
            case "code_inline":
                return _code(node.content, node.markup)
            case "myst_role":
                return _role(node)
            case "em" | "strong":
                inside, mark = self._inside(node), "*" * len(node.markup)
                return f"{mark}{inside}{mark}" if inside.strip() else inside
            case "link":
                return self._link(node)
            case "footnote_ref":
                note = self.notes.get(int(node.meta["id"]), "")
                return f" ({note})" if note else ""
            case "softbreak":
                return " "
            case "hardbreak":
                return _BREAK
            case "html_inline":
                return _BREAK if is_break(node.content) else heading_text(badge_text(node.content))
            case _:
                return ""

    def _literal(self, text: str) -> str:
        """Write text literally, and an address in it so that nobody makes a link of it."""
        pieces = _ADDRESS.split(_UNSEEN.sub("", _without_attributes(text)))
        pieces[::2] = map(_with_keys, pieces[::2])
        pieces[1::2] = (
            heading_text(url) if is_allowed(url, self.reach.allowed_hosts) else f"`{url}`"
            for url in pieces[1::2]
        )
        return "".join(pieces)

    def _link(self, node: SyntaxTreeNode) -> str:
        if _is_picture(node):
            return ""
        text = self._inside(node)
        target = destination(str(node.attrs.get("href", "")), self.path, self.reach)
        words = text.strip()
        # Blanks within its brackets belong around a link.
        return text.replace(words, f"[{words}]({target})", 1) if target and words else text


def _obstacle(node: SyntaxTreeNode, writer: InlineWriter) -> str:
    match node.type:
        case "s":
            return "a text that is struck out"
        case "html_inline" if not is_silent(node.content):
            return f"the tag `{node.content[:40]}`"
        case "myst_role" if _role(node) == "":
            return f"the role `{node.meta['name']}`, whose text stands elsewhere"
        case "link" if not node.children or _is_named_by_target(node):
            return "a link whose text stands elsewhere"
        case "footnote_ref" if not writer.notes.get(int(node.meta["id"])):
            return "a footnote of more than a paragraph"
        case "image" if not (node.content.strip() or _is_alone(node) or _has_own_line(node)):
            return "an image without words, within a text"
        case "text" | "text_special":
            return _obstacle_in_text(_without_attributes(node.content), writer.path)
        case _:
            return ""


def _is_named_by_target(link: SyntaxTreeNode) -> bool:
    """Tell whether an address in angle brackets is not one of the web, as MyST has it."""
    return link.markup == "autolink" and not _OF_THE_WEB.match(str(link.attrs.get("href", "")))


def _obstacle_in_text(text: str, path: str) -> str:
    if _NOTE.search(text):
        return "a footnote that stands elsewhere"
    if "$$" in text:
        return "a formula"
    if _TEMPLATE.search(text):
        return "a template outside of code"
    is_expression = path.lower().endswith(".mdx") and _BRACE.search(text)
    return "a brace outside of code" if is_expression else ""


def _is_picture(node: SyntaxTreeNode) -> bool:
    """Tell whether there is nothing but images and white space."""
    images = False
    for child in node.children:
        if child.type == "image" or (child.type == "link" and _is_picture(child)):
            images = True
        elif not _is_blank(child):
            return False
    return images


def _has_own_line(image: SyntaxTreeNode) -> bool:
    """Tell whether an image stands in a line by itself, below a text and not within it."""
    beside = (image.previous_sibling, image.next_sibling)
    return any(beside) and all(each is None or each.type in _LINE_ENDS for each in beside)


def _is_blank(node: SyntaxTreeNode) -> bool:
    match node.type:
        case "softbreak" | "hardbreak":
            return True
        case "text":
            return not _without_attributes(node.content).strip()
        case "html_inline":
            return is_silent(node.content)
        case _:
            return False


def _is_alone(image: SyntaxTreeNode) -> bool:
    return image.parent is not None and _is_picture(image.parent)


def _is_badge(image: SyntaxTreeNode) -> bool:
    source = str(image.attrs.get("src", ""))
    return any(host in source for host in _BADGE_HOSTS)


def _without_attributes(text: str) -> str:
    return _ATTRIBUTES.sub("", _COMPONENT.sub(r"\1", text) if ":" in text else text)


def _with_keys(text: str) -> str:
    return "".join(_keys_or_text(_KEYS.split(text)))


def _keys_or_text(pieces: list[str]) -> Iterator[str]:
    for number, piece in enumerate(pieces):
        yield f"`{piece}`" if number % 2 else heading_text(piece)


def _code(content: str, markup: str) -> str:
    pad = " " if "`" in content[:1] + content[-1:] else ""
    return f"{markup}{pad}{content}{pad}{markup}"


def _role(node: SyntaxTreeNode) -> str:
    """Write what a role of MyST shows; empty where that is not in the text."""
    name, content = str(node.meta["name"]).rpartition(":")[2], node.content
    text, target, _ = content.rpartition("<")
    if target and content.endswith(">") and text.strip():
        return heading_text(" ".join(text.split()))
    if name in _ROLES_OF_CODE and "`" not in content:
        return f"`{content.lstrip('~!')}`"
    return ""
