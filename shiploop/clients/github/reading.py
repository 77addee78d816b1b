"""What is told by an answer that cannot be read: GitHub may give null for nearly everything."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from shiploop.errors import GitHubIncomplete

_Asked = ParamSpec("_Asked")
_Told = TypeVar("_Told")


def text(value: object) -> str:
    """A text of an answer, where anything else would be taken for one. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} is no text")
    return value


def understood(ask: Callable[_Asked, _Told]) -> Callable[_Asked, _Told]:
    """Have what asks GitHub and reads the answer raise GitHubIncomplete where it cannot be read.

    Where null has a meaning the reader itself gives it. All else that is null, missing or of
    another type has none, wherever it stands, and must end no thread.
    """

    @wraps(ask)
    def asked(*args: _Asked.args, **kwargs: _Asked.kwargs) -> _Told:
        try:
            return ask(*args, **kwargs)
        except (AttributeError, LookupError, TypeError, ValueError, OverflowError) as error:
            what = f"{ask.__name__.replace('_', ' ')}: {type(error).__name__}: {error}"
            raise GitHubIncomplete(f"GitHub's answer lacks what was asked for ({what})") from error

    return asked
