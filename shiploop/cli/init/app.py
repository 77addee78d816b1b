"""Registers a GitHub App of the user's own, and keeps what only its owner may have."""

import json
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click
import httpx
from pydantic import SecretStr

from shiploop.bootstrap import token_source
from shiploop.cli.init import report_messages as messages
from shiploop.cli.init.env_file import write_env_file
from shiploop.cli.init.manifest import app_manifest, hook_url
from shiploop.cli.init.manifest_page import ManifestPage, serve_page
from shiploop.clients.github.app_manifest import (
    RegisteredApp,
    fetch_app,
    registration_url,
    web_url,
)
from shiploop.errors import GitHubUnauthorized, GitHubUnavailable
from shiploop.settings import Settings

ENV_FILE: Final = Path(".env")
KEY_FILE: Final = Path("shiploop-app.pem")
# GitHub keeps the code for an hour; who is at it takes minutes.
_PATIENCE_S: Final = 900.0
_LOOK_AGAIN_S: Final = 2.0


def register_app(
    settings: Settings,
    http: httpx.Client,
    repository: str,
    *,
    of_organization: bool,
    tell: Callable[[str], None] = click.echo,
    patience_s: float = _PATIENCE_S,
) -> Settings:
    """Register an App with a person at the browser, and wait until it is installed.

    Gives back the settings with the App in them, which `.env` has by then. Raises ClickException,
    ShiploopError and OSError.
    """
    for path in (ENV_FILE, KEY_FILE):
        if path.exists():
            raise click.ClickException(f"{path} is there already: move it away, nothing is lost")
    app = _ask_for(settings, http, repository, tell, patience_s, of_organization=of_organization)
    settings = _keep(settings, app)
    tell(messages.format_registered(KEY_FILE, app.install_url))
    if not _is_installed_in_time(settings, http, repository, patience_s):
        raise click.ClickException(f"the App was not installed in time: {app.install_url}")
    return settings


def _ask_for(
    settings: Settings,
    http: httpx.Client,
    repository: str,
    tell: Callable[[str], None],
    patience_s: float,
    *,
    of_organization: bool,
) -> RegisteredApp:
    api_url = settings.github_api_url
    organization = repository.partition("/")[0] if of_organization else None

    def prepare(page: ManifestPage) -> tuple[str, str]:
        about = f"{web_url(api_url)}/{repository}"
        manifest = app_manifest(repository, about, page.redirect_url, hook_url(settings.api_url))
        return registration_url(api_url, organization, page.state), json.dumps(manifest)

    with serve_page(prepare) as page:
        tell(messages.format_page(page.url, patience_s))
        code = page.await_code(patience_s)
    if code is None:
        raise click.ClickException("no App was registered in time: nothing has changed")
    return fetch_app(http, api_url, code)


def _keep(settings: Settings, app: RegisteredApp) -> Settings:
    """Write down at once what GitHub gives once, for the owner alone to read."""
    descriptor = os.open(KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(app.private_key.get_secret_value())
    secret = app.webhook_secret or SecretStr(secrets.token_hex(32))
    key_file = KEY_FILE.resolve()
    variables = {
        "GITHUB_APP_ID": app.app_id,
        "GITHUB_APP_PRIVATE_KEY_FILE": str(key_file),
        "GITHUB_WEBHOOK_SECRET": secret.get_secret_value(),
    }
    write_env_file(ENV_FILE, variables)
    ours = {
        "github_token": None,
        "github_credentials_block": None,
        "github_app_id": app.app_id,
        "github_app_private_key": None,
        "github_app_private_key_file": key_file,
        "github_webhook_secret": secret,
    }
    return settings.model_copy(update=ours)


def _is_installed_in_time(
    settings: Settings, http: httpx.Client, repository: str, patience_s: float
) -> bool:
    token, give_up_at = token_source(settings, http, repository), time.monotonic() + patience_s
    while time.monotonic() < give_up_at:
        try:
            token()
        except (GitHubUnauthorized, GitHubUnavailable):
            time.sleep(_LOOK_AGAIN_S)
        else:
            return True
    return False
