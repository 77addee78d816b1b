"""`hashFiles`: one hash of all files in the workspace that match.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#hashfiles
"""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Sequence
from pathlib import Path

from sandbox.ci.values import Value, to_text


def hash_files(workspace: Path, patterns: Sequence[Value]) -> str:
    """Return the SHA-256 over the files' SHA-256, in hexadecimal; empty when none matches.

    A pattern with `!` takes out what earlier ones let in. Raises ValueError without a pattern.
    """
    if not patterns:
        raise ValueError("at least one pattern is needed")
    matched: dict[str, None] = {}
    for pattern in map(to_text, patterns):
        for line in pattern.splitlines():
            found = glob.glob(
                line.strip().lstrip("!"), root_dir=workspace, recursive=True, include_hidden=True
            )
            for path in sorted(found):
                if line.strip().startswith("!"):
                    matched.pop(path, None)
                elif (workspace / path).is_file():
                    matched[path] = None
    if not matched:
        return ""
    digest = hashlib.sha256()
    for path in matched:
        digest.update(hashlib.sha256((workspace / path).read_bytes()).digest())
    return digest.hexdigest()
