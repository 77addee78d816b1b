"""Markdown as the generators of sites read it: a section as a tree, with boxes, tabs and notes.

CommonMark and GFM's tables, and beside them

- `:::` containers (Docusaurus, VitePress, MyST, Pandoc) and `///` blocks (PyMdown),
- `::name` with its `::` (Nuxt Content),
- `!!!`, `???` and `===` with an indented text below (Python-Markdown, MkDocs),
- definition lists, footnotes, and MyST's roles,
- tags of components that stand in a line by themselves (MDX).
"""

import re
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.myst_role import myst_role_plugin

from shiploop.agents.faq.retrieval.component_lines import component_lines
from shiploop.agents.faq.retrieval.link_definitions import LinkDefinitions
from shiploop.domain.limits import MAX_PARAGRAPH_BRACKETS, MAX_PARAGRAPH_CHARACTERS
from shiploop.domain.markdown import shared

_INDENTED_BOX: Final = re.compile(r"(?:!!!|\?\?\?\+?|===[!+]?)[ \t]*(?=[\w\"'])")
_INDENT: Final = 4
_INDENTED: Final = re.compile(r"^ {4}", re.MULTILINE)
_DEFINES: Final = re.compile(r"(?:\A|(?<=\n\n)):[ \t]{1,4}(?=\S)")
_COMPONENT: Final = re.compile(r"::(?=[A-Za-z])")
_MOST_LINES: Final = 120  # of a component: what is longer is not quoted whole either
_FENCE: Final = ("```", "~~~")
_ENDED_BY_BOX: Final = ("paragraph", "reference", "blockquote", "list")
ENDLESS: Final = "endless"


def read_tree(text: str, links: LinkDefinitions = ()) -> SyntaxTreeNode:
    """Parse a section; `links` are the definitions of its page."""
    if _DEFINES.match(text):
        text = _without_definition(text)
    references = {label: {"href": href, "title": ""} for label, href in links}
    environment: dict[str, Any] = {"references": references}
    # Without an end of its last line, a box in a quotation would be read beyond it.
    return SyntaxTreeNode(_MARKDOWN.parse(f"{text}\n", environment))


def _without_definition(text: str) -> str:
    """Take the marks off definitions whose term is the heading, as Python-Markdown takes them.

    Their further paragraphs are indented by four blanks.
    """
    return _DEFINES.sub("", _INDENTED.sub("", text))


def read_line(text: str) -> SyntaxTreeNode:
    """Parse a line by itself, such as a title."""
    return SyntaxTreeNode(_MARKDOWN.parseInline(text)).children[0]


def is_closed(container: SyntaxTreeNode) -> bool:
    """Tell whether a container ends where its closing line is, and not for lack of text."""
    tokens = container.nester_tokens
    return tokens is not None and tokens.closing.markup.startswith(tokens.opening.markup)


def _drop_endless(state: StateCore) -> None:
    """Leave out the text of what takes too long to be read: nobody quotes it either."""
    for token in state.tokens:
        written = token.content
        if token.type == "inline" and (
            len(written) > MAX_PARAGRAPH_CHARACTERS or written.count("[") > MAX_PARAGRAPH_BRACKETS
        ):
            token.content = ""
            token.meta[ENDLESS] = True


def _indented_box(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Read `!!! note "Title"` and its like, with what is indented by four blanks below it."""
    if state.is_code_block(start_line):
        return False
    line = _line(state, start_line)
    opening = _INDENTED_BOX.match(line)
    if opening is None:
        return False
    if silent:
        return True
    indent = state.blkIndent + _INDENT
    after = last = start_line + 1
    while after < end_line and (state.isEmpty(after) or state.sCount[after] >= indent):
        after += 1
        if not state.isEmpty(after - 1):
            last = after
    _push_box(state, start_line, last, opening[0].strip(), line[opening.end() :])
    state.line = last
    return True


def _push_box(state: StateBlock, start: int, end: int, markup: str, params: str) -> None:
    parent, last_line, indent = state.parentType, state.lineMax, state.blkIndent
    state.parentType, state.lineMax, state.blkIndent = "indented_box", end, indent + _INDENT
    token = state.push("indented_box_open", "div", 1)
    token.markup, token.info, token.map = markup, params, [start, end]
    state.md.block.tokenize(state, start + 1, end)
    state.push("indented_box_close", "div", -1)
    state.parentType, state.lineMax, state.blkIndent = parent, last_line, indent


def _component(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Read `::name{key="value"}` up to its `::`; deeper ones have more colons."""
    opening = _COMPONENT.match(_line(state, start_line))
    last = _component_end(state, start_line, end_line) if opening else None
    if last is None or state.is_code_block(start_line):
        return False
    if silent:
        return True
    parent, last_line = state.parentType, state.lineMax
    state.parentType, state.lineMax = "container", last
    token = state.push("container_colons_open", "div", 1)
    token.markup, token.info, token.map = "::", _line(state, start_line)[2:], [start_line, last]
    state.md.block.tokenize(state, start_line + 1, last)
    state.push("container_colons_close", "div", -1).markup = "::"
    state.parentType, state.lineMax, state.line = parent, last_line, last + 1
    return True


def _component_end(state: StateBlock, start_line: int, end_line: int) -> int | None:
    """The line of its `::`, which is not in a fenced block."""
    in_fence = False
    for number in range(start_line + 1, min(end_line, start_line + _MOST_LINES)):
        line = _line(state, number)
        in_fence ^= line.startswith(_FENCE)
        if not in_fence and line.rstrip() == "::":
            return number
    return None


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _anything(params: str, markup: str) -> bool:
    return True


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    container_plugin(parser, "colons", ":", _anything)
    container_plugin(parser, "slashes", "/", _anything)
    deflist_plugin(parser)
    footnote_plugin(parser)
    myst_role_plugin(parser)
    component_lines(parser)
    parser.block.ruler.before("fence", "indented_box", _indented_box, {"alt": list(_ENDED_BY_BOX)})
    parser.block.ruler.before("fence", "component", _component, {"alt": list(_ENDED_BY_BOX)})
    parser.core.ruler.before("inline", "drop_endless", _drop_endless)
    return parser


_MARKDOWN: Final = shared(_parser())
