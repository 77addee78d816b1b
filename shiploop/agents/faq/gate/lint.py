"""rumdl, the linter that the target repository's CI runs, before the pull request is opened.

Source: https://github.com/rvben/rumdl.
"""

import json
import logging
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from shiploop.agents.faq.document.document import FAQ_PATH

RULES_PATH: Final = ".rumdl.toml"
# For a repository without rules of its own: as `deployments/github` has it installed.
DEFAULT_RULES: Final = """\
[global]
disable = [
  "MD013", "MD014", "MD024", "MD026", "MD034", "MD036", "MD038", "MD059", "MD064", "MD066",
]
"""

_COMMAND: Final = (
    str(Path(sys.executable).with_name("rumdl")),
    *("check", "--stdin", "--no-cache", "--output-format=json"),
    "--extend-disable=MD057",  # looks for the files that are linked to: the gate knows them
)
_TIMEOUT_S: Final = 5.0  # an entry takes a few milliseconds

log = logging.getLogger(__name__)


def lint(text: str, rules: str | None) -> tuple[str, ...]:
    """What rumdl finds in a page by the repository's rules (a `.rumdl.toml`), in its words.

    Nothing where rumdl itself fails: the repository's CI still has its say.
    """
    try:
        with TemporaryDirectory(prefix="shiploop-lint-") as folder:
            (Path(folder) / RULES_PATH).write_text(rules or DEFAULT_RULES, encoding="utf-8")
            return _findings(_run(text, folder))
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
        log.warning("the Markdown was not linted: %s", error)
        return ()


def _run(text: str, folder: str) -> str:
    done = subprocess.run(
        [*_COMMAND, f"--stdin-filename={FAQ_PATH}", f"--config={RULES_PATH}"],
        cwd=folder,
        input=text.encode(),
        capture_output=True,
        timeout=_TIMEOUT_S,
        check=False,  # 1 is "found something"
    )
    if done.returncode not in (0, 1):
        raise OSError(done.stderr.decode(errors="replace").strip())
    return done.stdout.decode()


def _findings(told: str) -> tuple[str, ...]:
    found = json.loads(told) if told.strip() else []
    return tuple(f"{each['rule']} in line {each['line']}: {each['message']}" for each in found)
