"""Syntax of the generators that make a site of the documents: nothing that one of them would run.

Some read templates before they read Markdown, so that code does not hide them. Where we know
which generator a repository uses, its dialect writes the text; where we do not, this is refused.
"""

import re
from collections.abc import Iterator
from typing import Final

from shiploop.agents.faq.gate.refusal import Refusal

# Liquid, Jinja, Go, Vue, GitHub's expressions, ERB, and MkDocs' snippets: also in code.
_TEMPLATE: Final = re.compile(r"\{[{%]|<%|-8<")
# MDX's expressions, and what takes attributes or an id.
_BRACE: Final = re.compile(r"[{}]")
# Boxes, tabs, contents, includes: of Docusaurus, VitePress, MkDocs, Sphinx and GitHub.
_DIRECTIVE: Final = re.compile(
    r"^[\s>*+-]{0,40}(?::::|!!![+ ]|\?\?\?[+ ]|===[!+]? \"|\\?<<<|\.\. [\w-]{1,40}::|%% |/// )"
    r"|\[\\?\[|\[!\w+\]|\[_?toc_?\]|^[^\S\n]{0,40}@(?:include|import)\b"
    r"|^[^\S\n]{0,40}(?:import|export) .{0,200}[{'\"]",
    re.IGNORECASE | re.MULTILINE,
)
# GitHub speaks in its own voice where a quotation begins so.
_ALERT: Final = re.compile(r"(?<!\\)\[!\w+\]")


def check_alerts(raw: str) -> Iterator[Refusal]:
    """Hold a text as it is written against GitHub's alerts, which several generators have."""
    if _ALERT.search(raw):
        yield Refusal.DIRECTIVE


def check_site_syntax(raw: str, prose: str) -> Iterator[Refusal]:
    """Hold a text, and what of it is not code, against what generators act upon."""
    if _TEMPLATE.search(raw) or _TEMPLATE.search(prose):
        yield Refusal.TEMPLATE
    elif _BRACE.search(prose):
        yield Refusal.BRACES
    if _DIRECTIVE.search(prose):
        yield Refusal.DIRECTIVE
