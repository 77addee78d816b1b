"""Reads YAML that somebody has written by hand: once, within bounds, and with its lines."""

from collections.abc import Iterator, Sequence
from typing import Final

import yaml

_MOST_DEPTH: Final = 8


class YamlUnreadable(ValueError):
    """It is no YAML that is read; the message says where."""


def compose(text: bytes, most_bytes: int) -> yaml.Node:
    """The tree of one document. Raises YamlUnreadable."""
    if len(text) > most_bytes:
        raise YamlUnreadable(f"it is longer than {most_bytes} bytes")
    try:
        _require_plain(text)
        tree = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise YamlUnreadable(_told(error)) from error
    if tree is None:
        raise YamlUnreadable("it is empty")
    for twice in _keys_told_twice(tree):
        line = twice.start_mark.line + 1
        raise YamlUnreadable(f"line {line}: {twice.value!r} is there twice")
    return tree


def plain(tree: yaml.Node) -> object:
    """What the tree says, in lists, dictionaries and scalars. Raises YamlUnreadable."""
    try:
        return yaml.SafeLoader("").construct_document(tree)
    except yaml.YAMLError as error:
        raise YamlUnreadable(_told(error)) from error
    except ValueError as error:  # as of a date that no calendar has
        raise YamlUnreadable(str(error)) from error


def line_of(tree: yaml.Node, location: Sequence[int | str]) -> int:
    """The line, from 1, of what stands at these keys and places, or of the nearest around it."""
    for step in location:
        found = _within(tree, step)
        if found is None:
            break
        tree = found
    return int(tree.start_mark.line) + 1


def _require_plain(text: bytes) -> None:
    """Before anything is built of it: no alias, of which a short file makes a long one."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise YamlUnreadable(f"line {line}: an alias (*) is not read")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _MOST_DEPTH:
            raise YamlUnreadable(f"line {line}: it is nested too deeply")


def _keys_told_twice(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _keys_told_twice(each)
    elif isinstance(node, yaml.MappingNode):
        known: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in known:
                    yield key
                known.add(key.value)
            yield from _keys_told_twice(value)


def _within(node: yaml.Node, step: int | str) -> yaml.Node | None:
    match node:
        case yaml.SequenceNode() if isinstance(step, int) and step < len(node.value):
            found: yaml.Node = node.value[step]
            return found
        case yaml.MappingNode():
            return next((value for key, value in node.value if key.value == step), None)
        case _:
            return None


def _told(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        told = " ".join(filter(None, (error.context, error.problem)))
        return f"line {error.problem_mark.line + 1}: {told}"
    return str(error).partition("\n")[0]
