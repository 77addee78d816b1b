"""`python -m bench.chaos`: breaks things on purpose, and fails when anything accepted is lost."""

import signal
import sys
from collections.abc import Callable
from types import FrameType

import click
from rich.console import Console

from bench.chaos.connections import cut_connections
from bench.chaos.deploys import judge_deploys
from bench.chaos.disk import fill_disks
from bench.chaos.exhaustion import exhaust
from bench.chaos.kills import kill_runners, plan
from bench.chaos.loops import end_loops
from bench.chaos.outages import break_parts
from bench.chaos.pauses import pause_runners
from bench.chaos.report import Report, show
from bench.chaos.rollbacks import kill_rollbacks
from bench.chaos.soak import soak
from bench.report import describe_machine, show_machine
from bench.world import forget_environment
from shiploop.errors import ShiploopError

_SEED = 1
_SCENARIOS = (
    "kills",
    "pauses",
    "outages",
    "connections",
    "exhaustion",
    "disk",
    "loops",
    "rollbacks",
    "deploys",
    "soak",
)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(_SCENARIOS))
@click.option("--seed", default=_SEED, help="Which points, in which order.")
@click.option("--kills", default=200, type=click.IntRange(min=1), help="How many runners die.")
@click.option("--at-once", default=6, type=click.IntRange(min=2), help="Runners at a time.")
@click.option("--tasks", default=5000, type=click.IntRange(min=1), help="How long the soak is.")
def main(names: tuple[str, ...], seed: int, kills: int, at_once: int, tasks: int) -> None:
    """Run the named scenarios, or all; exit 1 when anything was lost."""
    signal.signal(signal.SIGTERM, _interrupt)
    forget_environment()
    console = Console()
    show_machine(describe_machine(), console)
    console.print(f"seed {seed}")
    scenarios: dict[str, Callable[[], Report]] = {
        "kills": lambda: kill_runners(plan(kills, seed), at_once),
        "pauses": pause_runners,
        "outages": break_parts,
        "connections": cut_connections,
        "exhaustion": exhaust,
        "disk": fill_disks,
        "loops": end_loops,
        "rollbacks": kill_rollbacks,
        "deploys": lambda: judge_deploys(seed=seed),
        "soak": lambda: soak(tasks),
    }
    reports = []
    for name in names or scenarios:
        try:
            reports.append(scenarios[name]())
        except ShiploopError as error:
            raise click.ClickException(f"{name}: {error}") from error
        show(reports[-1], console)
    sys.exit(0 if all(report.ok for report in reports) else 1)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt  # so that what was started is stopped


if __name__ == "__main__":
    main()
