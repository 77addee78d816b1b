"""Whoever says something to people takes the words from the modules of messages, as they are."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parents[3]
# What sends a text, and which of its arguments only names something.
SENDING: Final = {"post", "say", "comment", "open", "open_pull_request", "create_pull_request",
                  "rebuild_branch", "merge", "create_markdown_artifact"}  # fmt: skip
NAMES: Final = {"post": {0}, "open_pull_request": {1}, "rebuild_branch": {2}}


def test_no_text_is_put_together_where_it_is_sent() -> None:
    found = [f"{path.name}:{line}" for path in sources() for line in made_here(path)]
    assert found == []


def test_what_is_put_together_is_seen() -> None:
    code = 'def f(x):\n    text = f"so {x}"\n    notices.post("id", text)\n    slack.say("a" + x)\n'
    assert list(lines(ast.parse(code))) == [3, 4]


def sources() -> list[Path]:
    found = [*PROJECT.glob("tasks/**/*.py"), *PROJECT.glob("flows/*.py")]
    assert len(found) > 20
    return [*found, *PROJECT.glob("shiploop/runner/*.py"), *PROJECT.glob("api/*.py")]


def made_here(path: Path) -> Iterator[int]:
    yield from lines(ast.parse(path.read_text(encoding="utf-8")))


def lines(tree: ast.AST) -> Iterator[int]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            made = {name for node in ast.walk(function) for name in names_of_texts(node)}
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and any(is_text(a, made) for a in sent(call)):
                    yield call.lineno


def names_of_texts(node: ast.AST) -> Iterator[str]:
    """The names that a statement gives to a text that it puts together."""
    if isinstance(node, ast.Assign) and is_text(node.value, set()):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def sent(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call that sends a text, without those that are names."""
    called = ast.unparse(call.func).rpartition(".")[2]
    if called in SENDING and not ast.unparse(call.func).endswith("incidents.open"):  # in Redis
        beside = NAMES.get(called, set())
        yield from (one for number, one in enumerate(call.args) if number not in beside)


def is_text(node: ast.expr, made: set[str]) -> bool:
    if isinstance(node, ast.Tuple):
        return any(is_text(each, made) for each in node.elts)
    if isinstance(node, ast.Name):
        return node.id in made
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod)
    return isinstance(node, ast.JoinedStr)
