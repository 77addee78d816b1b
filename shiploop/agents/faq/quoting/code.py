"""Code blocks, and what is written like one: MyST's directives, diagrams, included files."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shiploop.agents.faq.quoting.labels import Frame, Label, label_of_container, label_of_kind
from shiploop.agents.faq.quoting.shapes import Block, Sort, fenced, titled


@dataclass(frozen=True, slots=True)
class Boxed:
    """A directive that frames Markdown."""

    label: Label
    content: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A directive that shows code."""

    language: str
    content: str


@dataclass(frozen=True, slots=True)
class Silent:
    """A directive that shows nothing which could be quoted."""


Directive = Boxed | Listing | Silent

_LANGUAGE: Final = re.compile(r"(?:\{[ \t]?\.)?(?P<language>[A-Za-z0-9+#.-]{1,20})(?![\w+#.-])")
_TITLE: Final = re.compile(
    r"\b(?:title|filename|caption)=(?:\"([^\"]{0,200})\"|'([^']{0,200})')|\[([^\[\]]{1,100})\]"
)
_DIRECTIVE: Final = re.compile(r"\{(?P<name>[A-Za-z][\w:-]{0,40})\}(?P<argument>[^\n]*)")
_ADMONISH: Final = re.compile(r"admonish(?!\w)[ \t]{0,4}(?P<kind>[\w-]{0,40})")
_QUOTED: Final = re.compile(r"\"([^\"]{0,200})\"")
_OPTIONS: Final = re.compile(
    r"\A(?:---\n.*?^---[ \t]*(?:\n|\Z)|(?:[ \t]*:[\w-]+:[^\n]*(?:\n|\Z))+)",
    re.DOTALL | re.MULTILINE,
)
_LISTINGS: Final = frozenset({"code", "code-block", "sourcecode", "prompt", "parsed-literal"})
_SILENT: Final = frozenset({"contents", "figure", "image", "index", "tableofcontents", "toctree"})
# GitHub and the generators draw these instead of showing them.
_DRAWN: Final = frozenset({
    "dot", "geojson", "graphviz", "math", "mermaid", "plantuml", "stl", "suggestion", "topojson",
})  # fmt: skip
# Another file's text stands here on the site, or something that a template makes.
_INCLUDE: Final = re.compile(
    r"(?:;?-{1,2}8<-{1,2}|<<<\s|\{\*|!!!include|@(?:include|import)\b|@\[code"
    r"|\.\. (?:include|literalinclude)::|\[!INCLUDE|:::\s?code\s"
    r"|\{[{%][%<#]?-?[ \t]{0,4}(?:#?include|readfile|code)\b)",
    re.IGNORECASE,
)
# https://twoslash.netlify.app/refs/notations
# https://docusaurus.io/docs/markdown-features/code-blocks
_CUT: Final = re.compile(r"^[ \t]{0,40}// -{3}cut(?:-before)?-{3}[ \t]{0,9}\n", re.MULTILINE)
_HIGHLIGHT: Final = re.compile(
    r"^[ \t]{0,40}(?://|#|--|/\*|<!--|\{/\*)[ \t]{0,4}highlight-(?:next-line|start|end)\b"
    r"[^\n]{0,40}\n",
    re.MULTILINE,
)
_CODE_MARK: Final = re.compile(r"[ \t]{0,9}(?://|#|<!--)[ \t]{0,4}\[!code [\w+-]{1,20}\](?: -->)?")
_TAG: Final = re.compile(r"<[^<>]*>")
_TEMPLATE: Final = re.compile(r"\{[{%]|<%")  # in HTML it is run, code or not


def included(text: str) -> str:
    """The line that begins a text by including another file; empty where none does."""
    line = text.strip().partition("\n")[0]
    return line.replace("`", "")[:60] if _INCLUDE.match(line) else ""


def preformatted(raw: str) -> str | None:
    """The code of a block of HTML that is one `<pre>` and nothing else; None for any other."""
    text = raw.strip()
    if not text.startswith("<pre") or not text.endswith("</pre>") or text.count("<pre") > 1:
        return None
    if _TEMPLATE.search(text):
        return None
    return html.unescape(_TAG.sub("", text))


def block(content: str, info: str, *, grouped: bool = False) -> Block:
    """Write code, under its title where it has one; in brackets only a group of tabs shows it."""
    info = info.strip()
    code = _shown(content, info).strip("\n").rstrip()
    found, title = _LANGUAGE.match(info), _TITLE.search(info)
    language = found["language"] if found else "text"
    text = fenced(code, language) if code else ""
    name = (title[1] or title[2] or (title[3] if grouped else "") or "").strip() if title else ""
    if text and name:
        text = f"{titled(_literal(name))}\n\n{text}"
    return Block(Sort.CODE, text, _obstacle(code, language, info))


def _shown(content: str, info: str) -> str:
    """Leave out what only tells the site how to show the rest."""
    if "twoslash" in info:
        content = "".join(_uncut(_CUT.split(content)[-1]))
    return _HIGHLIGHT.sub("", _CODE_MARK.sub("", content))


def _uncut(content: str) -> Iterator[str]:
    is_cut = False
    for line in content.splitlines(keepends=True):
        is_cut |= line.strip() == "// ---cut-start---"
        if not is_cut:
            yield line
        is_cut &= line.strip() != "// ---cut-end---"


def directive(info: str, content: str) -> Directive | None:
    """Read a fence as a directive; None where it is code."""
    info = info.strip()
    if found := _ADMONISH.match(info):
        title = _QUOTED.search(info)
        return Boxed(label_of_kind(found["kind"] or "note", title[1] if title else ""), content)
    found = _DIRECTIVE.fullmatch(info)
    if found is None:
        return None
    name, argument = found["name"].lower(), found["argument"].strip()
    content = _OPTIONS.sub("", content)
    if name in _LISTINGS:
        return Listing(argument, content)
    if name in _SILENT:
        return Silent()
    label = label_of_container(info)
    if label.frame is Frame.BOX and argument and name not in ("admonition", "dropdown", "card"):
        return _beginning_in_its_line(label, name, argument, content)
    return Boxed(label, content)


def _beginning_in_its_line(label: Label, name: str, argument: str, content: str) -> Boxed:
    """Of most boxes the argument is the beginning of the text, and not a title."""
    plain = label_of_kind(name, "")
    if label.kind.startswith(("version", "deprecated")):
        number, _, rest = argument.partition(" ")
        return Boxed(label_of_kind(name, number), f"{rest}\n{content}")
    return Boxed(plain, f"{argument}\n{content}")


def _literal(name: str) -> str:
    return f"`{name}`" if "`" not in name else name.replace("`", "")


def _obstacle(code: str, language: str, info: str) -> str:
    if language.lower() in _DRAWN:
        return f"a drawing, `{language}`"
    if include := next(filter(None, map(included, code.split("\n"))), ""):
        return f"an include, `{include}`"
    return "a directive" if info.startswith("{") and not _LANGUAGE.match(info) else ""
