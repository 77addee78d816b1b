"""`${{ … }}` in the strings of a workflow: found, checked, and filled in.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from sandbox.ci.expression_functions import ARITIES
from sandbox.ci.expression_parser import (
    MAX_EXPRESSION_CHARACTERS,
    Binary,
    Call,
    Context,
    ExpressionError,
    Literal,
    Node,
    nodes,
    parse,
)
from sandbox.ci.expressions import Scope, evaluate
from sandbox.ci.values import Value, fold, is_truthy, to_text

STATUS_FUNCTIONS = frozenset({"always", "cancelled", "failure", "success"})
_BEGIN, _END = "${{", "}}"


@lru_cache(maxsize=4096)
def parts(text: str) -> tuple[str | Node, ...]:
    """Split a string into literal text and expressions. Raises ExpressionError."""
    found: list[str | Node] = []
    at = 0
    while (begin := text.find(_BEGIN, at)) >= 0:
        end = _end(text, begin + len(_BEGIN))
        found += [text[at:begin]] if begin > at else []
        inner = text[begin + len(_BEGIN) : end]
        if not inner.strip():
            raise ExpressionError("An expression was expected")
        found.append(parse(inner))
        at = end + len(_END)
    if found and len(text) > MAX_EXPRESSION_CHARACTERS:
        raise ExpressionError(f"Exceeded max expression length {MAX_EXPRESSION_CHARACTERS}")
    return (*found, text[at:]) if at < len(text) else tuple(found)


def _end(text: str, at: int) -> int:
    is_quoted = False
    for index in range(at, len(text)):
        if text[index] == "'":
            is_quoted = not is_quoted
        elif not is_quoted and text.startswith(_END, index):
            return index
    raise ExpressionError(f"The expression is not closed: {text[at:][:80]}")


def fill(value: Value, scope: Scope) -> Value:
    """Fill in all expressions of a value; a string that is one expression gets its type.

    Raises ExpressionError.
    """
    match value:
        case str():
            return _filled(value, scope)
        case list():
            return [fill(item, scope) for item in value]
        case dict():
            return {to_text(_filled(key, scope)): fill(item, scope) for key, item in value.items()}
        case _:
            return value


def fill_text(value: Value, scope: Scope) -> str:
    """Fill in a scalar and cast it to a string. Raises ExpressionError."""
    return to_text(fill(value, scope))


def _filled(text: str, scope: Scope) -> Value:
    found = parts(text)
    if len(found) == 1 and not isinstance(found[0], str):
        return evaluate(found[0], scope)
    return "".join(
        each if isinstance(each, str) else to_text(evaluate(each, scope)) for each in found
    )


@lru_cache(maxsize=1024)
def condition(text: str) -> Node:
    """Read an `if:`, which needs no braces, and asks for success where it asks no status.

    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
    Raises ExpressionError.
    """
    success = Call("success", ())
    if not text.strip():
        return success
    found = parts(text)
    if len(found) == 1:
        node = parse(text) if isinstance(found[0], str) else found[0]
    else:  # text around an expression: a string, which holds as long as it is not empty
        inner = tuple(each for each in found if not isinstance(each, str))
        node = Call("format", (Literal(_fields(found)), *inner))
    asked = {each.name for each in nodes(node) if isinstance(each, Call)}
    return node if asked & STATUS_FUNCTIONS else Binary("&&", success, node)


def _fields(found: tuple[str | Node, ...]) -> str:
    number = -1
    text = ""
    for part in found:
        if isinstance(part, str):
            text += part.replace("{", "{{").replace("}", "}}")
        else:
            number += 1
            text += f"{{{number}}}"
    return text


def holds(text: Value, scope: Scope) -> bool:
    """Tell whether an `if:` holds. Raises ExpressionError."""
    return is_truthy(evaluate(condition(to_text(text)), scope))


def expressions(value: Value) -> Iterator[Node]:
    """Return every expression in a value and its keys. Raises ExpressionError."""
    match value:
        case str():
            yield from (part for part in parts(value) if not isinstance(part, str))
        case list():
            for item in value:
                yield from expressions(item)
        case dict():
            for key, item in value.items():
                yield from expressions(key)
                yield from expressions(item)
        case _:
            pass


def check(node: Node, contexts: frozenset[str], functions: frozenset[str]) -> None:
    """Refuse an expression that names what is not there. Raises ExpressionError."""
    known = {fold(name) for name in contexts}
    for each in nodes(node):
        if isinstance(each, Context) and fold(each.name) not in known:
            raise ExpressionError(f"Unrecognized named-value: '{each.name}'")
        if isinstance(each, Call) and each.name not in ARITIES.keys() | functions:
            raise ExpressionError(f"Unrecognized function: '{each.name}'")
