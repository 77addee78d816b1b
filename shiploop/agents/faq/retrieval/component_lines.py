"""Lines that are a tag of a component and nothing else, as MDX has them.

In CommonMark such a line begins HTML up to the next empty line, and what looks like a fence below
it is none. In MDX, where components come from, it is the tag alone: https://mdxjs.com/docs/what-is-mdx/
"""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

# With a capital letter first, and a small one: `<DIV>` is HTML.
COMPONENT_LINE: Final = re.compile(
    r"</?[A-Z][\w.]{0,60}?[a-z][\w.]{0,60}(?:\s[^<>]{0,500})?>[ \t]*"
)


def component_lines(parser: MarkdownIt) -> MarkdownIt:
    """Have a parser read such a line by itself, and Markdown below it."""
    ends = ["paragraph", "reference", "blockquote"]
    parser.block.ruler.before("html_block", "component_line", _component_line, {"alt": ends})
    return parser


def _component_line(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    first = state.bMarks[start_line] + state.tShift[start_line]
    if not COMPONENT_LINE.fullmatch(state.src, first, state.eMarks[start_line]):
        return False
    if silent:
        return state.src.startswith("</", first)  # of a paragraph: an opening tag may stand in it
    state.line = start_line + 1
    token = state.push("html_block", "", 0)
    token.map = [start_line, state.line]
    token.content = state.getLines(start_line, state.line, state.blkIndent, True)
    return True
