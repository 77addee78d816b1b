"""A question: what is accepted, what makes two the same, and how a heading shows it."""

import hashlib
import html
import operator
import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from shiploop.agents.agent import REFUSED
from shiploop.domain.limits import MAX_QUESTION_CHARACTERS

MAX_SLUG_CHARACTERS: Final = 60

_CLOSING_PUNCTUATION: Final = "?!.…。؟‽।"
_LINE_BREAKING_CATEGORIES: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Characters that show nothing although Unicode does not call them format characters:
# combining grapheme joiner, Hangul fillers, the blank Braille pattern.
_BLANK_GLYPHS: Final = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")


class QuestionProblem(Enum):
    """Why a text is not accepted as a question; the value is a sentence for its author."""

    BLANK = "The question is blank."
    TOO_LONG = f"The question is longer than {MAX_QUESTION_CHARACTERS} characters."
    CONTROL_CHARACTERS = "The question contains control characters or line breaks."
    INVISIBLE_CHARACTERS = "The question contains invisible formatting characters."
    NO_WORDS = "The question contains no letter or digit."


@dataclass(frozen=True, slots=True)
class Question:
    """An accepted question."""

    text: str
    normalised: str
    hash: str
    slug: str


def check_question(text: str) -> Question | QuestionProblem:
    """Accept a text as a question, or say why not; white space around it is not part of it."""
    stripped = text.strip()
    problem = _character_problem(stripped)
    if problem is not None:
        return problem
    normalised = normalise(stripped)
    slug = slugify(normalised)
    if not slug:
        return QuestionProblem.NO_WORDS
    return Question(stripped, normalised, question_hash(stripped), slug)


def _character_problem(stripped: str) -> QuestionProblem | None:
    if not stripped:
        return QuestionProblem.BLANK
    if len(stripped) > MAX_QUESTION_CHARACTERS:
        return QuestionProblem.TOO_LONG
    categories = {unicodedata.category(character) for character in stripped}
    if categories & _LINE_BREAKING_CATEGORIES:
        return QuestionProblem.CONTROL_CHARACTERS
    if "Cf" in categories or not _BLANK_GLYPHS.isdisjoint(stripped):
        return QuestionProblem.INVISIBLE_CHARACTERS
    return None


def normalise(text: str) -> str:
    """Fold what does not make a question a different one: width, case, spaces, its last mark."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    # Case folding can leave a text decomposed (Unicode Standard, section 3.13, D145).
    words = unicodedata.normalize("NFKC", folded).split()
    return " ".join(words).rstrip(_CLOSING_PUNCTUATION + " ")


def question_hash(text: str) -> str:
    """SHA-256 of the normalised text, in hexadecimal: equal for the same question."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()


def slugify(normalised: str) -> str:
    """Join a normalised text's words by hyphens; empty if it has no letter and no digit."""
    kept = "".join(c if _in_word(c) else " " for c in normalised if c not in "'’")
    words = [word for word in kept.split() if any(c.isalnum() for c in word)]
    slug = "-".join(words)
    if len(slug) <= MAX_SLUG_CHARACTERS:
        return slug
    cut = slug.rfind("-", 0, MAX_SLUG_CHARACTERS + 1)
    return slug[: cut if cut > 0 else MAX_SLUG_CHARACTERS]


def _in_word(character: str) -> bool:
    # Marks belong to the letter before them: without them Thai and Hindi lose their vowels.
    return character.isalnum() or unicodedata.category(character) in ("Mn", "Mc")


_MARKDOWN_SYNTAX: Final = re.compile(
    r"[\\`*\[\]<>~$]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # emphasis; an underscore inside a word is none
    r"|(?<!\S)#"  # a closing sequence of the heading
    r"|&(?=#?\w+;)"  # a character reference
    r"|:(?=//)"  # a bare URL, which would become a link
)


def heading_text(question: str) -> str:
    """Escape a question so that a Markdown heading shows it literally as it was typed.

    Source: https://spec.commonmark.org/0.31.2/#backslash-escapes
    """
    return _MARKDOWN_SYNTAX.sub(r"\\\g<0>", question)


# Names, options and calls between backticks: with nothing in them that any dialect reads.
_CODE: Final = re.compile(r"(?<!`)(`[\w./=+()-](?:[\w./=+() -]{0,80}[\w./=+()-])?`)(?!`)", re.ASCII)


def split_code(question: str) -> list[str]:
    """A question in pieces, every other one a code span with its backticks."""
    return _CODE.split(question)


_WRITTEN: Final = re.compile(r"\\([!-/:-@\[-`{-~])|&(?:#\d{2,3}|lt|gt|amp);")


def unescape_heading(heading: str) -> str:
    """Read back what `heading_text` wrote, and any dialect after it."""
    return _WRITTEN.sub(lambda found: found[1] or html.unescape(found[0]), heading)


def _accepted(text: str) -> str:
    question = check_question(text)
    if isinstance(question, QuestionProblem):
        raise PydanticCustomError(f"{REFUSED}{question.name.lower()}", question.value)
    return question.text


class AskRequest(BaseModel):
    """A question for the FAQ."""

    model_config = ConfigDict(extra="forbid", strict=True)

    # `check_question` decides, and says in words what is wrong. No schema can say it all.
    question: Annotated[
        str,
        AfterValidator(_accepted),
        Field(
            description=f"1 to {MAX_QUESTION_CHARACTERS} characters on one line, "
            "with a letter or a digit among them and none that is invisible.",
            examples=["What is the worker heartbeat mechanism?"],
            json_schema_extra={"minLength": 1, "maxLength": MAX_QUESTION_CHARACTERS},
        ),
    ]
    again: Annotated[
        bool,
        Field(
            description="The answer that the FAQ has is held against the documents of today: it is "
            "replaced, or taken out where they do not answer any more.",
            exclude_if=operator.not_,  # as it was stored before it could be asked
        ),
    ] = False
