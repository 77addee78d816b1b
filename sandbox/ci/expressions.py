"""GitHub's expressions, evaluated over contexts and functions.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import assert_never

from sandbox.ci.expression_functions import ARITIES, call
from sandbox.ci.expression_parser import (
    Binary,
    Call,
    Context,
    ExpressionError,
    Index,
    Literal,
    Node,
    Not,
)
from sandbox.ci.values import (
    Value,
    comparable,
    equal,
    has_member,
    is_scalar,
    is_truthy,
    member,
    to_number,
    to_text,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression sees: contexts, and functions beside those that every one may call."""

    contexts: Mapping[str, Value]
    functions: Mapping[str, Callable[..., Value]] = field(default_factory=dict)


class _Filtered(list[Value]):
    """What `*` has selected: an index goes into each of its items."""


def evaluate(node: Node, scope: Scope) -> Value:
    """Return an expression's value. Raises ExpressionError."""
    match node:
        case Literal(value):
            return value
        case Context(name):
            if not has_member(scope.contexts, name):
                raise ExpressionError(f"Unrecognized named-value: '{name}'")
            return member(scope.contexts, name)
        case Index(of, key):
            return _index(evaluate(of, scope), key, scope)
        case Call(name, arguments):
            return _call(name, arguments, scope)
        case Not(of):
            return not is_truthy(evaluate(of, scope))
        case Binary("&&", left, right):
            value = evaluate(left, scope)
            return evaluate(right, scope) if is_truthy(value) else value
        case Binary("||", left, right):
            value = evaluate(left, scope)
            return value if is_truthy(value) else evaluate(right, scope)
        case Binary(operator, left, right):
            return _compare(operator, evaluate(left, scope), evaluate(right, scope))
        case _:
            assert_never(node)


def _call(name: str, arguments: tuple[Node, ...], scope: Scope) -> Value:
    own = scope.functions.get(name)
    if own is None and name not in ARITIES:
        raise ExpressionError(f"Unrecognized function: '{name}'")
    lazy = [partial(evaluate, each, scope) for each in arguments]
    try:
        return own(*(each() for each in lazy)) if own is not None else call(name, lazy)
    except ExpressionError:
        raise
    except ValueError as error:
        raise ExpressionError(f"{name}: {error}") from error


def _compare(operator: str, left: Value, right: Value) -> bool:
    match operator:
        case "==":
            return equal(left, right)
        case "!=":
            return not equal(left, right)
        case _:
            pair = comparable(left, right)
            if pair is None or pair[0] is None:
                return pair is not None and operator in ("<=", ">=")
            a, b = pair
            return bool({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator])


def _index(holder: Value, key: Node | None, scope: Scope) -> Value:
    if key is None:
        return _Filtered(each for part in _parts(holder) for each in _items(part))
    wanted = evaluate(key, scope)
    if isinstance(holder, _Filtered):
        found = [_item(each, wanted) for each in holder]
        return _Filtered(each[0] for each in found if each)
    return next(iter(_item(holder, wanted)), None)


def _parts(holder: Value) -> list[Value]:
    return holder if isinstance(holder, _Filtered) else [holder]


def _items(holder: Value) -> list[Value]:
    if isinstance(holder, Mapping):
        return list(holder.values())
    return holder if isinstance(holder, list) else []


def _item(holder: Value, key: Value) -> list[Value]:
    """Return the one item in a list; an empty list when there is none."""
    if isinstance(holder, Mapping):
        name = to_text(key)
        return [member(holder, name)] if is_scalar(key) and has_member(holder, name) else []
    number = to_number(key)
    if not isinstance(holder, list) or isinstance(key, list | dict) or math.isnan(number):
        return []
    at = math.floor(number) if math.isfinite(number) else -1
    return [holder[at]] if 0 <= at < len(holder) else []
