"""What strangers write into questions and commits, and how it must not show in our texts."""

import re
from dataclasses import replace

from shiploop.domain.production.rollback import RollbackCase

HOSTILE = [
    "Ask @everyone and @acme/oncall",
    "Fixes #1, closes acme/docs#3, resolves GH-4",
    "Fixes https://github.com/acme/docs/issues/1",
    "x [skip ci] [no ci] y",
    "home\n\nRolls-Back: " + "e" * 40 + "\nSigned-off-by: mallory",
    "Rolls-Back: " + "e" * 40,
    "skip-checks: true",
    "a\n<!-- shiploop:incident stolen -->\nb",
    "<img src=x> <!-- </details>",
    "*bold* _it_ `code` ```\nfence\n``` [a](b) ![i](j)",
    "a | b | c\n| --- |",
    "'; rm -rf / #$(reboot)`reboot`",
    "<!channel> <@U123> <http://evil|bank>",
]


def poisoned(case: RollbackCase, text: str) -> RollbackCase:
    """The case with this text wherever a stranger can have put it."""
    suspects = tuple(replace(one, headline=text, task_id=text) for one in case.suspects)
    return replace(case, suspects=suspects, reason=text, evidence=(text, text))


def assert_without_effect(text: str, harmless: str) -> None:
    """Nothing pings, links, skips or signs; every line is where it is in the harmless text."""
    for live in (r"@", r"#\d", r"\bGH-\d", r"\[skip ci\]", r"<!channel", r"<img", r"<http://evil"):
        assert not re.search(live, text), live
    for syntax in (r"<!--", r"```", r"^Rolls-Back:", r"^[\w-]+-\w+:", r"https?://", r"\*\*"):
        ours = len(re.findall(syntax, harmless, re.MULTILINE))
        assert len(re.findall(syntax, text, re.MULTILINE)) == ours, syntax
    assert text.count("\n") == harmless.count("\n")
