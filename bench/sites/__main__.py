"""`python -m bench.sites`: whether readers see the entries on pages that generators build."""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import yaml
from rich.console import Console
from rich.table import Table

from bench.sites.building import Generator, NotBuilt, build, install, read_generators
from bench.sites.shipping import Shipped, ship
from shiploop.agents.agent import Agent
from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.domain.production.reading import read_page

_SEQUENCES = Path(__file__).with_name("sequences.yaml")


@dataclass(slots=True)
class _Seen:
    """What came of the entries on one generator's pages, by the name of the sequence."""

    shipped: Shipped
    broke: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    without_anchor: list[str] = field(default_factory=list)
    problem: str = ""


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(read_generators())))
@click.option(
    "--faq",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Other sequences: a YAML file of names and Markdown.",
)
@click.option("--keep", type=click.Path(path_type=Path), help="Where generators stay installed.")
def main(names: tuple[str, ...], faq: Path | None, keep: Path | None) -> None:
    """Build the FAQ with the named generators, or all; exit 1 where an entry is not seen."""
    sequences = yaml.safe_load((faq or _SEQUENCES).read_text(encoding="utf-8"))
    console = Console()
    with TemporaryDirectory() as scratch:
        home = keep or Path(scratch)
        generators = read_generators()
        seen = {
            name: _look(generators[name], home / name, sequences) for name in names or generators
        }
    _show_refusals(seen, console)
    _show(seen, len(sequences), console)
    sys.exit(
        0 if all(not (each.broke or each.lost or each.problem) for each in seen.values()) else 1
    )


def _look(generator: Generator, home: Path, sequences: Mapping[str, str]) -> _Seen:
    agent, shipped = ship(sequences, generator.files, generator.front)
    found = _Seen(shipped)
    try:
        install(generator, home.resolve())
        build(generator, home.resolve(), _pages(agent, shipped, ()))  # it can at all
        _build_and_read(generator, home.resolve(), agent, shipped, list(shipped.proposals), found)
    except NotBuilt as error:
        found.problem = str(error)
    return found


def _build_and_read(
    generator: Generator,
    home: Path,
    agent: Agent[Any],
    shipped: Shipped,
    names: Sequence[str],
    found: _Seen,
) -> None:
    """Build all at once; where that fails, halves, until those are known that break it."""
    try:
        html = build(generator, home, _pages(agent, shipped, names))
    except NotBuilt:
        if len(names) == 1:
            found.broke += names
            return
        middle = len(names) // 2
        for half in (names[:middle], names[middle:]):
            _build_and_read(generator, home, agent, shipped, half, found)
        return
    for name in names:
        place = read_page(html).find(agent.seen(shipped.proposals[name]).texts)
        (found.lost if place is None else found.seen).append(name)
        if place is not None and not place.anchor:
            found.without_anchor.append(name)


def _pages(agent: Agent[Any], shipped: Shipped, names: Sequence[str]) -> dict[str, str]:
    """The FAQ with these entries, and what it links to.

    The page that is quoted from is written for no generator: only the FAQ is looked at.
    """
    stub = "# Sequences\n\nThey are quoted in the FAQ.\n"
    others = {
        path: shipped.front + (stub if path.endswith("sequences.md") else text)
        for path, text in shipped.pages.items()
    }
    return {**others, FAQ_PATH: shipped.faq(agent, names)}


def _show_refusals(seen: Mapping[str, _Seen], console: Console) -> None:
    """Each refusal once, with the generators that it holds for."""
    refused: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name, each in seen.items():
        for sequence, reason in each.shipped.refusals.items():
            refused[sequence, reason].append(name)
    for (sequence, reason), names in refused.items():
        where = "all" if len(names) == len(seen) else ", ".join(names)
        console.print(f"{sequence} ({where}): {reason}", highlight=False, markup=False)


def _show(seen: Mapping[str, _Seen], asked: int, console: Console) -> None:
    heads = ("generator", "dialect", "ships", "builds", "seen", "own anchor")
    table = Table(*heads, "what is lost, and what breaks it")
    for name, each in seen.items():
        ships = len(each.shipped.proposals)
        told = ", ".join((*each.lost, *(f"breaks: {one}" for one in each.broke))) or "nothing"
        table.add_row(
            name,
            each.shipped.dialect,
            f"{ships} of {asked}",
            f"{ships - len(each.broke)}" if not each.problem else "no",
            f"{len(each.seen)}",
            f"{len(each.seen) - len(each.without_anchor)}",
            each.problem[-300:] or told,
        )
    console.print(table)


if __name__ == "__main__":
    main()
