"""Calls a function with one text in every place of its arguments that can hold a text."""

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from fractions import Fraction
from types import ModuleType, NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from tests.builders import NOON

# What becomes of an argument once it is known which text stands in it.
Filled = Callable[[str], Any]

# By what a text is called where not every text will do.
Readings = Mapping[str, Callable[[str], str]]


def calls(function: Callable[..., Any], readings: Readings) -> st.SearchStrategy[Filled]:
    """Calls of a function: the text is given later, everything else is drawn."""
    hints = get_type_hints(function)
    names = list(inspect.signature(function).parameters)
    drawn = st.tuples(*(_values(hints[name], name, readings) for name in names))
    keyword_only = {
        name
        for name, one in inspect.signature(function).parameters.items()
        if one.kind is inspect.Parameter.KEYWORD_ONLY
    }

    def call(filled: tuple[Filled, ...]) -> Filled:
        def with_text(text: str) -> Any:
            given = dict(zip(names, (each(text) for each in filled), strict=True))
            positional = [value for name, value in given.items() if name not in keyword_only]
            named = {name: given[name] for name in keyword_only}
            return function(*positional, **named)

        return with_text

    return drawn.map(call)


def builders(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public functions of a module that give texts."""
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ != module.__name__ or name.startswith("_"):
            continue
        returned = get_type_hints(function)["return"]
        if returned is str or str in get_args(returned) or _holds_texts(returned):
            yield name, function


def _holds_texts(returned: Any) -> bool:
    return any(_holds_texts(each) or each is str for each in get_args(returned))


def _values(hint: Any, name: str, readings: Readings) -> st.SearchStrategy[Filled]:
    if hint is str:
        return st.just(readings.get(name, lambda text: text))
    if hint in _CONSTANT:
        return _CONSTANT[hint].map(lambda value: lambda _text: value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _dataclasses(hint, readings)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint).map(lambda value: lambda _text: value)
    return _containers(hint, name, readings)


_CONSTANT: Mapping[Any, st.SearchStrategy[Any]] = {
    int: st.integers(0, 10**7),
    float: st.floats(0, 1),
    bool: st.booleans(),
    NoneType: st.none(),
    datetime: st.just(NOON),
    date: st.just(NOON.date()),
    timedelta: st.just(timedelta(hours=1)),
    Fraction: st.just(Fraction(95, 100)),
}


def _dataclasses(hint: type, readings: Readings) -> st.SearchStrategy[Filled]:
    hints = get_type_hints(hint)
    names = [each.name for each in dataclasses.fields(hint)]
    drawn = st.tuples(*(_values(hints[name], name, readings) for name in names))

    def build(filled: tuple[Filled, ...]) -> Filled:
        return lambda text: hint(**dict(zip(names, (each(text) for each in filled), strict=True)))

    return drawn.map(build)


def _containers(hint: Any, name: str, readings: Readings) -> st.SearchStrategy[Filled]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return st.one_of(*(_values(each, name, readings) for each in arguments))
    if origin is tuple and Ellipsis not in arguments:
        several = st.tuples(*(_values(each, name, readings) for each in arguments))
        return several.map(lambda each: lambda text: tuple(one(text) for one in each))
    if origin in (tuple, Sequence):
        some = st.lists(_values(arguments[0], name, readings), min_size=1, max_size=3)
        return some.map(lambda each: lambda text: tuple(one(text) for one in each))
    if origin is Mapping:
        keys = _values(arguments[0], "", readings)
        values = _values(arguments[1] if arguments[1] is not Any else str, "url", readings)
        return st.tuples(keys, values).map(lambda pair: lambda text: {pair[0](text): pair[1](text)})
    raise TypeError(f"no value is known for {hint}")
