"""VitePress: a page becomes a template of Vue, which takes values from braces.

https://vitepress.dev/guide/using-vue#escaping
"""

import re
from dataclasses import replace
from typing import Final

from shiploop.agents.faq.dialects.dialect import Code, Dialect, Unwritable

_AS_IT_IS: Final = "{v-pre}"
_INCLUDE: Final = re.compile(r"<!--[ \t]{0,9}@include:")
# In a block of such a language Vue takes values again.
_TAKES_VALUES: Final = "-vue"


def write_code(code: Code) -> Code | Unwritable:
    """Keep Vue from code in a line; blocks it leaves alone."""
    if _INCLUDE.search(code.content):
        return Unwritable.INCLUDE
    if code.language is not None:
        return replace(code, language=code.language.removesuffix(_TAKES_VALUES))
    return replace(code, suffix=_AS_IT_IS) if "{{" in code.content else code


def read_code(code: Code) -> Code:
    """Name what is written behind code in a line."""
    return replace(code, suffix=_AS_IT_IS) if code.language is None else code


VITEPRESS: Final = Dialect(
    name="vitepress",
    referenced=frozenset("{"),
    emoji=True,
    two_braces="{{ '{{' }}",
    line_start=re.compile(r":::|(?:\\?<){3}|\[\[toc\]\]", re.IGNORECASE),
    write_code=write_code,
    read_code=read_code,
)
