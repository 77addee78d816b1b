"""Those that read plain Markdown, or of which nobody knows here what they read."""

import re
from typing import Final

from shiploop.agents.faq.dialects.dialect import Dialect

# As GitHub shows it.
GFM: Final = Dialect(name="gfm")
# The gate refuses whatever any generator would act upon.
UNKNOWN: Final = Dialect(name="unknown")
# Julia's Markdown knows no HTML: https://github.com/JuliaDocs/Documenter.jl/issues/674.
DOCUMENTER: Final = Dialect(name="documenter", shows_comments=True)
# Of pages that end in .md: remark with GFM, and boxes.
STARLIGHT: Final = Dialect(
    name="starlight",
    front_matter="---\ntitle: FAQ\n---\n\n",
    line_start=re.compile(r":::"),
)
# MyST: roles, boxes, comments, targets, fields and definitions.
SPHINX: Final = Dialect(
    name="sphinx",
    referenced=frozenset("{"),
    line_start=re.compile(r":::|%|\\?\+\\?\+\\?\+|\([^()\s]{1,200}\)=|:[\w-]{1,40}:|:[ \t]"),
)
