"""Install octokit by npm, as its lock file names it, unless it is there already."""

import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent
DIRECTORY = Path(__file__).resolve().parents[4] / ".shiploop" / "octokit"
_TIMEOUT_S = 300


def is_possible() -> bool:
    """Whether there is a node that can run it, and an npm to fetch it with."""
    return shutil.which("npm") is not None and shutil.which("node") is not None


def install() -> Path:
    """Return the folder in which octokit is installed. Raises subprocess.CalledProcessError."""
    lock = DIRECTORY / "package-lock.json"
    wanted = (SOURCE / "package-lock.json").read_bytes()
    if not (DIRECTORY / "node_modules").exists() or lock.read_bytes() != wanted:
        DIRECTORY.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCE / name, DIRECTORY / name)
        command = ["npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=DIRECTORY, check=True, timeout=_TIMEOUT_S)
    return DIRECTORY


if __name__ == "__main__":
    if is_possible():
        install()
    else:
        sys.stderr.write("node and npm are not installed: octokit will not be tried\n")
