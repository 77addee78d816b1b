"""Reactions to issues, pull requests and comments.

Source: https://docs.github.com/en/rest/reactions/reactions
"""

from sandbox.github.accounts import Account
from sandbox.github.entities import Comment, Issue, Reaction
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.state import GitHub

# As REST writes them, and as GraphQL does.
CONTENTS = {
    "+1": "THUMBS_UP",
    "-1": "THUMBS_DOWN",
    "laugh": "LAUGH",
    "confused": "CONFUSED",
    "heart": "HEART",
    "hooray": "HOORAY",
    "rocket": "ROCKET",
    "eyes": "EYES",
}


def react(
    github: GitHub, subject: Issue | Comment, content: str, by: Account
) -> tuple[Reaction, bool]:
    """Add a reaction; of one kind each has one. Return it, and whether it is new."""
    if content not in CONTENTS:
        message = f"{content!r} is not a member of {list(CONTENTS)}."
        raise RefusedError(Reason.UNPROCESSABLE, f"Invalid request.\n\n{message}")
    for known in subject.reactions:
        if (known.user, known.content) == (by, content):
            return known, False
    added = Reaction(github.next_id(), by, content, github.now())
    subject.reactions.append(added)
    return added, True


def remove(subject: Issue | Comment, content: str, by: Account) -> Reaction:
    """Take one's own reaction back."""
    for known in subject.reactions:
        if (known.user, known.content) == (by, content):
            subject.reactions.remove(known)
            return known
    raise RefusedError(Reason.NOT_FOUND, "Could not resolve to a Reaction.")
