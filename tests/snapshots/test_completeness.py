"""No file is left that no test reads, and no sentence that is in no file."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

from tests.snapshots.conftest import FILES, REWRITE

PROJECT: Final = FILES.parent.parent
KINDS: Final = {".md", ".txt", ".json"}
# Modules that say something to people, and hardly anything else.
SPEAKING: Final = (
    "shiploop/**/*messages.py",
    "shiploop/**/dialects/dialect.py",
    "shiploop/**/incident.py",
    "shiploop/**/merge_gate.py",
    "shiploop/**/refusal.py",
    "shiploop/**/rollback_ending.py",
    "shiploop/**/rollback_policy.py",
    "shiploop/cli/doctor/*.py",
)
_WORD: Final = re.compile(r"[A-Za-z]{2,}")
_NO_SENTENCE: Final = re.compile(r"\^|\bSimpleQueue\[")  # a pattern, a type
_FEWEST_WORDS: Final = 3


def files() -> list[Path]:
    return [path for path in FILES.rglob("*") if path.suffix in KINDS]


def test_every_file_is_read_by_a_test() -> None:
    names = [f"tests.snapshots.{path.stem}" for path in FILES.glob("test_*_texts.py")]
    read = [text for name in names for text in import_module(name).TEXTS]
    there = [path.relative_to(FILES).as_posix() for path in files()]
    assert sorted(set(there) - set(read)) == [], "no test reads them: delete them"
    assert len(read) == len(set(read)), "two tests read one file"


@pytest.mark.parametrize("modules", SPEAKING)
def test_every_sentence_is_in_a_file(modules: str) -> None:
    shown = squeezed(" ".join(path.read_text(encoding="utf-8") for path in files()))
    paths = list(PROJECT.glob(modules))
    assert paths, "nothing is called like this any more"
    missing = [said for path in paths for said in sentences(path) if squeezed(said) not in shown]
    assert missing == [], f"let a test show it, then: {REWRITE}"


def test_every_problem_of_the_api_is_in_a_file() -> None:
    shown = squeezed(" ".join(path.read_text(encoding="utf-8") for path in files()))
    said = [text for path in PROJECT.glob("api/*.py") for text in titles_and_details(path)]
    assert len(said) > 10
    assert [text for text in said if squeezed(text) not in shown] == []


def sentences(path: Path) -> Iterator[str]:
    """The texts in a module that look as if somebody should read them, without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for text in (text for node in ast.walk(tree) if id(node) not in silent for text in said(node)):
        if len(_WORD.findall(text)) >= _FEWEST_WORDS and not _NO_SENTENCE.search(text):
            yield text


def titles_and_details(path: Path) -> Iterator[str]:
    """What a module gives as a title or a detail, as far as it is written there."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg in ("title", "detail"):
            parts = node.value.values if isinstance(node.value, ast.JoinedStr) else [node.value]
            yield from (text for part in parts for text in said(part))


def said(node: ast.AST) -> Iterator[str]:
    """The text that a node is, if it is one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def squeezed(text: str) -> str:
    """With all white space as one blank: tables break lines where they are full."""
    return " ".join(text.split())
