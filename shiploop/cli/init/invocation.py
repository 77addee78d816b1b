"""How `shiploop init` is typed."""

import re
from pathlib import Path

import click


@click.command()
@click.argument("repository", metavar="OWNER/NAME")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("shiploop-init"),
    show_default=True,
    help="Where the files go that the token may not write.",
)
@click.option(
    "--app",
    type=click.Choice(["account", "organization"]),
    help="Register a GitHub App of your account's, or of the organization's that OWNER is.",
)
def init(repository: str, folder: Path, app: str | None) -> None:
    """Set shiploop up for a repository of yours.

    Reads the repository with GITHUB_TOKEN, or a GitHub App, of the environment; writes .env, which
    is never overwritten, and opens a draft pull request with the workflows. Prints what is left to
    click, and ends as `doctor` does. With --app it first has you register an App in a browser.
    """
    from shiploop.cli.init.command import run_init

    if not re.fullmatch(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}", repository):
        raise click.UsageError("name the repository as OWNER/NAME")
    run_init(repository, folder, app)
