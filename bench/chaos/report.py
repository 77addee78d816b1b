"""What a scenario has shown, as a table."""

from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from shiploop.errors import ShiploopError

_SHOWN_LOSSES = 30


class CannotShow(ShiploopError):
    """This machine has not what it takes, or we may not."""


@dataclass(frozen=True, slots=True)
class Report:
    """One scenario: what was counted, and everything that was lost or missed its bound.

    `not_shown` is what this machine cannot show, with the reason: no loss, and nothing passed.
    """

    name: str
    promise: str
    rows: tuple[tuple[str, str], ...]
    losses: tuple[str, ...]
    not_shown: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """True when nothing was lost."""
        return not self.losses


def show(report: Report, console: Console) -> None:
    """Print the table, then each loss."""
    console.print(f"\n[bold]{report.name}[/bold]")
    console.print(f"[dim]{report.promise}[/dim]")
    table = Table("what", "value")
    for what, value in report.rows:
        table.add_row(Text(what), Text(value))  # a log may hold what looks like markup
    table.add_row("losses", "[green]none[/green]" if report.ok else f"[red]{len(report.losses)}")
    console.print(table)
    for each in report.not_shown:
        console.print(f"[yellow]not shown[/yellow] {escape(each)}", highlight=False)
    for loss in report.losses[:_SHOWN_LOSSES]:
        console.print(f"[red]lost[/red] {escape(loss)}", highlight=False)
