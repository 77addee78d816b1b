"""Git, as somebody who commits."""

import subprocess
from pathlib import Path


def git(worktree: Path, *arguments: str) -> None:
    author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    subprocess.run(["git", "-C", worktree, *author, *arguments], check=True, capture_output=True)
