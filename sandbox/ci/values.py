"""The values of GitHub's expressions: how they are compared, cast and written.

Null, booleans, numbers (doubles), strings, arrays and objects are None, bool, float, str, list and
dict. Source: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

Value = Any
"""None, bool, float, str, list of values, or dict of values by name."""

_NUMBER = re.compile(
    r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|0x[0-9a-fA-F]{1,200}|0o[0-7]{1,300}|[+-]?Infinity"
)


def number_of(text: str) -> float:
    """Read a number as JavaScript's `Number()` does; NaN when it is none, 0 when it is empty."""
    text = text.strip()
    if not text:
        return 0.0
    if not _NUMBER.fullmatch(text):
        return math.nan
    return float(int(text, 0)) if text.startswith(("0x", "0o")) else float(text)


def to_number(value: Value) -> float:
    """Cast to a number; arrays and objects are NaN."""
    match value:
        case None:
            return 0.0
        case bool() | int() | float():
            return float(value)
        case str():
            return number_of(value)
        case _:
            return math.nan


def to_text(value: Value) -> str:
    """Cast to a string: null is empty, a number has 15 digits at most and no needless zeros."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _number_text(float(value))
        case str():
            return value
        case list():
            return "Array"
        case _:
            return "Object"


def _number_text(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return "0" if number == 0 else f"{number:.15G}"


def is_truthy(value: Value) -> bool:
    """Tell whether a condition of this value holds."""
    if isinstance(value, float) and math.isnan(value):
        return False
    return isinstance(value, list | dict) or bool(value)


def is_scalar(value: Value) -> bool:
    """Tell whether it is neither an array nor an object."""
    return not isinstance(value, list | dict)


def fold(text: str) -> str:
    """Bring a string into the form in which strings are compared: without case."""
    return "".join(letter if letter == "ı" else letter.upper() for letter in text)


def comparable(left: Value, right: Value) -> tuple[Value, Value] | None:
    """Cast two values to one type, as `==` and `<` do; None when they are not comparable."""
    if isinstance(left, str) and isinstance(right, str):
        return fold(left), fold(right)
    if type(left) is type(right) and not isinstance(left, list | dict):
        return left, right
    if is_scalar(left) and is_scalar(right):
        return to_number(left), to_number(right)
    return None


def equal(left: Value, right: Value) -> bool:
    """Compare loosely; arrays and objects equal only themselves."""
    pair = comparable(left, right)
    return left is right if pair is None else bool(pair[0] == pair[1])


def member(holder: Value, name: str) -> Value:
    """Return an object's member, found without regard to case; None when there is none."""
    if not isinstance(holder, Mapping):
        return None
    if name in holder:
        return holder[name]
    wanted = fold(name)
    return next((value for key, value in holder.items() if fold(key) == wanted), None)


def has_member(holder: Value, name: str) -> bool:
    """Tell whether an object has a member, whatever its case."""
    return isinstance(holder, Mapping) and fold(name) in {fold(key) for key in holder}


def to_json(value: Value) -> str:
    """Write as `toJSON` does: indented by two, numbers as they are cast to strings."""
    return _json(value, "\n")


def _json(value: Value, newline: str) -> str:
    inner = newline + "  "
    match value:
        case None:
            return "null"
        case bool():
            return to_text(value)
        case int() | float():
            return _number_text(float(value))
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list():
            items = [_json(item, inner) for item in value]
            return f"[{inner}{f',{inner}'.join(items)}{newline}]" if items else "[]"
        case _:
            pairs = [f"{json.dumps(key)}: {_json(item, inner)}" for key, item in value.items()]
            return f"{{{inner}{f',{inner}'.join(pairs)}{newline}}}" if pairs else "{}"


def from_json(text: str) -> Value:
    """Read JSON. Raises ValueError when it is none."""
    return json.loads(text, parse_int=float, parse_constant=_no_constant)


def _no_constant(name: str) -> Value:
    raise ValueError(f"{name} is not JSON")


def from_python(value: object) -> Value:
    """Make what JSON or YAML has given into a value: every number a double."""
    match value:
        case bool() | None | str():
            return value
        case int() | float():
            return float(value)
        case list() | tuple():
            return [from_python(item) for item in value]
        case Mapping():
            return {str(key): from_python(item) for key, item in value.items()}
        case _:
            return str(value)
