"""Text from outside, as it may stand in our titles, commits, issues and messages."""

import re
from typing import Final

# GitHub refuses pull-request titles over 256 characters; the caller adds a prefix.
MAX_TITLE_CHARACTERS: Final = 200

_FULL_WIDTH: Final = str.maketrans("@[]<>`*", "＠［］＜＞｀＊")
_GITHUB_SYNTAX: Final = (
    # Issue references: `#1`, `owner/name#1`, `GH-1`, and a heading's opening marks.
    (re.compile(r"#(?=\d)|^#+"), lambda m: "＃" * len(m[0])),
    (re.compile(r"(?<![a-z])(gh)-(?=\d)", re.IGNORECASE), r"\1－"),
    # Links, among them issue URLs: `Fixes https://github.com/owner/name/issues/1`.
    (re.compile(r":(?=//)"), "："),
    # Git trailers, such as `skip-checks: true` and `Co-authored-by: …`.
    (re.compile(r"^([a-z0-9]+(?:-[a-z0-9]+)+\s*):", re.IGNORECASE), r"\1："),
    # Emphasis (an underscore inside a word is none) and character references.
    (re.compile(r"(?<![^\W_])_|_(?![^\W_])"), "＿"),
    (re.compile(r"&(?=#?\w+;)"), "＆"),
)


def title_text(text: str) -> str:
    """Turn a text into one harmless line for a title, a commit headline or a commit body.

    It mentions nobody, references and closes no issue, skips no workflow and holds no markup:
    what would is replaced by its full-width look-alike, which people can still read.
    At most `MAX_TITLE_CHARACTERS` long. Sources:
    https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
    https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs
    """
    text = " ".join(text.split()).translate(_FULL_WIDTH)
    for pattern, replacement in _GITHUB_SYNTAX:
        text = pattern.sub(replacement, text)
    if len(text) <= MAX_TITLE_CHARACTERS:
        return text
    return text[: MAX_TITLE_CHARACTERS - 1] + "…"
