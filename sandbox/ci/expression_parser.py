"""GitHub's expressions, read as trees.

Sources: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions and the
parser that GitHub publishes (https://github.com/actions/languageservices, `expressions`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

from sandbox.ci.expression_functions import ARITIES
from sandbox.ci.values import Value, number_of

MAX_EXPRESSION_CHARACTERS = 21_000
_MAX_DEPTH = 50
_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<operator>&&|\|\||[!=<>]=|[()\[\],.!<>*])"
    r"|(?P<word>[^\s()\[\],!<>=&|'*]+))"
)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_COMPARISONS = frozenset({"<", "<=", ">", ">="})
_EQUALITIES = frozenset({"==", "!="})
_CONSTANTS: Mapping[str, Value] = {
    "true": True,
    "false": False,
    "null": None,
    "NaN": math.nan,
    "Infinity": math.inf,
}


class ExpressionError(ValueError):
    """An expression that cannot be read or evaluated: what GitHub says is wrong with it."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: Value


@dataclass(frozen=True, slots=True)
class Context:
    """A context by its name, such as `github`."""

    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """`of[key]` or `of.key`; a key of None is `*`."""

    of: Node
    key: Node | None


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; its name is in small letters."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`!of`."""

    of: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """A comparison, `&&` or `||`."""

    operator: str
    left: Node
    right: Node


Node = Literal | Context | Index | Call | Not | Binary


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """Read an expression; an empty one is null. Raises ExpressionError."""
    if len(text) > MAX_EXPRESSION_CHARACTERS:
        raise ExpressionError(f"Exceeded max expression length {MAX_EXPRESSION_CHARACTERS}")
    return _Parser(text).parse()


def nodes(node: Node) -> Iterator[Node]:
    """Return a node and all within it."""
    yield node
    match node:
        case Index(of, key):
            yield from nodes(of)
            if key is not None:
                yield from nodes(key)
        case Call(_, arguments):
            for argument in arguments:
                yield from nodes(argument)
        case Not(of):
            yield from nodes(of)
        case Binary(_, left, right):
            yield from nodes(left)
            yield from nodes(right)
        case Literal() | Context():
            pass
        case _:
            assert_never(node)


class _Parser:
    """Reads one expression, from the loosest operator to the tightest."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._lex(text))
        self._at = 0
        self._depth = 0

    def parse(self) -> Node:
        """Read all of it."""
        if not self._tokens:
            return Literal(None)
        node = self._or()
        if self._peek() is not None:
            raise self._unexpected()
        return node

    def _lex(self, text: str) -> Iterator[tuple[str, str, int]]:
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None:
                raise ExpressionError(f"Unexpected symbol: '{text[at:].strip()}' in: {text}")
            for kind, token in self._split(found):
                yield kind, token, found.end()
            at = found.end()

    @staticmethod
    def _split(found: re.Match[str]) -> Iterator[tuple[str, str]]:
        """Tell numbers, in which a point may stand, from names that points separate."""
        kind, text = str(found.lastgroup), found[str(found.lastgroup)]
        if kind != "word":
            yield kind, text
            return
        if text[0].isdigit() or text[0] in "+-":
            yield "number", text
            return
        for index, part in enumerate(text.split(".")):
            if index:
                yield "operator", "."
            if part:
                yield "word", part

    def _peek(self) -> str | None:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else None

    def _take(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise ExpressionError(f"Unexpected end of expression: {self._text}")
        kind, token, _ = self._tokens[self._at]
        self._at += 1
        return kind, token

    def _accept(self, *operators: str) -> str | None:
        if self._at < len(self._tokens) and self._tokens[self._at][0] == "operator":
            token = self._tokens[self._at][1]
            if token in operators:
                self._at += 1
                return token
        return None

    def _expect(self, operator: str) -> None:
        if self._accept(operator) is None:
            raise self._unexpected()

    def _unexpected(self) -> ExpressionError:
        token = self._peek()
        if token is None:
            return ExpressionError(f"Unexpected end of expression: {self._text}")
        return ExpressionError(f"Unexpected symbol: '{token}' within expression: {self._text}")

    def _check_depth(self, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise ExpressionError(f"Exceeded max expression depth {_MAX_DEPTH}")

    def _or(self) -> Node:
        self._depth += 1
        self._check_depth(self._depth)
        node = self._and()
        while self._accept("||"):
            node = Binary("||", node, self._and())
        self._depth -= 1
        return node

    def _and(self) -> Node:
        node = self._equality()
        while self._accept("&&"):
            node = Binary("&&", node, self._equality())
        return node

    def _equality(self) -> Node:
        node = self._comparison()
        while operator := self._accept(*_EQUALITIES):
            node = Binary(operator, node, self._comparison())
        return node

    def _comparison(self) -> Node:
        node = self._unary()
        while operator := self._accept(*_COMPARISONS):
            node = Binary(operator, node, self._unary())
        return node

    def _unary(self) -> Node:
        negations = 0
        while self._accept("!"):
            negations += 1
        self._check_depth(negations)
        node = self._postfix()
        for _ in range(negations):
            node = Not(node)
        return node

    def _postfix(self) -> Node:
        node, is_indexable = self._primary()
        depth = 1
        while operator := self._accept(".", "["):
            depth += 1
            self._check_depth(depth)
            if not is_indexable:
                raise ExpressionError(f"Unexpected symbol: '{operator}' in: {self._text}")
            if operator == "[":
                node = Index(node, None if self._accept("*") else self._or())
                self._expect("]")
            else:
                node = Index(node, self._property())
        return node

    def _property(self) -> Node | None:
        if self._accept("*"):
            return None
        kind, token = self._take()
        if kind != "word" or not _IDENTIFIER.fullmatch(token):
            self._at -= 1
            raise self._unexpected()
        return Literal(token)

    def _primary(self) -> tuple[Node, bool]:
        if self._accept("("):
            node = self._or()
            self._expect(")")
            return node, True
        if self._accept("."):
            kind, digits = self._take()
            return self._number(f".{digits}" if kind == "number" else "."), False
        kind, token = self._take()
        if kind == "string":
            return Literal(token[1:-1].replace("''", "'")), False
        if kind == "number":
            return self._number(token), False
        if kind == "word" and token in _CONSTANTS:
            return Literal(_CONSTANTS[token]), False
        if kind != "word" or not _IDENTIFIER.fullmatch(token):
            self._at -= 1
            raise self._unexpected()
        if self._accept("("):
            return self._call(token), True
        return Context(token), True

    def _number(self, token: str) -> Node:
        number = number_of(token)
        if math.isnan(number):
            raise ExpressionError(f"Unexpected symbol: '{token}' within expression: {self._text}")
        return Literal(number)

    def _call(self, name: str) -> Node:
        arguments: list[Node] = []
        while not self._accept(")"):
            if arguments:
                self._expect(",")
            arguments.append(self._or())
        lowered = name.lower()
        least, most = ARITIES.get(lowered, (0, 255))
        if not least <= len(arguments) <= most:
            raise ExpressionError(f"Wrong number of arguments for '{name}' in: {self._text}")
        if lowered == "case" and len(arguments) % 2 == 0:
            raise ExpressionError(f"Even number of arguments for '{name}' in: {self._text}")
        return Call(lowered, tuple(arguments))
