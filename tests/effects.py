"""What a text would do where it is read, told without a line of ours: GitHub, git and Slack."""

import re
import subprocess
import unicodedata
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Final

from markdown_it import MarkdownIt

from sandbox.github import mentions

_GITHUB: Final = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# What GitHub makes a link or a picture of beyond CommonMark.
_REFERENCES: Final = {
    "an issue": r"#\d|\bgh-\d",
    "an address": r"(?<!<)\b(?:https?|ftp)://|\bwww\.|\bmailto:",
    "an emoji": r":(?=[\w+-]*[a-z_+-])[\w+-]+:(?!\d)",
    "a formula": r"\$[^$\n]+\$",
    "a mention": r"@[a-z\d]",
    "a character reference": r"&#?\w+;",
    "a command to skip": r"\[\W*(?:skip|no)[\s_-]+\w+\W*\]|\[\w+[\s_-]+skip\]|skip-checks\s*:"
    r"|\*{3}\s*no_ci",
}
_COMMIT: Final = re.compile(r"(?<![\w/-])[0-9a-f]{7,40}(?![\w-])")
_CODE: Final = re.compile(r"`[^`\n]*`")
_LINK: Final = re.compile(r"<https?://[^<>\s]*>|https://github\.com/acme/docs/[!-;=?-~]*")
_COMMENT: Final = re.compile(r"\A<!-- \S+ \S+ -->$", re.MULTILINE)
_ADDRESS: Final = re.compile(r"https?://[\w.:/?#&(),;=%+~-]*")
_FENCE: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_SLACK: Final = re.compile(r"<(?:[@#!]|https?:|mailto:)[^>]*>")
_ACCOUNT: Any = SimpleNamespace(login="shiploop-bot")


def effects(text: str, repository: str = "acme/docs") -> list[str]:
    """What a page of GitHub's does beside being read; what stands in code does nothing there."""
    github: Any = SimpleNamespace(notifications=[])
    mentions.record(github, "here", mentions.without_code(text), _ACCOUNT)
    found = [f"notifies {each.login}" for each in github.notifications]
    found += [f"closes #{number}" for number in mentions.closed_issues(text, repository)]
    prose = _LINK.sub("", _CODE.sub("", _FENCE.sub("", _COMMENT.sub("", text))))
    for name, pattern in _REFERENCES.items():
        found += [
            f"{name}: {each[0]}" for each in re.finditer(pattern, prose, re.IGNORECASE | re.ASCII)
        ]
    return sorted((*found, *_hidden(text)))


def commits(text: str) -> list[str]:
    """The names of commits that GitHub would make links of, dates left out."""
    found = _COMMIT.findall(_CODE.sub("", _FENCE.sub("", text)))
    return [each for each in found if not each.isdecimal() and not each.isalpha()]


def structure(markdown: str) -> list[str]:
    """How a page is built: its blocks and its marks, and where its links lead."""
    tokens = _GITHUB.parse(markdown)
    inline = [child for token in tokens for child in token.children or ()]
    links = [str(child.attrs["href"]) for child in inline if "href" in child.attrs]
    blocks = [f"{token.type} {token.level}" for token in tokens]
    return [*blocks, *(each.type for each in inline if "text" not in each.type), *links]


def trailers(headline: str, body: str) -> list[str]:
    """The trailers of a commit message, as git reads them."""
    told = subprocess.run(
        ["git", "interpret-trailers", "--parse"],
        input=f"{headline}\n\n{body}\n".encode(),
        capture_output=True,
        check=True,
    )
    return told.stdout.decode().splitlines()


def slack_effects(sent: str) -> list[str]:
    """What Slack makes of a text that is sent to it: mentions, links and marks."""
    sent = _ADDRESS.sub("", sent)
    found = [each[0] for each in _SLACK.finditer(sent)]
    found += re.findall(r"(?<!\w)([*_~`])\S(?:[^\n]*\S)?\1", sent)
    return [*found, *(f"{c} stands for itself" for c in sent if c in "<>"), *_hidden(sent)]


def _hidden(text: str) -> Iterator[str]:
    for character in text:
        if character != "\n" and unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs"):
            yield f"hides {ord(character):#x}"
        elif character in "\u2800\u3164\uffa0\u115f\u034f":
            yield f"blank {ord(character):#x}"
