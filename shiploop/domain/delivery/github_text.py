"""Text from outside, as it may stand in our texts: a function for each place.

Whatever a repository, GitHub, the site, Sentry, a model or a person has written passes through
one of these before it stands in a title, a commit, a page of GitHub's or a message of Slack's.
There it mentions nobody, references and closes no issue, skips no workflow, is no trailer and no
line of ours, and holds no markup: what would is replaced by its full-width look-alike, which
people can still read, and what nobody can see is dropped. Each is idempotent. Sources:
https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs
https://docs.slack.dev/messaging/formatting-message-text
"""

import re
import unicodedata
from typing import Final
from urllib.parse import quote

# GitHub refuses pull-request titles over 256 characters; the caller adds a prefix.
MAX_TITLE_CHARACTERS: Final = 200
MAX_WHOLE_TITLE_CHARACTERS: Final = 240
_LONGEST_PARAGRAPH: Final = 1_000
_LONGEST_NAME: Final = 400
_READ_PER_CHARACTER: Final = 4  # what is dropped or cut off needs no looking at

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
# Shows nothing although Unicode does not call it a format character.
_BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0e"
    "\U000e0100-\U000e01ef]"
)
# Of a formula one mark is enough: the other may stand in the next text.
_FULL_WIDTH: Final = str.maketrans("@[]<>`*$", "＠［］＜＞｀＊＄")
_SYNTAX: Final = (
    # Issue references: `#1`, `owner/name#1`, `GH-1`, and a heading's opening marks.
    (re.compile(r"#(?=\d)|^#+"), lambda m: "＃" * len(m[0])),
    (re.compile(r"(?<![a-z])(gh)-(?=\d)", re.IGNORECASE), r"\1－"),
    # Links, among them issue URLs: `Fixes https://github.com/owner/name/issues/1`.
    (re.compile(r":(?=//)"), "："),
    (re.compile(r"(?<=www)\.", re.IGNORECASE), "．"),
    (re.compile(r"(mailto|xmpp|\btel|\bsms):(?=\S)", re.IGNORECASE), r"\1："),
    # Git trailers, such as `Co-authored-by: …`, and the lines that shiploop reads back.
    (re.compile(r"^((?:[a-z0-9]+(?:-[a-z0-9]+)+|signature)\s*):", re.IGNORECASE), r"\1："),
    (re.compile(r"(skip-checks\s*):", re.IGNORECASE), r"\1："),
    # Emphasis (an underscore inside a word is none), what ends a text that is struck out, emoji.
    (re.compile(r"(?<![^\W_])_|_(?![^\W_])"), "＿"),
    (re.compile(r"(?<=\S)~|~(?=~)"), "～"),
    # The colon that ends an emoji may be ours.
    (re.compile(r":(?=[\w+-]+(?::|\Z))(?!\d+(?::|\Z))", re.ASCII), "："),
    # Character references, and a break of our next line.
    (re.compile(r"&(?=#?\w+;)"), "＆"),
    (re.compile(r"\\$"), "＼"),
)
# GitHub makes a link of it. A number alone, such as a date, is left: few commits are called so.
_COMMIT: Final = re.compile(r"(?<![\w-])(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{7,40}(?![\w-])")
# What at the beginning of a line would make it a list, a quotation, a rule or a heading.
_BLOCK_START: Final = re.compile(r"^(?:[-+=]|\d{1,9}(?P<dot>[.)])(?=\s|$))")
_CLOSING: Final = re.compile(
    r"\b(?:clos|fix|resolv)\w{0,3}:?\s+(?=\S*(?:#\d|gh-\d|://))", re.IGNORECASE
)
_SHA: Final = re.compile(r"[0-9a-f]{7,64}")
_ADDRESS: Final = re.compile(r"https?://[^/\s]", re.IGNORECASE)
_NOT_IN_ADDRESS: Final = re.compile(r"[^A-Za-z0-9._:/?#&(),;=%+-]")
_NOT_IN_CODE: Final = str.maketrans("`|", "｀｜")  # a cell of a table ends even in code
_NOT_IN_KEY: Final = re.compile(r"[^\w.:+-]|-(?=-)")


