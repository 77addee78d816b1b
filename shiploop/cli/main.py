"""The `shiploop` command."""

import getpass
import json
import socket
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from shiploop.cli.api_client import open_api, outcome_line, stage_lines
from shiploop.cli.autonomy import approve, autonomy
from shiploop.cli.checked_settings import checked_settings
from shiploop.cli.drill.faults import DrillFault
from shiploop.cli.init.invocation import init
from shiploop.cli.stopping import Interrupted, Stop
from shiploop.errors import ShiploopError

if TYPE_CHECKING:
    from shiploop.stack.stack import Stack

_INTERRUPTED = 130  # by Ctrl-C, as a shell tells it
_ROLLBACK_MODES = ("auto", "approval", "shadow", "off")


class _Failing(click.Group):
    """Ends with the sentence of an expected error, or the code of a signal; without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        try:
            return super().invoke(ctx)
        except ShiploopError as error:
            raise click.ClickException(str(error)) from error
        except Interrupted as interrupt:
            ctx.exit(interrupt.exit_code)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(_INTERRUPTED)


@click.group(cls=_Failing)
def main() -> None:
    """Take a question to a verified answer in production."""


main.add_command(approve)
main.add_command(autonomy)
main.add_command(init)


@main.command()
@click.argument("question")
@click.option("--follow", is_flag=True, help="Show each stage; exit 1 unless it ends as done.")
def ask(question: str, follow: bool) -> None:
    """Ask a running shiploop a question; print the task's id."""
    api = open_api()
    asked = api.ask(question)
    click.echo(asked["task_id"])
    if follow:
        for line in stage_lines(api.follow(asked["task_id"])):
            click.echo(line)
        task = api.task(asked["task_id"])
        click.echo(outcome_line(task))
        sys.exit(0 if task["status"] == "done" else 1)


@main.command()
@click.argument("task_id")
def status(task_id: str) -> None:
    """Print where a task stands, as JSON."""
    click.echo(json.dumps(open_api().task(task_id), indent=2, ensure_ascii=False))


@main.command()
@click.argument("task_id")
def cancel(task_id: str) -> None:
    """Cancel a task; what is merged already stays merged."""
    open_api().cancel(task_id)
    click.echo("cancelling")


@main.command()
@click.argument("reason")
def freeze(reason: str) -> None:
    """Merge nothing more until `unfreeze`, rollbacks excepted."""
    from shiploop.cli import operations  # it brings Redis along, which loads slowly

    operations.freeze(checked_settings(), reason, owner=_person())
    click.echo("frozen: `shiploop unfreeze` lets merges go on")


@main.command()
def unfreeze() -> None:
    """Let merges go on, whoever has frozen them."""
    from shiploop.cli import operations

    lifted = operations.unfreeze(checked_settings())
    told = f"lifted the freeze of {operations.described(lifted)}" if lifted else None
    click.echo(told or "merges were not frozen")


@main.command()
@click.argument("merge_sha_or_task_id")
@click.option("--reason", required=True, help="Why: it is written into the pull request.")
def rollback(merge_sha_or_task_id: str, reason: str) -> None:
    """Undo one merge, and see production healthy again.

    Prints the id of the Prefect flow run that does it. A merge is rolled back once: a run that
    asks for it again ends as Refused, and says which one did it.
    """
    from shiploop.cli import operations

    started = operations.roll_back(checked_settings(), merge_sha_or_task_id, reason)
    click.echo(started.run_id)
    click.echo(f"watch it at {started.url}")


@main.command("rollback-mode")
@click.argument("mode", required=False, type=click.Choice(_ROLLBACK_MODES))
@click.option("--reset", is_flag=True, help="Let SHIPLOOP_ROLLBACK decide again.")
def rollback_mode(mode: str | None, reset: bool) -> None:
    """Show or switch what is done about a broken deploy.

    auto: it is rolled back. approval: it is once a person says so in Prefect. shadow: what
    would be done is only reported. off: there is only an incident. Holds for all runners of
    the stack at once, until it is switched again or reset.
    """
    from shiploop.cli import operations

    settings = checked_settings()
    if mode and reset:
        raise click.UsageError("give a mode or --reset, not both")
    if mode or reset:
        operations.set_rollback_mode(settings, mode)
    switched = operations.read_rollback_mode(settings)
    click.echo(switched or f"{settings.rollback} (SHIPLOOP_ROLLBACK, as it is set here)")


@main.command()
@click.argument("alert")
@click.option("--reason", required=True, help="Why: the dashboard shows it.")
@click.option("--minutes", type=click.IntRange(1, 7 * 24 * 60), default=120, show_default=True)
def silence(alert: str, reason: str, minutes: int) -> None:
    """Tell nobody of an alert for a while.

    ALERT is a name such as success-rate-burn-rate; the dashboard and Slack show them.
    """
    from shiploop.cli import operations

    operations.silence(checked_settings(), alert, reason, minutes * 60)
    click.echo(f"silenced for {minutes} min: `shiploop unsilence {alert}` ends it sooner")


