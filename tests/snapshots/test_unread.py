"""No file is left that no test reads."""

from importlib import import_module

from tests.snapshots.conftest import FILES

KINDS = {".md", ".txt", ".json"}


def test_every_file_is_read_by_a_test() -> None:
    modules = [
        import_module(f"tests.snapshots.{path.stem}") for path in FILES.glob("test_*_texts.py")
    ]
    read = [name for module in modules for name in module.TEXTS]
    there = [
        path.relative_to(FILES).as_posix() for path in FILES.rglob("*") if path.suffix in KINDS
    ]
    assert sorted(there) == sorted(read), "delete what no test reads"
