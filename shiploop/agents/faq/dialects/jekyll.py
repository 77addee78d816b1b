"""Jekyll: Liquid first, then kramdown's tables without rules, attributes and definitions.

https://kramdown.gettalong.org/syntax.html
"""

import re
from typing import Final

from shiploop.agents.faq.dialects import liquid
from shiploop.agents.faq.dialects.dialect import PUNCTUATION, Dialect

JEKYLL: Final = Dialect(
    name="jekyll",
    front_matter="---\n---\n\n",
    # A brace may begin attributes; a bar makes a table of its paragraph.
    referenced=frozenset("{|"),
    # What kramdown's parser of GFM does not know escaped it shows with the backslash.
    shown_escapes=PUNCTUATION.difference("\\.*_+`<>()[]{}#!:|\"'$=-~"),
    # A definition, the end of a block, an abbreviation.
    line_start=re.compile(r":[ \t]|\^[ \t]*$|\*\\?\[", re.MULTILINE),
    write_code=liquid.write_code,
    read_code=liquid.read_code,
    read_page=liquid.read_page,
    breaks_by_backslash=False,
)
