"""The Lua scripts: what their headers say is what they do, and each is there for somebody."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from luaparser import ast as lua
from luaparser import astnodes as nodes

from shiploop.stores import scripts
from shiploop.stores.scripts import load_script

SHIPLOOP = Path(scripts.__file__).resolve().parent.parent
FILES = {path.stem: path.read_text("utf-8") for path in (SHIPLOOP / "stores/lua").glob("*.lua")}
# What other scripts call; the others are run by Redis.
FUNCTIONS = {name for name, text in FILES.items() if "\n-- Function: " in text}
SCRIPTS = FILES.keys() - FUNCTIONS


TABLES = ("KEYS", "ARGV")


@cache
def parsed(name: str) -> nodes.Chunk:
    return lua.parse(FILES[name])


def found(name: str, kind: type[nodes.Node]) -> list[nodes.Node]:
    return [node for node in lua.walk(parsed(name)) if isinstance(node, kind)]


def named(name: str) -> list[str]:
    return [node.id for node in found(name, nodes.Name)]


def header(name: str, label: str) -> str:
    """What stands behind a label, with the lines that go on below it."""
    hit = re.search(rf"^-- {label}: (.*(?:\n-- {{6,}}\S.*)*)", FILES[name], re.MULTILINE)
    assert hit, f"the header of {name}.lua says nothing of its {label}"
    return re.sub(r"\n-- +", " ", hit[1])


def uses(name: str) -> list[str]:
    return header(name, "uses").split(", ") if "\n-- uses: " in FILES[name] else []


def parameters(name: str, table: str) -> tuple[list[str], bool]:
    """The names that the header gives to KEYS or ARGV, and whether any number may follow."""
    told = header(name, table)
    names = [] if told == "none" else re.split(r", (?![^(]*\))", told)
    return [one for one in names if not one.endswith("...")], told.endswith("...")


def unpacked(name: str, table: str) -> list[tuple[list[str], list[int]]]:
    """The names that the script gives to KEYS or ARGV, and the limits of that unpacking."""
    return [
        ([target.id for target in node.targets], [limit.n for limit in call.args[1:]])
        for node in found(name, nodes.LocalAssign)
        for call in node.values
        if isinstance(call, nodes.Call) and named_call(call) == "unpack"
        if isinstance(call.args[0], nodes.Name) and call.args[0].id == table
    ]


def named_call(call: nodes.Call) -> str | None:
    return call.func.id if isinstance(call.func, nodes.Name) else None


def calls(path: Path, function: str) -> list[ast.Call]:
    return [
        call
        for call in all_calls(path)
        if function in {getattr(call.func, "id", None), getattr(call.func, "attr", None)}
    ]


@cache
def all_calls(path: Path) -> list[ast.Call]:
    return [
        node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
    ]


def python_files() -> list[Path]:
    return sorted(SHIPLOOP.rglob("*.py"))


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_file_is_lua_and_says_what_it_is_for(name: str) -> None:
    assert parsed(name)
    assert FILES[name].startswith(f"-- {name}: ")
    assert header(name, "Returns")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_script_takes_what_its_header_says(name: str, table: str) -> None:
    fixed, more = parameters(name, table)
    limits = [1, len(fixed)] if more else []
    assert unpacked(name, table) == ([(fixed, limits)] if fixed else [])
    assert [one for one in fixed if named(name).count(one) < 2] == []  # given and never used
    assert (named(name).count(table) > bool(fixed)) == more
    for loop in found(name, nodes.Fornum):
        if any(isinstance(one, nodes.Name) and one.id == table for one in lua.walk(loop.stop)):
            assert loop.start.n == len(fixed) + 1


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_file_of_functions_defines_the_one_that_its_header_says(name: str) -> None:
    (function, *_inner) = found(name, nodes.LocalFunction)
    arguments = ", ".join(argument.id for argument in function.args)
    assert len(parsed(name).body.body) == 1
    assert header(name, "Function") == f"{function.name.id}({arguments})"
    assert function.name.id == name
    assert not set(TABLES) & set(named(name))


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_script_uses_the_functions_that_it_says_and_no_others(name: str) -> None:
    called = FUNCTIONS & {named_call(call) for call in found(name, nodes.Call)}
    assert sorted(uses(name)) == sorted(called)
    assert load_script(name) == "\n".join([*(FILES[one] for one in uses(name)), FILES[name]])


def test_every_script_is_loaded_by_somebody_and_every_function_used() -> None:
    loads = [call for path in python_files() for call in calls(path, "load_script")]
    assert {ast.literal_eval(call.args[0]) for call in loads} == SCRIPTS
    assert {one for name in SCRIPTS for one in uses(name)} == FUNCTIONS


def test_redis_runs_no_lua_from_elsewhere() -> None:
    for path in python_files():
        assert "redis.call" not in path.read_text("utf-8"), path
        assert not calls(path, "eval"), path
        for registered in calls(path, "register_script"):
            assert ast.unparse(registered.args[0]).startswith("load_script("), path
