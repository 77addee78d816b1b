"""`python -m bench`: takes the measurements, and fails when a bound is missed."""

import json
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from bench.beside import measure_beside
from bench.bounds import measure_bounds
from bench.burst import measure_burst
from bench.critical_path import measure_critical_path
from bench.dashboard import measure_dashboard
from bench.dispatch import measure_dispatch
from bench.green_to_merged import measure_green_to_merged
from bench.judge import measure_judge
from bench.large_repository import measure_large_repository
from bench.measurement import Measurement
from bench.metrics_api import measure_metrics
from bench.overhead import measure_overhead
from bench.readiness import measure_readiness
from bench.report import as_json, describe_machine, show, show_machine
from bench.retrieval import measure_retrieval
from bench.retrieval_cost import measure_retrieval_cost
from bench.rollback import measure_rollback
from bench.sweep import measure_sweep
from bench.throughput import measure_throughput
from bench.world import forget_environment
from shiploop.errors import ShiploopError


@dataclass(frozen=True, slots=True)
class _Bench:
    """A measurement, and how many times it is taken unless `--times` says otherwise."""

    measure: Callable[[int], Measurement]
    times: int


_BENCHES = {
    "overhead": _Bench(measure_overhead, 20),
    "critical-path": _Bench(measure_critical_path, 5),
    "green-to-merged": _Bench(measure_green_to_merged, 5),
    "readiness": _Bench(measure_readiness, 3),
    "dispatch": _Bench(measure_dispatch, 50),
    "throughput": _Bench(measure_throughput, 300),
    "burst": _Bench(measure_burst, 200),
    "metrics": _Bench(measure_metrics, 300),
    "dashboard": _Bench(measure_dashboard, 10),
    "retrieval": _Bench(measure_retrieval, 1),
    "judge": _Bench(measure_judge, 1),
    "retrieval-cost": _Bench(measure_retrieval_cost, 1),
    "large-repository": _Bench(measure_large_repository, 100),
    "bounds": _Bench(measure_bounds, 20),
    "sweep": _Bench(measure_sweep, 1),
    "rollback": _Bench(measure_rollback, 5),
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(_BENCHES)))
@click.option(
    "--times", type=click.IntRange(min=1), help="How many questions, starts, reads or MB."
)
@click.option(
    "--beside",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Compare with the build of that checkout, which has an environment, and nothing else.",
)
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write all values there.")
def main(names: tuple[str, ...], times: int | None, beside: Path | None, file: Path | None) -> None:
    """Take the named measurements, or all; exit 1 when a bound is missed."""
    signal.signal(signal.SIGTERM, _interrupt)
    forget_environment()
    console, machine = Console(), describe_machine()
    show_machine(machine, console)
    measurements = []
    wanted = [_BENCHES[name] for name in names or _BENCHES]
    if beside is not None:
        wanted = [_Bench(partial(measure_beside, beside.resolve()), 20)]
    for bench in wanted:
        try:
            measurement = bench.measure(times or bench.times)
        except ShiploopError as error:
            raise click.ClickException(str(error)) from error
        show(measurement, console)
        measurements.append(measurement)
    if file is not None:
        text = json.dumps(as_json(machine, measurements), indent=2, ensure_ascii=False)
        file.write_text(text + "\n", encoding="utf-8")
    sys.exit(0 if all(measurement.ok for measurement in measurements) else 1)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt  # so that what was started is stopped


if __name__ == "__main__":
    main()
