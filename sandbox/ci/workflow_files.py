"""Reads workflow files: YAML 1.2's core schema, as GitHub reads it.

Source: https://github.com/actions/runner, `src/Sdk/WorkflowParser/Conversion/YamlObjectReader.cs`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml

from sandbox.ci.values import Value

_MAX_NODES = 50_000
_MAX_DEPTH = 100
_STRING_TAG = "tag:yaml.org,2002:str"
_TYPES_OF_TAGS: dict[str | None, type] = {
    None: object,
    _STRING_TAG: str,
    "tag:yaml.org,2002:bool": bool,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:int": float,
    "tag:yaml.org,2002:null": type(None),
}
_PREFIXED = re.compile(r"0o[0-7]{1,300}|0x[0-9a-fA-F]{1,200}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_CONSTANTS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}


@lru_cache(maxsize=64)  # every push reads all of them, and hardly ever is one of them new
def read(name: str, text: bytes) -> dict[str, Any]:
    """Return the mapping that a file holds; its numbers are floats. Do not change it.

    Raises ValueError, with a sentence, on what is no YAML, or no mapping.
    """
    try:
        value = _Reader(name).read(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{name} is not YAML: {error}") from error
    if not isinstance(value, dict):
        raise ValueError(f"{name} is not a workflow: it is no mapping")
    return value


class _Reader:
    """Makes values of YAML's events: no file, however deep or full of aliases, costs much."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._nodes = 0
        self._depth = 0

    def read(self, text: bytes) -> Value:
        """Return the value of the first document."""
        events = (
            event
            for event in yaml.parse(text, Loader=yaml.CSafeLoader)
            if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent)
        )
        first = next(events, None)
        return None if first is None else self._value(first, events)

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event]) -> Value:
        if isinstance(event, yaml.AliasEvent):
            value, size = self._anchors.get(str(event.anchor), (None, 0))
            if size == 0:
                raise self._error(f"Unknown anchor '{event.anchor}'")
            self._count(size)
            return value
        before = self._nodes
        self._count(1)
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self._error("Maximum object depth exceeded")
        value = self._made(event, events)
        self._depth -= 1
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            self._anchors[event.anchor] = value, self._nodes - before
        return value

    def _made(self, event: yaml.Event, events: Iterator[yaml.Event]) -> Value:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return [self._value(item, events) for item in _until_end(events)]
        found: dict[str, Any] = {}
        for key in _until_end(events):
            if not isinstance(key, yaml.ScalarEvent):
                raise self._error("a key is no string")
            if any(key.value.lower() == name.lower() for name in found):
                raise self._error(f"'{key.value}' is already defined")
            found[key.value] = self._value(next(events), events)
        return found

    def _count(self, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > _MAX_NODES:
            raise self._error("Maximum YAML nodes exceeded")

    def _error(self, what: str) -> ValueError:
        return ValueError(f"{self._name} is not a workflow: {what}")

    def _scalar(self, event: yaml.ScalarEvent) -> Value:
        text: str = event.value
        if event.tag == _STRING_TAG or (event.tag is None and not event.implicit[0]):
            return text
        if event.tag not in _TYPES_OF_TAGS or (event.tag and event.style):
            raise self._error(f"Unexpected tag '{event.tag}'")
        value = self._plain(text)
        if event.tag and not isinstance(value, _TYPES_OF_TAGS[event.tag]):
            raise self._error(f"The value '{text}' is invalid for the type '{event.tag}'")
        return value

    @staticmethod
    def _plain(text: str) -> Value:
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _PREFIXED.fullmatch(text):
            return float(int(text, 0))
        return float(text) if _FLOAT.fullmatch(text) else text


def _until_end(events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            return
        yield event
