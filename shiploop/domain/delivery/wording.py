"""How a repository words its titles and commit messages: conventional titles, sign-offs."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shiploop.domain.delivery.github_text import MAX_WHOLE_TITLE_CHARACTERS
from shiploop.domain.delivery.rules import Operator, Pattern

TITLE: Final = "{title}"
# A title as https://www.conventionalcommits.org/en/v1.0.0/#specification has it.
_CONVENTIONAL: Final = re.compile(r"(?P<kind>[a-z]{2,12})(?P<scope>\([^()\n]{1,30}\))?!?: \S")
_MOST: Final = 0.8
_LEAST_TITLES: Final = 5


@dataclass(frozen=True, slots=True)
class Wording:
    """`title` is a template that holds `{title}`; `sign_off` is `Name <address>`, or empty."""

    title: str = TITLE
    sign_off: str = ""

    def of_title(self, title: str) -> str:
        """A title as the repository words it; GitHub takes no longer one."""
        room = MAX_WHOLE_TITLE_CHARACTERS - len(self.title) + len(TITLE)
        return self.title.replace(TITLE, title[:room])

    def of_commit(self, message: tuple[str, str]) -> tuple[str, str]:
        """The headline and body of a commit, whose last lines are trailers."""
        headline, body = message
        signed = f"{body}\nSigned-off-by: {self.sign_off}" if self.sign_off else body
        return self.of_title(headline), signed


def title_template(titles: Sequence[str], asked: Sequence[Pattern] = ()) -> str:
    """What titles of changes to documents look like, by those of the last commits.

    `asked` is what the rules ask of commit messages: where it is known to forbid titles like
    those, the template is the first usual one that it allows.
    """
    usual = _usual_template(titles)
    begun = [
        f"{each.text.rstrip()} {TITLE}"
        for each in asked
        if each.operator is Operator.STARTS_WITH and not each.negate
    ]
    templates = (usual, f"docs: {TITLE}", *begun)
    allowed = (one for one in templates if all(each.allows(one) is not False for each in asked))
    return next(allowed, usual)


def _usual_template(titles: Sequence[str]) -> str:
    found = [told for title in titles if (told := _CONVENTIONAL.match(title))]
    if len(titles) < _LEAST_TITLES or len(found) < _MOST * len(titles):
        return TITLE
    scopes = Counter(told["scope"] or "" for told in found if told["kind"] == "docs")
    scope = scopes.most_common(1)[0][0] if scopes else ""
    return f"docs{scope}: {TITLE}"


def asks_for_sign_off(messages: Sequence[str]) -> bool:
    """Whether nearly all of the last commits are signed off."""
    signed = sum("\nSigned-off-by: " in message for message in messages)
    return len(messages) >= _LEAST_TITLES and signed >= _MOST * len(messages)
