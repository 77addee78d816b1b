"""Reads the repository, writes `.env` and a draft pull request, and asks the doctor."""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import click
import httpx
from rich.console import Console

from shiploop.bootstrap import token_source
from shiploop.cli.checked_settings import checked_settings
from shiploop.cli.doctor import diagnose, show_findings
from shiploop.cli.init import report_messages as messages
from shiploop.cli.init.app import ENV_FILE, register_app
from shiploop.cli.init.env_file import add_to_env_file, write_env_file
from shiploop.cli.init.found import Found
from shiploop.cli.init.manifest import hook_url
from shiploop.cli.init.proposal import (
    BRANCH,
    TITLE,
    Ours,
    app_url,
    proposed_clicks,
    proposed_files,
    proposed_settings,
)
from shiploop.cli.init.reading import Read, read_repository
from shiploop.clients.github.transport import GitHubTransport
from shiploop.domain.delivery.branches import BranchPrefixes
from shiploop.domain.delivery.pull_request import Base, PullRequestState
from shiploop.domain.delivery.pull_request import Found as FoundPull
from shiploop.domain.delivery.wording import Wording
from shiploop.errors import DraftsUnsupported, PermanentError, ShiploopError
from shiploop.settings import Settings, variable_of

_PROJECT: Final = Path(__file__).resolve().parents[3]
_TIMEOUT_S: Final = 20.0
# What stands in the environment of whoever types this.
_GIVEN: Final = (
    "github_api_url",
    "github_token",
    "github_app_id",
    "github_app_private_key",
    "github_app_private_key_file",
    "github_credentials_block",
    "branch_prefix",
    "rollback_branch_prefix",
    "api_url",
)


def run_init(repository: str, folder: Path, app_of: str | None = None) -> None:
    """Set shiploop up for a repository. Raises ShiploopError, ClickException and OSError.

    `app_of` is whose GitHub App is registered first: that of an account, or of an organization.
    """
    settings = checked_settings().model_copy(update={"github_repo": repository})
    with httpx.Client(timeout=_TIMEOUT_S) as http:
        if app_of is not None:
            of_organization = app_of == "organization"
            settings = register_app(settings, http, repository, of_organization=of_organization)
        token = token_source(settings, http, repository)
        transport = GitHubTransport(http, settings.github_api_url, token)
        read = read_repository(settings, repository, transport, token)
        click.echo(messages.format_found(read.found))
        _write_settings(settings, read.found, begun=app_of is not None)
        prefixes = BranchPrefixes(settings.branch_prefix, settings.rollback_branch_prefix)
        pull_url = _propose(read, folder, prefixes)
    is_hooked = app_of is not None and hook_url(settings.api_url) is not None
    clicks = proposed_clicks(read.found, is_hooked=is_hooked)
    app_page = app_url(read.found) if app_of is None else ""
    click.echo(f"\n{messages.format_clicks(pull_url, clicks, app_page)}\n")
    show_findings(diagnose(checked_settings()), Console())


def _write_settings(settings: Settings, found: Found, *, begun: bool) -> None:
    """Write `.env`; one that was `begun` with an App is gone on with."""
    path, proposed = ENV_FILE, proposed_settings(found)
    if begun:
        added = {name: value for name, value in _given(settings).items() if "APP" not in name}
        add_to_env_file(path, {**added, **proposed})
        click.echo(messages.format_settings(path, {**added, **proposed}, is_written=True))
        return
    secret = {"GITHUB_WEBHOOK_SECRET": secrets.token_hex(32)}
    variables = {**_given(settings), **secret, **proposed}
    if write_env_file(path, variables):
        click.echo(messages.format_settings(path, variables, is_written=True))
    else:
        click.echo(messages.format_settings(path, proposed, is_written=False))


def _given(settings: Settings) -> dict[str, str]:
    given = settings.as_environment()
    names = [variable_of(name) for name in _GIVEN]
    return {name: given[name] for name in names if name in given}


def _propose(read: Read, folder: Path, prefixes: BranchPrefixes) -> str | None:
    """Open the draft pull request, or leave its files in the folder; its URL where it is there."""
    files = proposed_files(read.found, _ours(), prefixes)
    base = read.github.read_base(tuple(files))
    lacking = {path: text.encode() for path, text in files.items() if base.files[path] != text}
    if not lacking:
        click.echo(messages.NOTHING_LACKS)
        return None
    earlier = read.github.find_pull_request(BRANCH)
    try:
        pull_url = _pull_request(read, base, earlier, lacking)
    except PermanentError as error:
        if earlier.written is None:
            with suppress(ShiploopError):  # it may have been made before its commit was refused
                read.github.delete_branch(BRANCH)
        _leave(folder, lacking)
        click.echo(messages.format_left_in(folder.resolve(), read.found.branch, str(error)))
        return None
    click.echo(messages.format_opened(pull_url, sorted(lacking)))
    return pull_url


def _pull_request(read: Read, base: Base, earlier: FoundPull, files: Mapping[str, bytes]) -> str:
    """The pull request of an earlier time, where there is one, else a new one."""
    if earlier.pull is not None and earlier.pull.state is PullRequestState.OPEN:
        return earlier.pull.url
    github, body = read.github, messages.format_pull_request(read.found, files)
    title = Wording(read.found.commit_title).of_title(TITLE)
    if earlier.written is None:
        with suppress(DraftsUnsupported):
            return github.open_pull_request(
                base, BRANCH, dict(files), (title, ""), body, draft=True
            ).url
    return github.create_pull_request(base.repository_id, BRANCH, title, body).url


def _leave(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _ours() -> Ours:
    folder = _PROJECT / "deployments" / "github" / "workflows"
    if not folder.is_dir():
        raise click.ClickException(
            "the workflows are in no wheel: run it in a checkout of shiploop"
        )
    workflows = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yml")}
    rules = _PROJECT / "sandbox" / "sample_repository" / ".rumdl.toml"
    return Ours(workflows, rules.read_text(encoding="utf-8"))
