"""What a step tells the runner: by files, and by lines of its output.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_COMMAND = re.compile(r"\s*::(?P<name>[a-z-]+)(?: (?P<properties>.*?))?::(?P<data>.*)")
_ESCAPES = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
_DISABLED = frozenset({"set-env", "add-path"})
_LEVELS = frozenset({"error", "warning", "notice", "debug"})


def read_pairs(text: str) -> dict[str, str]:
    """Read `GITHUB_OUTPUT` or `GITHUB_ENV`. Raises ValueError, as GitHub words it."""
    pairs: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, value = line[:equals], line[equals + 1 :]
        elif heredoc >= 0:
            name, delimiter = line[:heredoc], line[heredoc + 2 :]
            if not name or not delimiter:
                raise ValueError(f"Invalid format '{line}'. Name and delimiter must not be empty")
            value = _until(delimiter, lines)
        else:
            raise ValueError(f"Invalid format '{line}'")
        if not name:
            raise ValueError(f"Invalid format '{line}'. Name must not be empty")
        pairs[name] = value
    return pairs


def _until(delimiter: str, lines: Iterable[str]) -> str:
    found: list[str] = []
    for line in lines:
        if line == delimiter:
            return "\n".join(found)
        found.append(line)
    raise ValueError(f"Invalid value. Matching delimiter not found '{delimiter}'")


@dataclass(slots=True)
class Told:
    """What a step's output says, and the lines as the log shows them."""

    lines: list[str] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    masks: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)


def read_output(text: str) -> Told:
    """Carry out the commands in a step's output."""
    told = Told()
    resume: str | None = None
    for line in text.splitlines():
        found = _COMMAND.fullmatch(line)
        if found is None:
            told.lines.append(line)
        elif resume is not None:
            resume = None if found["name"] == resume else resume
            told.lines.append(line)
        elif found["name"] == "stop-commands":
            resume = found["data"]
        else:
            _carry_out(found, line, told)
    return told


def _carry_out(found: re.Match[str], line: str, told: Told) -> None:
    name, data = found["name"], _unescaped(found["data"])
    if name in _DISABLED:
        told.errors.append(
            f"Unable to process command '{line}' successfully. The `{name}` command is disabled."
        )
    elif name == "add-mask":
        told.masks |= {part for part in (data, *data.splitlines()) if part.strip()}
        told.lines.append("***")
    elif name == "set-output":
        told.outputs[_property(found["properties"], "name")] = data
    elif name in _LEVELS:
        told.lines += [f"##[{name}]{part}" for part in data.splitlines() or [""]]
    elif name == "group":
        told.lines.append(f"##[group]{data}")
    elif name == "endgroup":
        told.lines.append("##[endgroup]")
    else:
        told.lines.append(line)


def _property(properties: str | None, wanted: str) -> str:
    for each in (properties or "").split(","):
        name, _, value = each.partition("=")
        if name.strip() == wanted:
            return _unescaped(value)
    return ""


def _unescaped(text: str) -> str:
    for escaped, plain in _ESCAPES:
        text = text.replace(escaped, plain)
    return text
