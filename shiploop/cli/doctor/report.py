"""Prints what was found."""

from collections.abc import Sequence
from typing import assert_never

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shiploop.cli.doctor.diagnosis import Finding, Health


def exit_code(findings: Sequence[Finding]) -> int:
    """0 when nothing is broken, else 1."""
    return int(any(finding.state is Health.BROKEN for finding in findings))


def show_findings(findings: Sequence[Finding], console: Console) -> None:
    """Print a row a finding, with what to do below it."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for finding in findings:
        told = Text(finding.what)
        if finding.advice:
            told.append(f"\n→ {finding.advice}", style="bold")
        state = Text(finding.state, style=_style(finding.state), no_wrap=True)
        table.add_row(state, Text(finding.name, no_wrap=True), told)
    console.print(table)


def _style(state: Health) -> str:
    match state:
        case Health.OK:
            return "green"
        case Health.WARNING:
            return "yellow"
        case Health.BROKEN:
            return "bold red"
        case Health.NOT_CONFIGURED:
            return "dim"
        case _:
            assert_never(state)
