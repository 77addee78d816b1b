"""What a scenario has shown, as a table."""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

_SHOWN_LOSSES = 30


@dataclass(frozen=True, slots=True)
class Report:
    """One scenario: what was counted, and everything that was lost or missed its bound."""

    name: str
    promise: str
    rows: tuple[tuple[str, str], ...]
    losses: tuple[str, ...]

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
        table.add_row(what, value)
    table.add_row("losses", "[green]none[/green]" if report.ok else f"[red]{len(report.losses)}")
    console.print(table)
    for loss in report.losses[:_SHOWN_LOSSES]:
        console.print(f"[red]lost[/red] {loss}", highlight=False)