@main.command()
@click.argument("alert")
def unsilence(alert: str) -> None:
    """Tell people of an alert again."""
    from shiploop.cli import operations

    ended = operations.unsilence(checked_settings(), alert)
    click.echo("people are told again" if ended else "it was not silenced")


@main.command()
@click.option("--tasks", "count", type=click.IntRange(1, 100_000), default=200, show_default=True)
@click.option("--hours", type=click.IntRange(1, 24), default=24, show_default=True)
@click.option("--remove", is_flag=True, help="Take all simulated tasks back instead.")
def simulate(count: int, hours: int, remove: bool) -> None:
    """Fill the numbers with simulated tasks.

    It is for seeing the pages of a running stack alive. They are marked as simulated, and
    count in all numbers until they are removed.
    """
    from shiploop.cli import operations

    if remove:
        click.echo(f"removed {operations.remove_simulated(checked_settings())} simulated tasks")
        return
    operations.simulate(checked_settings(), count, hours)
    click.echo(f"simulated {count} tasks: `shiploop simulate --remove` takes them back")


@main.command()
def doctor() -> None:
    """Look at everything that shiploop needs; say what to do."""
    from shiploop.cli.doctor import diagnose, exit_code, show_findings

    findings = diagnose(checked_settings())
    show_findings(findings, Console())
    sys.exit(exit_code(findings))


@main.command("prefect-password")
def prefect_password() -> None:
    """Print what the UI of the stack's Prefect asks for."""
    from shiploop.stack.home import known_prefect_auth_string

    auth_string = known_prefect_auth_string(checked_settings())
    if auth_string is None:
        raise click.ClickException("no stack has made one in SHIPLOOP_HOME: `shiploop up` does")
    click.echo(auth_string)


@main.command()
def up() -> None:
    """Start the whole stack, and keep it running until Ctrl-C.

    Exits 0 when it ran and was stopped; 130 or 143, when Ctrl-C or SIGTERM came before that.
    """
    console, stop = Console(), Stop()
    with stop.running(_stack(console, stop, dashboard=True)) as addresses, stop.interrupting():
        _run_until_interrupted(
            console,
            f"\nDashboard  {addresses.dashboard}\nAPI        {addresses.api}/docs\n"
            f"Prefect    {addresses.prefect}\nGitHub     {addresses.github}\n"
            f"Site       {addresses.site}\n",
        )


@main.command()
@click.argument("question", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, and nothing else.")
@click.option("--keep", is_flag=True, help="Leave the stack running until Ctrl-C.")
def demo(question: str | None, as_json: bool, keep: bool) -> None:
    """Start everything, ask one question, show its way, stop.

    Without GITHUB_REPO the question goes to the sandbox's sample repository. Exits 1 with the
    reason unless the answer was merged and verified.
    """
    from shiploop.cli import demo as show

    console, stop = Console(quiet=as_json), Stop()
    with stop.running(_stack(console, stop, dashboard=keep)) as addresses, stop.interrupting():
        task = show.ask_and_watch(open_api(addresses.api), question or show.QUESTION, console)
        result = show.demo_result(task, addresses)
        show.show_result(result, task, console)
        if as_json:
            click.echo(json.dumps(result.as_json(), ensure_ascii=False))
        if keep:
            _run_until_interrupted(console, f"\nDashboard {addresses.dashboard}")
    if not keep:
        console.print("\nEverything is stopped again; `make up` starts it and keeps it running.")
    if result.outcome != "done":
        sys.exit(1)


@main.command()
@click.argument("fault", type=click.Choice([each.value for each in DrillFault]))
def drill(fault: str) -> None:
    """Drill one fault in a sandbox of its own.

    Starts a stack, breaks production, shows what happens live and how long the rollback took,
    and stops everything. Exits 1 with the reason unless production ended as it should.
    """
    from shiploop.cli.drill.drill import run_drill

    stop = Stop()
    stop.listen()
    if run_drill(DrillFault(fault), checked_settings(), Console(), stop) is not None:
        sys.exit(1)


def _person() -> str:
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (KeyError, OSError):  # a container's user may have no name
        return f"somebody@{socket.gethostname()}"


def _stack(console: Console, stop: Stop, *, dashboard: bool) -> "Stack":
    from shiploop.stack.stack import Stack  # what only a stack needs loads slowly

    def told(process: str) -> None:
        console.print(f"  {process} is ready")

    stop.listen()
    return Stack(checked_settings(), told, dashboard=dashboard, given_up=stop.given_up)


def _run_until_interrupted(console: Console, running: str) -> None:
    """Say what is running, and wait; whoever has read that it can be stopped may stop it."""
    with suppress(KeyboardInterrupt):
        console.print(f"{running}\nCtrl-C stops everything.")
        threading.Event().wait()


if __name__ == "__main__":
    main()
