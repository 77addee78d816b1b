"""Hugo: shortcodes, which it runs before it reads Markdown, in code as well.

https://gohugo.io/content-management/shortcodes/
"""

import re
from dataclasses import replace
from typing import Final

from shiploop.agents.faq.dialects.dialect import Code, Dialect, Unwritable

_OPENS: Final = re.compile(r"\{\{(?P<kind>[<%])")
_SHOWN: Final = re.compile(
    r"\{\{([<%])/\*((?:(?!\*/[>%]\}\}|\{\{[<%]/\*).){0,500})\*/([>%])\}\}", re.DOTALL
)
# Of a page the summary ends here, in code as well, and the mark is taken out.
_SUMMARY: Final = "<!--more-->"
_CLOSES: Final = {"<": ">}}", "%": "%}}"}


def write_code(code: Code) -> Code | Unwritable:
    """Put what is within a shortcode into its comment, of which Hugo shows the rest."""
    if _SUMMARY in code.content:
        return Unwritable.INCLUDE
    written, rest = "", code.content
    while found := _OPENS.search(rest):
        closing = _CLOSES[found["kind"]]
        inner, closed, after = rest[found.end() :].partition(closing)
        if not closed:
            return Unwritable.TEMPLATE
        written += f"{rest[: found.end()]}/*{inner}*/{closing}"
        rest = after
    return replace(code, content=written + rest)


def read_code(code: Code) -> Code:
    """Take what is within comments of shortcodes out of them."""
    read, rest = "", code.content
    while found := _OPENS.search(rest):
        closing = _CLOSES[found["kind"]]
        inner, closed, after = rest[found.end() :].partition(f"*/{closing}")
        read += rest[: found.end()]
        rest = rest[found.end() :]
        if closed and inner.startswith("/*"):
            read += inner[2:] + closing
            rest = after
    return replace(code, content=read + rest)


def read_page(page: str) -> str:
    """Show shortcodes that are only shown as readers see them."""
    return _SHOWN.sub(r"{{\1\2\3}}", page)


HUGO: Final = Dialect(
    name="hugo",
    referenced=frozenset("{"),
    line_start=re.compile(r":[ \t]"),
    write_code=write_code,
    read_code=read_code,
    read_page=read_page,
)
