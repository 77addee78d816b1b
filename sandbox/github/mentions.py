"""Mentions and closing keywords in text that people and programs write on GitHub."""

import re

from sandbox.github.accounts import Account
from sandbox.github.entities import Notification
from sandbox.github.state import GitHub

# https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/using-keywords-in-issues-and-pull-requests
_CLOSING = re.compile(
    r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+"
    r"(?:(?P<repository>[\w.-]+/[\w.-]+)?#|GH-|https?://[^\s/]+/(?P<path>[\w.-]+/[\w.-]+)/issues/)"
    r"(?P<number>\d+)\b",
    re.IGNORECASE,
)

# https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#mentioning-people-and-teams
_MENTION = re.compile(r"(?<![\w/])@([a-z\d](?:[a-z\d-]{0,38}))(?:/[\w-]+)?", re.IGNORECASE)
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)


def record(github: GitHub, where: str, text: str, author: Account) -> None:
    """Note everybody whom this text would notify."""
    for login in logins(text):
        if login != author.login:
            github.notifications.append(Notification(login, where, text))


def logins(text: str) -> tuple[str, ...]:
    """Return those whom a text mentions, each once."""
    return tuple(dict.fromkeys(_MENTION.findall(text)))


def without_code(markdown: str) -> str:
    """Return Markdown without its code, in which nothing mentions or closes anything."""
    return _CODE.sub("", markdown)


def closed_issues(text: str, repository: str) -> tuple[int, ...]:
    """Return the numbers of this repository's issues that a text on main closes."""
    return tuple(
        int(found["number"])
        for found in _CLOSING.finditer(text)
        if (found["repository"] or found["path"] or repository).lower() == repository.lower()
    )
