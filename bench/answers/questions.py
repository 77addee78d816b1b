"""The questions of a measurement, with what is expected of each: a YAML list, checked."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import click
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import ErrorDetails

_FORM: Final = "a list of {question: text, answerable: true or false, place: regular expression}"


class Unusable(click.ClickException):
    """Nothing can be measured with what was given; the message says why."""

    exit_code = 2


class Asked(BaseModel):
    """A question, and whether the documents answer it.

    `place` is searched for in `path#anchor` of what an answer quotes; without it only whether
    there is an answer is counted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    question: Annotated[str, Field(min_length=1)]
    answerable: bool
    place: re.Pattern[str] | None = None

    @model_validator(mode="after")
    def _nothing_is_nowhere(self) -> "Asked":
        if self.place is not None and not self.answerable:
            raise ValueError("what is not answerable has no place")
        return self

    def expects(self, places: Iterable[str]) -> bool | None:
        """Tell whether one of these is where the answer stands; None: nobody said."""
        if self.place is None:
            return None
        return any(self.place.search(place) for place in places)


_QUESTIONS: Final = TypeAdapter(list[Asked])


def read_questions(path: Path) -> tuple[Asked, ...]:
    """Read and check the file. Raises Unusable."""
    try:
        listed = yaml.safe_load(path.read_text(encoding="utf-8"))
        questions = tuple(_QUESTIONS.validate_python(listed))
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{path} cannot be read: {error}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Unusable(f"{path} is no YAML: {error}") from error
    except ValidationError as error:
        raise Unusable(f"{path} has to be {_FORM}: {_told(error.errors()[0])}") from error
    if not questions:
        raise Unusable(f"{path} holds no question")
    return questions


def _told(error: ErrorDetails) -> str:
    """The first thing that is wrong; questions are counted from 1."""
    number, *field = error["loc"] or ("",)
    if not isinstance(number, int):
        return error["msg"]
    return " ".join([f"question {number + 1}:", *map(str, field), error["msg"]])
