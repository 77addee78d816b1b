"""MDX, which Docusaurus reads its pages as: braces are expressions, some lines are JavaScript.

https://mdxjs.com/docs/what-is-mdx/#mdx-syntax
"""

import re
from dataclasses import replace
from typing import Final

from shiploop.agents.faq.dialects.dialect import Comment, Dialect

# A box, and what brings in or gives out names.
_LINE_START: Final = re.compile(r":::|(?:import|export)[ \t{*'\"]")
# Docusaurus looks for the id of a heading in what has been made of the heading already.
_HEADING_ID: Final = re.compile(r"\{[ \t]*#[^{}]{0,500}\}[ \t]*\Z")

DOCUSAURUS: Final = Dialect(
    name="docusaurus",
    comment=Comment.MDX,
    referenced=frozenset("{}"),
    line_start=_LINE_START,
    indented_code=False,
    heading_attributes=_HEADING_ID,
)
# Rspress, and others that read pages as MDX.
MDX: Final = replace(DOCUSAURUS, name="mdx")
# Where its configuration says that pages in .md are no MDX.
DOCUSAURUS_MD: Final = Dialect(
    name="docusaurus-md", line_start=re.compile(r":::"), heading_attributes=_HEADING_ID
)
