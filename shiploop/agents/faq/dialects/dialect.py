"""A dialect: what a generator of sites does with a text before and after it reads Markdown.

An answer is plain Markdown. Its dialect writes it so that readers of the site see exactly those
words, or says why that cannot be done. Code is shown as it stands by Markdown, but not by what
reads the page before it; elsewhere a character that would act is written as a reference to it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

PUNCTUATION: Final = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


class Unwritable(Enum):
    """Why a text cannot be written for a generator; the value is a sentence for who asked."""

    TEMPLATE = "The site's generator would run a template in it, and has no way to show it as text."
    INCLUDE = "The site's generator would put something else in the place of a part of it."
    NUMBERING = "A list begins with another number than 1, which the site's generator would change."
    INDENTED_CODE = "Code is only indented, which the site's generator does not show as code."
    INTERRUPTED_CODE = "The lines of a code block do not begin alike, so that it cannot be written."
    ITEM_OF_CODE = (
        "An item of a list begins with a code block, which the site would not show as one."
    )
    BEGINNING = "The site's generator would swallow the beginning of a code."
    COMMENT = "The site's generator shows comments, by which an entry is known again."
    QUESTION = "The question ends in braces, which the site's generator takes out of a heading."


class Comment(Enum):
    """How a page holds what nobody reads: its beginning and its end."""

    HTML = ("<!-- ", " -->")
    MDX = ("{/* ", " */}")

    def around(self, text: str) -> str:
        """Write a comment."""
        return text.join(self.value)


@dataclass(frozen=True, slots=True)
class Code:
    """Code as readers see it; `language` is None within a line. `suffix` is written behind it."""

    content: str
    language: str | None = None
    suffix: str = ""


def _as_it_is(code: Code) -> Code:
    return code


def _text_as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Dialect:
    """How text is written for a generator.

    `referenced` are the characters outside of code that it would act upon, `paired` those that it
    acts upon only where there are several in a paragraph. `shown_escapes` are those before which
    it shows a backslash. Where `line_start` matches a line, its first character is referenced.
    `shape` changes how blocks stand, before all else. `read_page` takes away what a page of the
    documents keeps from being run. `front_matter` is what a page begins with at least; without it
    the generator does not read the page.
    """

    name: str
    comment: Comment = Comment.HTML
    front_matter: str = ""
    referenced: frozenset[str] = frozenset()
    paired: frozenset[str] = frozenset()
    shown_escapes: frozenset[str] = frozenset()
    two_braces: str = ""
    """How two opening braces are written outside of code, where references to them would act."""
    emoji: bool = False
    """Whether it draws an emoji for a name between colons, even in the middle of a word."""
    line_start: re.Pattern[str] | None = None
    write_code: Callable[[Code], Code | Unwritable] = _as_it_is
    read_code: Callable[[Code], Code] = _as_it_is
    shape: Callable[[str], str | Unwritable] = _text_as_it_is
    read_page: Callable[[str], str] = _text_as_it_is
    breaks_by_backslash: bool = True
    bars_in_code: bool = True
    """Whether a table wants a backslash before a bar that stands in code, as on GitHub."""
    indented_code: bool = True
    shows_comments: bool = False
    """Whether readers would see the comments around an entry, which then cannot be added."""
    heading_attributes: re.Pattern[str] | None = None
    """What is taken out of a heading however it is written."""


def reference(character: str) -> str:
    """Write a character so that nothing acts upon it: every Markdown shows what is meant."""
    named = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
    return named.get(character, f"&#{ord(character)};")
