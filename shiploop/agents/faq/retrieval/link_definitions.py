"""The link definitions of a page, such as `[quota]: quota.md`: they hold for all its sections."""

import re
from typing import Any, Final

from markdown_it import MarkdownIt

from shiploop.domain.markdown import shared

# Label and destination of each.
LinkDefinitions = tuple[tuple[str, str], ...]

_BLOCKS: Final = shared(MarkdownIt("commonmark").disable(["inline", "text_join"]))
# In a list or a quotation as well. What begins with `^` is a footnote.
_DEFINITION: Final = re.compile(
    r"^[ \t>]{0,12}(\[(?!\^)[^\[\]\n]{1,300}\]:[ \t]{0,8}\S[^\n]{0,1000})$", re.MULTILINE
)


def link_definitions(page: str) -> LinkDefinitions:
    """Find the definitions of a page; of two with one label the first holds."""
    if "]:" not in page:
        return ()
    environment: dict[str, Any] = {}
    _BLOCKS.parse("\n\n".join(_DEFINITION.findall(page)), environment)
    found = environment.get("references", {}).items()
    return tuple((label, str(each["href"])) for label, each in found)