def line_text(text: str, limit: int = MAX_TITLE_CHARACTERS) -> str:
    """One line where nothing but its characters counts, such as a name in Prefect's UI."""
    return _cut(_one_line(text, limit), limit)


def title_text(text: str, limit: int = MAX_TITLE_CHARACTERS) -> str:
    """One line for a title, a commit's headline or a line of Slack's, at most `limit` long."""
    return _COMMIT.sub(_one_wide, _harmless(text, limit))


def whole_title_text(text: str) -> str:
    """A title or headline that an agent has written from its first character on."""
    return _BLOCK_START.sub(_wide_start, title_text(text, MAX_WHOLE_TITLE_CHARACTERS))


def reason_text(text: str) -> str:
    """A sentence of ours that quotes others; the commits that it names stay links to them."""
    return _harmless(text, MAX_TITLE_CHARACTERS)


def paragraph_text(text: str) -> str:
    """One line that begins a paragraph or an item of a list in Markdown."""
    return _BLOCK_START.sub(_wide_start, title_text(text, _LONGEST_PARAGRAPH))


def item_text(text: str) -> str:
    """A sentence of ours, as `reason_text`, that begins an item of a list, or a line of a commit.

    There git takes `---` for the end of the message.
    """
    return _BLOCK_START.sub(_wide_start, reason_text(text))


def cell_text(text: str) -> str:
    """A sentence of ours, as `reason_text`, in a cell of a table."""
    return reason_text(text).replace("|", "｜")


def code_text(text: str) -> str:
    """A code span around a name, such as a path: what stands in it has no effect anyway."""
    name = _cut(_one_line(text, _LONGEST_NAME), _LONGEST_NAME).translate(_NOT_IN_CODE)
    # Other readers of our pages may not know what code is.
    return f"`{_CLOSING.sub(_one_wide, name)}`"


def sha_text(sha: str) -> str:
    """The name of a commit, which GitHub makes a link of; what is no name is as any text."""
    return sha if _SHA.fullmatch(sha) else paragraph_text(sha)


def link_text(url: str) -> str:
    """A link to an address in Markdown; what is no address of the web is as any text."""
    return f"<{address_text(url)}>" if _ADDRESS.match(url) else title_text(url)


def address_text(url: str) -> str:
    """An address as it may stand in a line of Slack's; what is none is as any text."""
    if not _ADDRESS.match(url):
        return title_text(url)
    return _NOT_IN_ADDRESS.sub(lambda m: quote(m[0], safe="", errors="replace"), url)


def key_text(key: str) -> str:
    """A key in a comment of HTML, which it can neither end nor leave."""
    return _NOT_IN_KEY.sub("_", line_text(key))


def _harmless(text: str, limit: int) -> str:
    # Cut before it is looked at: what is left of an id may be the name of a commit.
    text = _cut(_one_line(text, limit), limit).translate(_FULL_WIDTH)
    for pattern, replacement in _SYNTAX:
        text = pattern.sub(replacement, text)
    return text


def _one_line(text: str, limit: int) -> str:
    """All that can be seen, in one line; a dash where that is nothing."""
    text = _BLANK.sub("", text[: limit * _READ_PER_CHARACTER])
    seen = (c for c in text if c.isspace() or unicodedata.category(c) not in _HIDDEN)
    return " ".join("".join(seen).split()) or "–"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _one_wide(found: re.Match[str]) -> str:
    return _wide(found[0][0]) + found[0][1:]


def _wide_start(found: re.Match[str]) -> str:
    return found[0][:-1] + _wide(found[0][-1])


def _wide(character: str) -> str:
    """The full-width look-alike of an ASCII character."""
    return chr(ord(character) + 0xFEE0)
