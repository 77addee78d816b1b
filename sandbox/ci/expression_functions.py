"""The functions that every expression may call.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#functions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sandbox.ci.values import Value, equal, fold, from_json, is_scalar, to_json, to_text

ARITIES: Final[Mapping[str, tuple[int, int]]] = {
    "case": (3, 255),
    "contains": (2, 2),
    "endswith": (2, 2),
    "format": (1, 255),
    "fromjson": (1, 1),
    "join": (1, 2),
    "startswith": (2, 2),
    "tojson": (1, 1),
}
"""How few and how many arguments each takes, by its name in small letters."""

MAX_TEXT_CHARACTERS: Final = 1_000_000
_FIELD = re.compile(r"\{\{|\}\}|\{(\d+)(?::[^}]*)?\}|[{}]")

Argument = Callable[[], Value]


def call(name: str, arguments: Sequence[Argument]) -> Value:
    """Call a function of ARITIES. Raises ValueError on what it refuses."""
    if name == "case":
        return _case(arguments)
    values = [argument() for argument in arguments]
    match name:
        case "contains":
            return _contains(*values)
        case "startswith" | "endswith":
            return _has_end(name, *values)
        case "format":
            return _format(*values)
        case "join":
            return _join(*values)
        case "tojson":
            return to_json(values[0])
        case _:
            return from_json(to_text(values[0]))


def _case(arguments: Sequence[Argument]) -> Value:
    for predicate, result in zip(arguments[:-1:2], arguments[1::2], strict=True):
        chosen = predicate()
        if not isinstance(chosen, bool):
            raise ValueError("predicate must evaluate to a boolean value")
        if chosen:
            return result()
    return arguments[-1]()


def _contains(search: Value, item: Value) -> bool:
    if isinstance(search, list):
        return any(equal(item, each) for each in search)
    if not is_scalar(search) or not is_scalar(item):
        return False
    return fold(to_text(item)) in fold(to_text(search))


def _has_end(name: str, search: Value, part: Value) -> bool:
    if not is_scalar(search) or not is_scalar(part):
        return False
    text, wanted = fold(to_text(search)), fold(to_text(part))
    return text.startswith(wanted) if name == "startswith" else text.endswith(wanted)


def _format(template: Value, *values: Value) -> str:
    text = to_text(template)

    def replace(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        if found[1] is None:
            raise ValueError(f"The following format string is invalid: {text}")
        if int(found[1]) >= len(values):
            raise ValueError(f"The following format string references more arguments: {text}")
        return to_text(values[int(found[1])])

    return _bounded(_FIELD.sub(replace, text))


def _join(items: Value, separator: Value = ",") -> str:
    if is_scalar(items):
        return to_text(items)
    if not isinstance(items, list):
        return ""
    return _bounded((to_text(separator) if is_scalar(separator) else ",").join(map(to_text, items)))


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT_CHARACTERS:
        raise ValueError("The maximum allowed memory size was exceeded")
    return text
