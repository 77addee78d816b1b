"""rumdl, the linter that the target repository's CI runs, before the pull request is opened.

Source: https://github.com/rvben/rumdl. It reads its own rules and markdownlint's, as far as they
are declared, and none of the repository's code is run.
"""

import json
import logging
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.agents.faq.document.markers import NEWLINE

# Where a repository keeps its rules; the first one that is there counts.
RULES_PATHS: Final = (
    *(".rumdl.toml", "rumdl.toml", ".config/rumdl.toml"),
    *(".markdownlint.jsonc", ".markdownlint.json", ".markdownlint.yaml", ".markdownlint.yml"),
    *(".markdownlint-cli2.jsonc", ".markdownlint-cli2.yaml", ".markdownlintrc"),
)
# For a repository without rules of its own: as `deployments/github` has it installed.
DEFAULT_RULES: Final = """\
[global]
disable = [
  "MD007", "MD013", "MD014", "MD024", "MD026", "MD033", "MD034", "MD036", "MD038", "MD046",
  "MD051", "MD059", "MD064", "MD066", "MD077",
]
"""

_COMMAND: Final = (
    str(Path(sys.executable).with_name("rumdl")),
    # On a text that is piped in, it runs none of the tools that a repository may name for code.
    *("check", "--no-cache", "--output-format=json"),
    "--extend-disable=MD057",  # looks for the files that are linked to: the gate knows them
)
# Of these the line only says where the file begins or ends.
_OF_FILE: Final = frozenset(("MD041", "MD043", "MD047"))
_PAGE: Final = ".page"
_TIMEOUT_S: Final = 5.0  # an entry takes a few milliseconds

Process = subprocess.Popen[bytes]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a linter: the file that holds them, and its text."""

    path: str = RULES_PATHS[0]
    text: str = DEFAULT_RULES


_OWN_RULES: Final = Rules()
# What markdownlint reads and rumdl 0.3.0 passes over without a word: another file that is extended,
# and groups of rules by their tags (findings/rumdl-passes-over-tags-and-extends.sh). `headings` and
# `line_length` are left out, which are also what single rules are told.
_PASSED_OVER: Final = re.compile(
    r"(?<![\w-])extends['\"]?\s{0,9}:\s{0,9}(?!null\b)['\"\w.]|"
    r"(?<![\w-])(?:accessibility|atx|atx_closed|blank_lines|blockquote|bullet|code|emphasis|hard_tab|hr|html"
    r"|images|indentation|language|links|ol|spaces|spelling|table|ul|url|whitespace)"
    r"['\"]?\s{0,9}:\s{0,9}(?:true|false|\{)"
)


# What markdownlint spares in a line in bold, and rumdl 0.3.0 finds, where a configuration of
# markdownlint's names no punctuation (findings/rumdl-headings-in-bold-end-in-wide-colons.sh).
_SPARED_IN_BOLD: Final = re.compile(r"[。，；：！？][*_]{2}\Z")


def is_read_whole(rules: Rules) -> bool:
    """Whether rumdl goes by all that these rules say; else it would refuse what they allow."""
    return "markdownlint" not in rules.path or not _PASSED_OVER.search(rules.text)


def lint(
    before: str, after: str, rules: Rules | None = None, path: str = FAQ_PATH
) -> tuple[str, ...]:
    """What rumdl finds in the page at `path` that it did not find before, in its words.

    By our own rules where the repository has none. Told by the rule and the text of the line, since
    lines move. Nothing where rumdl itself fails: the repository's CI still has its say.
    """
    with linting(before, after, rules, path) as found:
        return found()


@contextmanager
def linting(
    before: str, after: str, rules: Rules | None = None, path: str = FAQ_PATH
) -> Iterator[Callable[[], tuple[str, ...]]]:
    """Let rumdl begin; the block gets what waits for its words, and may do something else first."""
    with ExitStack() as stack:
        try:
            process = stack.enter_context(_started(after, rules or _OWN_RULES, path))
        except OSError as error:
            _warn(error)
            yield tuple
            return
        yield partial(_new_findings, process, before, after, rules or _OWN_RULES, path)


def _new_findings(
    process: Process, before: str, after: str, rules: Rules, path: str
) -> tuple[str, ...]:
    try:
        found = _findings(process, after)
        if not found:
            return ()  # mostly; then nobody needs to know what was found before
        with _started(before, rules, path) as another:
            known = _findings(another, before)
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
        _warn(error)
        return ()
    added = _added(found, Counter(each.key for each in known))
    return tuple(each.words for each in added if not _is_spared(each, rules))


def _warn(error: Exception) -> None:
    log.warning("the Markdown was not linted: %s", error)


@dataclass(frozen=True, slots=True)
class _Finding:
    key: tuple[str, str]
    words: str


@contextmanager
def _started(text: str, rules: Rules, path: str) -> Iterator[Process]:
    with TemporaryDirectory(prefix="shiploop-lint-") as folder:
        place = Path(folder) / rules.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(rules.text, encoding="utf-8")
        page = Path(folder) / _PAGE
        page.write_bytes(text.encode())
        command = [*_COMMAND, "--stdin", f"--stdin-filename={path}", f"--config={rules.path}"]
        pipe = subprocess.PIPE
        with (
            page.open("rb") as stdin,
            subprocess.Popen(command, cwd=folder, stdin=stdin, stdout=pipe, stderr=pipe) as process,
        ):
            try:
                yield process
            finally:
                process.kill()


def _findings(process: Process, text: str) -> Sequence[_Finding]:
    told, complaint = process.communicate(timeout=_TIMEOUT_S)
    if process.returncode not in (0, 1):
        raise OSError(complaint.decode(errors="replace").strip())
    lines = NEWLINE.split(text)
    return tuple(_read(each, lines) for each in (json.loads(told) if told.strip() else ()))


def _read(told: Mapping[str, Any], lines: Sequence[str]) -> _Finding:
    number = int(told["line"])
    text = lines[number - 1] if number <= len(lines) and told["rule"] not in _OF_FILE else ""
    words = f"{told['rule']} in line {number}: {told['message']}"
    return _Finding((str(told["rule"]), text.strip()), words)


def _is_spared(found: _Finding, rules: Rules) -> bool:
    rule, line = found.key
    of_markdownlint = "markdownlint" in rules.path
    return rule == "MD036" and of_markdownlint and _SPARED_IN_BOLD.search(line) is not None


def _added(found: Iterable[_Finding], known: Counter[tuple[str, str]]) -> Iterator[_Finding]:
    for each in found:
        if known[each.key]:
            known[each.key] -= 1
        else:
            yield each
