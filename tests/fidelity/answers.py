"""Answers as GitHub may give them: whole ones by its schema, and each with something amiss."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

Path = tuple[str | int, ...]

_SCALARS: Mapping[str, object] = {
    "Boolean": False,
    "DateTime": "2026-11-22T12:00:00Z",
    "GitObjectID": "a" * 40,
    "ID": "ID_1",
    "Int": 1,
    "String": "main",
    "URI": "https://github.com/acme/docs/pull/7",
}
_ABSTRACT = (GraphQLInterfaceType, GraphQLUnionType)


class Answers:
    """Makes answers to one document, as GitHub's schema has them."""

    def __init__(self, schema: GraphQLSchema, document: str) -> None:
        self._schema = schema
        self._document: DocumentNode = parse(document)
        self._fragments = {
            node.name.value: node
            for node in self._document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self.nullable: list[Path] = []
        """Where GitHub may say null, in the answer with everything there."""
        self.lists: list[Path] = []

    def whole(self) -> dict[str, Any]:
        """The answer with everything there, and one item in each list."""
        (operation,) = (
            node for node in self._document.definitions if isinstance(node, OperationDefinitionNode)
        )
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        return self._object(root, operation.selection_set, ())

    def _value(
        self, kind: GraphQLOutputType, selections: SelectionSetNode | None, path: Path
    ) -> Any:
        if isinstance(kind, GraphQLNonNull):
            return self._present(kind.of_type, selections, path)
        self.nullable.append(path)
        return self._present(kind, selections, path)

    def _present(
        self, kind: GraphQLOutputType, selections: SelectionSetNode | None, path: Path
    ) -> Any:
        if isinstance(kind, GraphQLList):
            self.lists.append(path)
            return [self._value(kind.of_type, selections, (*path, 0))]
        if isinstance(kind, GraphQLEnumType):
            return next(iter(kind.values))
        if selections is None:
            return _SCALARS[str(kind)]
        return self._object(kind, selections, path)

    def _object(self, kind: Any, selections: SelectionSetNode, path: Path) -> dict[str, Any]:
        if isinstance(kind, _ABSTRACT):
            kind = self._concrete(kind, selections)
        return {
            node.alias.value if node.alias else node.name.value: (
                kind.name
                if node.name.value == "__typename"
                else self._value(
                    kind.fields[node.name.value].type,
                    node.selection_set,
                    (*path, node.alias.value if node.alias else node.name.value),
                )
            )
            for node in self._fields(kind, selections)
        }

    def _concrete(self, kind: Any, selections: SelectionSetNode) -> GraphQLObjectType:
        possible = self._schema.get_possible_types(kind)
        asked = [
            node.type_condition.name.value
            for node in selections.selections
            if isinstance(node, InlineFragmentNode) and node.type_condition
        ] + [
            self._fragments[node.name.value].type_condition.name.value
            for node in selections.selections
            if isinstance(node, FragmentSpreadNode)
        ]
        return next((each for each in possible if each.name in asked), possible[0])

    def _fields(self, kind: GraphQLObjectType, selections: SelectionSetNode) -> Iterator[FieldNode]:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield node
                continue
            fragment = (
                self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            )
            condition = fragment.type_condition  # type: ignore[union-attr]
            if condition is None or condition.name.value == kind.name:
                yield from self._fields(kind, fragment.selection_set)  # type: ignore[union-attr]


def with_value(answer: Any, path: Path, value: object) -> Any:
    """The same answer with another value in one place."""
    if not path:
        return value
    changed = copy.deepcopy(answer)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed


def places(answer: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in an answer, itself the first."""
    yield path
    if isinstance(answer, dict):
        for name, inner in answer.items():
            yield from places(inner, (*path, name))
    elif isinstance(answer, list):
        for number, inner in enumerate(answer):
            yield from places(inner, (*path, number))
