"""Writes `.env`, which holds secrets: for its owner alone, and never over another one."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

# What stands in such a file without quotes; with one at its beginning it would be read as quoted.
_PLAIN: Final = re.compile(r"(?!\")[A-Za-z0-9._:/@,+=\[\]\"-]*")


def write_env_file(path: Path, variables: Mapping[str, str]) -> bool:
    """Write the variables; False where there is a file already. Raises OSError."""
    lines = [f"{name}={_quoted(value)}\n" for name, value in variables.items()]
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("# Written by `shiploop init`; .env.example explains every variable.\n")
        file.writelines(lines)
    return True


def add_to_env_file(path: Path, variables: Mapping[str, str]) -> None:
    """Add variables to a file that this very run has written. Raises OSError."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={_quoted(value)}\n" for name, value in variables.items())


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
