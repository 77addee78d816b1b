"""Liquid, which Eleventy and Jekyll run over a page before they read Markdown, code and all.

Nunjucks, which Eleventy can be told to use instead, reads the same marks.
https://shopify.github.io/liquid/tags/template/#raw
"""

import re
from dataclasses import replace
from typing import Final

from shiploop.agents.faq.dialects.dialect import Code, Dialect

_ACTS: Final = re.compile(r"\{[{%#]")
_BRACE: Final = re.compile(r"\{(?=[{%#])")
_RAW_MARK: Final = re.compile(r"\{%-?[ \t]{0,9}(?:end)?raw[ \t]{0,9}-?%\}")
_SAID_BRACE: Final = '{{ "{" }}'
_RAW, _END_RAW = "{% raw %}", "{% endraw %}"


def write_code(code: Code) -> Code:
    """Let nothing of it be run: between `raw` and its end, else brace by brace."""
    if not _ACTS.search(code.content):
        return code
    if "endraw" in code.content or code.content.endswith("{"):
        return replace(code, content=_BRACE.sub(lambda _: _SAID_BRACE, code.content))
    return replace(code, content=f"{_RAW}{code.content}{_END_RAW}")


def read_code(code: Code) -> Code:
    """Take away what keeps Liquid from running it."""
    content = code.content
    if content.startswith(_RAW) and content.endswith(_END_RAW):
        return replace(code, content=content[len(_RAW) : -len(_END_RAW)])
    return replace(code, content=content.replace(_SAID_BRACE, "{"))


def read_page(page: str) -> str:
    """Leave the marks of `raw` out, which no reader sees."""
    return _RAW_MARK.sub("", page)


ELEVENTY: Final = Dialect(
    name="eleventy",
    referenced=frozenset("{"),
    write_code=write_code,
    read_code=read_code,
    read_page=read_page,
    indented_code=False,
)
