"""`python -m bench.sites.loop`: the whole road on sites that real generators build."""

import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, Final
from urllib.parse import urlsplit

import click
import httpx
from rich.console import Console
from rich.table import Table

from bench.sites.building import install
from bench.sites.loop_world import LoopWorld, NotAsItShould, Site, read_sites, running_world
from bench.world import forget_environment
from shiploop.cli.api_client import outcome_line
from shiploop.domain.production.rollback import RollbackStatus
from shiploop.errors import ShiploopError

_GOOD: Final = "How do I back up the shelves?"
_ANSWER: Final = "/var/lib/shelves"
_BAD: Final = "What are shelves made of?"


@dataclass(slots=True)
class Told:
    """What came of one site."""

    build_s: float = 0.0
    done_s: float = 0.0
    entry: str = ""
    rollback: str = "not tried"
    problem: str = ""


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(read_sites())))
@click.option("--keep", type=click.Path(path_type=Path), help="Where generators stay installed.")
def main(names: tuple[str, ...], keep: Path | None) -> None:
    """Ask on each of the named sites, or all; exit 1 where a question did not end as it should."""
    forget_environment()
    console = Console()
    sites, told = read_sites(), {}
    with TemporaryDirectory() as scratch:
        for name in names or sites:
            told[name] = _try(sites[name], (keep or Path(scratch)).resolve() / name, console)
    _show(told, console)
    sys.exit(1 if any(each.problem for each in told.values()) else 0)


def _try(site: Site, installed: Path, console: Console) -> Told:
    told, home = Told(), Path(mkdtemp(prefix="shiploop-site-"))
    home.chmod(0o755)  # PostgreSQL runs as a user of its own where we are root
    try:
        install(site.generator, installed)
        with running_world(site, installed, home) as world:
            _ship(world, told, console)
            if site.ends:
                _break(world, site, told, console)
    except ShiploopError as error:
        told.problem = str(error)
        console.print(f"{site.generator.name}: {error}", markup=False, soft_wrap=True)
        console.print(f"The logs are in {home}", soft_wrap=True)
    else:
        shutil.rmtree(home, ignore_errors=True)
    return told


def _ship(world: LoopWorld, told: Told, console: Console) -> None:
    """A question becomes an entry that a reader finds at the address that is told."""
    began = time.monotonic()
    task = world.settled(_GOOD)
    told.done_s = time.monotonic() - began
    told.build_s = median(world.platform.builds_s.values())
    _expect(task["status"] == "done", f"{_GOOD} ended as {outcome_line(task)}")
    told.entry = str(task["entry_url"])
    page = httpx.get(told.entry.partition("#")[0], follow_redirects=True)
    _expect(page.is_success and _ANSWER in page.text, f"{told.entry} does not show the answer")
    console.print(f"{world.name}: done, {told.entry}", markup=False, soft_wrap=True)


def _break(world: LoopWorld, site: Site, told: Told, console: Console) -> None:
    """A merge that the site cannot bear is taken back, and production is healthy again."""
    before = world.document()
    task = world.settled(_BAD)
    ended = (task["status"], task.get("failure_kind"))
    _expect(ended == ("error", site.ends), f"{_BAD} ended as {outcome_line(task)}")
    task = world.wait(task["task_id"], _rollback_is_over)
    _expect(task["rollback"] == RollbackStatus.HEALTHY, f"the rollback ended as {_of(task)}")
    _expect(world.document() == before, "the FAQ is not what it was before the merge")
    page = httpx.get(told.entry.partition("#")[0], follow_redirects=True)
    _expect(_ANSWER in page.text, f"{told.entry} does not show the earlier answer any more")
    told.rollback = f"{site.ends}, then healthy after {task.get('trb_ms', 0) / 1000:.1f} s"
    console.print(f"{world.name}: {told.rollback}", markup=False, soft_wrap=True)


def _rollback_is_over(task: Mapping[str, Any]) -> bool:
    return "rollback" in task and RollbackStatus(task["rollback"]).ended


def _of(task: Mapping[str, Any]) -> str:
    return f"{task['rollback']}: {task.get('rollback_reason')}"


def _expect(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise NotAsItShould(otherwise)


def _show(told: Mapping[str, Told], console: Console) -> None:
    table = Table("site", "a build takes", "asked to done", "entry", "a bad merge")
    for name, each in told.items():
        if each.problem:
            table.add_row(name, "", "", "", each.problem[-300:])
            continue
        build, done = f"{each.build_s:.1f} s", f"{each.done_s:.1f} s"
        table.add_row(name, build, done, _within_site(each.entry), each.rollback)
    console.print(table)


def _within_site(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}#{parts.fragment}" if parts.fragment else parts.path


if __name__ == "__main__":
    main()
