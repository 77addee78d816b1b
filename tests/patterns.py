"""Finds every regular expression of our code by itself, so that a new one cannot escape."""

import ast
import importlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parent.parent
# The sandbox's site renders what was merged; nothing else of it reads documents.
PACKAGES = ("shiploop", "flows", "tasks", "api", "dashboard", "sandbox/site")
TAKES_A_PATTERN = frozenset({
    "compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn",
})  # fmt: skip


class Found(NamedTuple):
    """A pattern, and where it stands."""

    pattern: re.Pattern[str]
    where: str
    is_fullmatched: bool = False


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((PROJECT / package).rglob("*.py"))


def patterns() -> list[Found]:
    """Every pattern that is written as an argument of `re`, or that a module keeps."""
    found = [each for path in sources() if uses_re(path) for each in patterns_of(path)]
    fullmatched = {each.pattern for each in found if each.is_fullmatched}
    once = {each.pattern: each for each in found}
    return [each._replace(is_fullmatched=each.pattern in fullmatched) for each in once.values()]


def uses_re(path: Path) -> bool:
    return bool(re.search(r"\bre\b", path.read_text("utf-8")))


def patterns_of(path: Path) -> Iterator[Found]:
    name = path.relative_to(PROJECT).as_posix()
    module = importlib.import_module(name.removesuffix(".py").replace("/", "."))
    text = path.read_text("utf-8")
    for bound, value in vars(module).items():
        for kept in reachable(value):
            yield Found(kept, name, f"{bound}.fullmatch(" in text)
    for call in calls_of(path):
        if (pattern := evaluated(call, module)) is not None:
            yield Found(pattern, f"{name}:{call.lineno}", ast.unparse(call.func) == "re.fullmatch")


def calls_of(path: Path) -> Iterator[ast.Call]:
    """The calls of `re` that take a pattern."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name)):
                if name in TAKES_A_PATTERN:
                    yield node
            case _:
                pass


def evaluated(call: ast.Call, module: ModuleType) -> re.Pattern[str] | None:
    """None where it is made of what only runs know: `unseen` lists those."""
    names = dict(vars(module))
    try:
        pattern = eval(ast.unparse(call.args[0]), names)  # noqa: S307 - our own source
    except NameError:
        return None
    is_compile = isinstance(call.func, ast.Attribute) and call.func.attr == "compile"
    written = ast.unparse(call.args[1]) if is_compile and len(call.args) > 1 else "0"
    flags = eval(written, names)  # noqa: S307 - our own source
    return re.compile(pattern, flags)


def unseen() -> set[str]:
    """Where a pattern is made of what only runs know, in this file."""
    return {
        path.relative_to(PROJECT).as_posix()
        for path in sources()
        if uses_re(path)
        for call in calls_of(path)
        if evaluated(call, importlib.import_module(module_of(path))) is None
    }


def module_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix().removesuffix(".py").replace("/", ".")


def other_ways() -> set[str]:
    """Files that come by `re` in a way that `calls_of` does not see, or use another engine."""
    engines = {"re", "regex", "re2"}
    odd = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.ImportFrom(module=module) if module in engines:
                    odd.add(path.relative_to(PROJECT).as_posix())
                case ast.Import(names=names) if any(
                    each.name in engines and (each.asname or each.name != "re") for each in names
                ):
                    odd.add(path.relative_to(PROJECT).as_posix())
    return odd


def reachable(value: object, depth: int = 4) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, tuple | list | frozenset | set):
        for each in value:
            yield from reachable(each, depth - 1)
    elif depth and isinstance(value, Mapping) and len(value) < 1_000:
        yield from reachable(tuple(value.values()), depth - 1)
