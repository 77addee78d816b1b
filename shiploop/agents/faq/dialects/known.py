"""The dialects that there are, by the names that proposals and SHIPLOOP_FAQ_DIALECT have."""

from types import MappingProxyType
from typing import Final

from shiploop.agents.faq.dialects.hugo import HUGO
from shiploop.agents.faq.dialects.jekyll import JEKYLL
from shiploop.agents.faq.dialects.liquid import ELEVENTY
from shiploop.agents.faq.dialects.mdbook import MDBOOK
from shiploop.agents.faq.dialects.mdx import DOCUSAURUS, DOCUSAURUS_MD, MDX
from shiploop.agents.faq.dialects.plain import DOCUMENTER, GFM, SPHINX, STARLIGHT, UNKNOWN
from shiploop.agents.faq.dialects.python_markdown import (
    MKDOCS,
    MKDOCS_MACROS,
    MKDOCS_SUPERFENCES,
)
from shiploop.agents.faq.dialects.vue import VITEPRESS

_ALL: Final = (
    *(GFM, JEKYLL, ELEVENTY, HUGO, VITEPRESS, DOCUSAURUS, DOCUSAURUS_MD),
    *(MDX, STARLIGHT, SPHINX, MDBOOK, MKDOCS, MKDOCS_SUPERFENCES, MKDOCS_MACROS),
    *(DOCUMENTER, UNKNOWN),
)
DIALECTS: Final = MappingProxyType({dialect.name: dialect for dialect in _ALL})
