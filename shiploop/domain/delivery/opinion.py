"""What people think, on GitHub, of an answer that was shipped: pure, no I/O."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from shiploop.domain.delivery.autonomy import Harm

# A comment that says no more, or begins a line with it.
_WRONG = re.compile(r"^[ \t]*/shiploop[ \t]+wrong\b", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request, and who wrote it."""

    author: str
    body: str


@dataclass(frozen=True, slots=True)
class Opinions:
    """What stands at one merged pull request: who gave it a thumbs-down, and its last comments."""

    pull_id: str
    thumbs_down: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()


def complaints(opinions: Opinions) -> Iterator[tuple[str, Harm]]:
    """Who calls it wrong, and how, whoever that is: comments, which may say why, come first."""
    for comment in opinions.comments:
        if _WRONG.search(comment.body):
            yield comment.author, Harm.COMMENT
    for login in opinions.thumbs_down:
        yield login, Harm.REACTION


def first_of_writers(opinions: Opinions, writers: Collection[str]) -> tuple[str, Harm] | None:
    """The first complaint of somebody who may write to the repository, None where there is none."""
    return next((each for each in complaints(opinions) if each[0] in writers), None)
