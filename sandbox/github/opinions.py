"""Whose reviews of a pull request say something, and whose count.

Source: https://docs.github.com/en/graphql/reference/objects#pullrequest
"""

from sandbox.github.accounts import Access, Account
from sandbox.github.entities import PullRequest, Review


def latest_opinionated(pull: PullRequest, *, writers_only: bool) -> list[Review]:
    """Return the newest review of each person that is more than a comment."""
    by_author = {each.author: each for each in pull.reviews if each.state != "COMMENTED"}
    return [each for each in by_author.values() if not writers_only or may_push(each.author)]


def may_push(account: Account) -> bool:
    """Whether somebody may write to the repositories."""
    return account.access >= Access.WRITE
