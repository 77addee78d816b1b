"""The text of a section as a search reads it: what a reader sees, without what makes it look so."""

import re
from typing import Final

# The first group is kept. What is open and never closed ends where another one opens, so that no
# text is looked at twice.
_NOT_TEXT: Final = re.compile(
    r"""
      (^[ \t>]*(?P<fence>`{3}|~{3})[^\n]*\n(?:(?![ \t>]*(?P=fence)).*\n)*.* | `[^`\n]+`)  # code
    | <!--(?:(?!-->|<!--)[\s\S])*--> | \{/\*(?:(?!\*/|\{/\*)[\s\S])*\*/\}    # comments
    | </?[A-Za-z][^<>]*>                                                     # HTML and JSX
    | \[!\[[^\[\]]*\]\([^()\s]*\)\]\([^()\s]*\)                              # badges
    | (?<=\])\((?:[^()\s]|\([^()\s]*\))*(?:\s+"[^"\n]*")?\)                  # where a link leads
    | ^[ ]{0,3}\[[^\]\n]+\]:[ \t]*\S[^\n]*$                                  # definitions
    | ^(?:import|export)[ ][^\n]*(?:\bfrom[ ]*['"]|['"];?[ \t]*$|=|\bdefault\b)[^\n]*$   # MDX
    | \{[%*{][^{}\n]*\}+ | ^[ \t]*(?:-{1,2}8<-{1,2}|@\[code)[^\n]*$          # includes
    | ^[ \t]*(?::{3,}|/{3,}|!!!|\?\?\?\+?|===)[ \t]*(?:\{?[\w-]+)?           # directives
    | \[![\w-]+\]                                                            # > [!NOTE]
    | \{(?:/\*|:)?[ \t]*[#.][^{}\n]*\}                                       # {#id}, {: .class }
    """,
    re.VERBOSE | re.MULTILINE,
)
# Without any of these all is text; told so some ten times as fast as by the pattern.
_BEGINS_NO_TEXT: Final = (
    *("<", "](", "{", "[!", "]:", ":::", "///", "!!!", "???", "===", "8<-", "@[code"),
    *("import ", "export "),
)
_WORD: Final = re.compile(r"[^\W_]")


def visible_text(markdown: str) -> str:
    """What a reader sees of some Markdown, roughly: code as it is, and the words of the rest."""
    if not any(begins in markdown for begins in _BEGINS_NO_TEXT):
        return markdown
    return _NOT_TEXT.sub(lambda match: match[1] or " ", markdown)


def has_words(text: str) -> bool:
    """Tell whether a text says anything."""
    return bool(_WORD.search(text))
