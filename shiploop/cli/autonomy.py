"""Commands by which people decide: approve a suggestion, and say how far an agent may go."""

import click

from shiploop.cli.api_client import open_api
from shiploop.cli.checked_settings import checked_settings

_LEVELS = ("auto", "suggest")


@click.command()
@click.argument("task_id")
def approve(task_id: str) -> None:
    """Let a suggestion go on that waits for a person.

    It is merged when its required checks are green, unless somebody has asked for changes on
    GitHub.
    """
    open_api().approve(task_id)
    click.echo("approved: it goes on within some seconds")


@click.command()
@click.argument("agent", required=False)
@click.argument("level", required=False, type=click.Choice(_LEVELS))
@click.option("--reset", is_flag=True, help="Let SHIPLOOP_AUTONOMY decide again.")
@click.option("--forgive", is_flag=True, help="Give its kinds of answers their level back.")
def autonomy(agent: str | None, level: str | None, reset: bool, forgive: bool) -> None:
    """Show or switch how far agents go by themselves.

    auto: what the judge vouches for is merged unattended. suggest: a person decides on each.
    Holds for all runners of the stack at once, until it is switched again or reset. Whatever is
    set, a kind of answer that has done harm is suggested until it has earned its level back, or
    until somebody says with --forgive that the harm was none of its doing.
    """
    from shiploop.cli import operations

    settings = checked_settings()
    if (level or reset or forgive) and agent is None:
        raise click.UsageError("name the agent")
    if level and reset:
        raise click.UsageError("give a level or --reset, not both")
    if agent is not None and (level or reset):
        operations.set_autonomy(settings, agent, level)
    if agent is not None and forgive:
        operations.forgive(settings, agent)
    for line in operations.autonomy_lines(settings, agent):
        click.echo(line)
