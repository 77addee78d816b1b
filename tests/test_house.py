"""The house rules that no linter knows: who imports whom, and how long things may get."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("shiploop", "flows", "tasks", "api", "dashboard", "webguard")
LONGEST_FILE = 300
LONGEST_FLOW = 100
LONGEST_TASK_BODY = 25
# The processes of the stack, and what calls git, hand the whole environment on to what they start.
READS_ENVIRONMENT = {"shiploop/stack/process.py", "shiploop/clients/git/remote.py"}


# What names our files to people. The FAQ is the target repository's.
DOCUMENTS = (".env.example", "README.md", "CONTRIBUTING.md", "docs/**/*.md", "deployments/**/*.md")
NOT_OURS = {  # but of a repository that answers are written for
    *("docs/FAQ.md", "docs/faq.md", "docs/faq/index.md", "docs/zh/FAQ.mdx", "docs/index.md"),
    "docs/SUMMARY.md",
    *("docs/conf.py", "docs/.vitepress/config.mjs"),
}


def sources(*packages: str) -> list[Path]:
    found = [path for package in packages for path in sorted((PROJECT / package).rglob("*.py"))]
    assert found
    return found


def name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def nodes(path: Path) -> Iterator[ast.AST]:
    yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports from."""
    found: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom):
            found.add(str(node.module).partition(".")[0])
        elif isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
    return found


def attributes(path: Path) -> set[str]:
    """The names of attributes that a file reads, and the names that it imports."""
    found = {node.attr for node in nodes(path) if isinstance(node, ast.Attribute)}
    return found | {
        alias.name
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def layers() -> list[str]:
    """The modules that the contract of the layers names, from the top."""
    pyproject = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (
        one for one in pyproject["tool"]["importlinter"]["contracts"] if one["type"] == "layers"
    )
    return [module for layer in contract["layers"] for module in re.split(r"\s*[|:]\s*", layer)]


def our_modules() -> set[str]:
    """The packages, and what stands directly in `shiploop`."""
    within = (PROJECT / "shiploop").iterdir()
    parts = {
        path.stem for path in within if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    return {"flows", "tasks", "api", "dashboard", "sandbox", "webguard"} | {
        f"shiploop.{part}" for part in parts if part != "__init__"
    }


def test_everybody_imports_only_what_the_house_allows() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    linted = subprocess.run(
        [lint, "--no-cache", "--no-logo"], cwd=PROJECT, capture_output=True, text=True
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_every_module_has_its_place_in_the_house() -> None:
    assert sorted(layers()) == sorted(our_modules())


def test_every_folder_with_code_is_a_package() -> None:
    """A folder without `__init__.py` is not seen by import-linter, and says nothing of it."""
    folders = {path.parent for path in sources(*PACKAGES, "sandbox", "bench")}
    assert [name(each) for each in sorted(folders) if not (each / "__init__.py").exists()] == []


def test_the_domain_needs_nothing_but_the_standard_library_and_parsers() -> None:
    allowed = sys.stdlib_module_names | {"lxml", "markdown_it", "shiploop"}
    impure = {"asyncio", "os", "random", "socket", "subprocess", "threading", "time"}
    for path in sources("shiploop/domain"):
        assert imported(path) <= allowed - impure, path


def test_the_domain_reads_no_clock() -> None:
    clocks = {"now", "today", "utcnow"}
    assert [path for path in sources("shiploop/domain") if attributes(path) & clocks] == []


def test_only_settings_read_the_environment() -> None:
    readers = {"environ", "environb", "getenv"}
    reading = {name(path) for path in sources(*PACKAGES) if attributes(path) & readers}
    assert reading <= READS_ENVIRONMENT


def test_nothing_asks_whether_it_is_in_the_sandbox() -> None:
    asking = {
        name(path)
        for path in sources(*PACKAGES)
        for node in nodes(path)
        if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert)
        and "sandbox" in ast.unparse(node.test).casefold()
    }
    assert asking <= {"shiploop/stack/stack.py"}


def test_no_file_is_long() -> None:
    assert [name(path) for path in sources(*PACKAGES) if lines(path) > LONGEST_FILE] == []
    assert [name(path) for path in sources("flows") if lines(path) > LONGEST_FLOW] == []


def test_no_task_has_a_long_body() -> None:
    tasks = [
        node
        for path in sources("tasks")
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef) and is_task(node)
    ]
    assert tasks
    assert [task.name for task in tasks if body_lines(task) > LONGEST_TASK_BODY] == []


def is_task(function: ast.FunctionDef) -> bool:
    return any(ast.unparse(each).startswith("prefect.task") for each in function.decorator_list)


def body_lines(function: ast.FunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_every_path_that_a_document_names_exists() -> None:
    folders = [path.name for path in PROJECT.iterdir() if path.is_dir() and path.name[0] != "."]
    named = re.compile(rf"(?<![\w./-])(?:{'|'.join(folders)})/[\w./-]*[\w/]")
    documents = [path for pattern in DOCUMENTS for path in sorted(PROJECT.glob(pattern))]
    paths = {
        (name(document), path)
        for document in documents
        for path in named.findall(document.read_text(encoding="utf-8"))
    }
    assert paths
    missing = {each for each in paths if not (PROJECT / each[1]).exists()}
    assert {each for each in missing if each[1] not in NOT_OURS} == set()


def test_no_package_is_called_like_a_flow() -> None:
    """Prefect puts the flow file's folder first on the path: a name there hides a package."""
    flows = {path.stem for path in sources("flows")} - {"__init__"}
    packages = {path.name for path in PROJECT.iterdir() if (path / "__init__.py").exists()}
    assert not flows & (packages | set(sys.stdlib_module_names))


def test_flows_define_no_class() -> None:
    """A flow file is loaded twice, by path and by name: its classes would not be the same."""
    assert not [
        node for path in sources("flows") for node in nodes(path) if isinstance(node, ast.ClassDef)
    ]
