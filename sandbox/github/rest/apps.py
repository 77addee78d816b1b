"""The GitHub App, its installation and that installation's tokens.

Source: https://docs.github.com/en/rest/apps/apps
"""

from typing import Any

from sandbox.github.app_authentication import INSTALLATION_ID
from sandbox.github.payloads import accounts
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.rest.call import Call, Operation, Reply, not_found

_SLUG = "shiploop"


def _app(call: Call) -> Reply:
    return Reply(200, accounts.app(call.github, _app_id(call), _SLUG, call.actor))


def _app_id(call: Call) -> int:
    return 0 if call.github.app_key is None else call.github.app_key.app_id


def _installation(call: Call) -> Reply:
    return Reply(200, _installation_payload(call))


def _installation_payload(call: Call) -> dict[str, Any]:
    github, owner = call.github, call.repository.owner
    return {
        "id": INSTALLATION_ID,
        "account": accounts.user(github, owner),
        "app_id": _app_id(call),
        "app_slug": _SLUG,
        "target_id": owner.id,
        "target_type": owner.kind,
        "single_file_name": None,
        "repository_selection": "selected",
        "access_tokens_url": f"{github.url}/app/installations/{INSTALLATION_ID}/access_tokens",
        "repositories_url": f"{github.url}/installation/repositories",
        "html_url": f"{github.url}/organizations/{owner.login}/settings/installations",
        "permissions": dict(accounts.APP_PERMISSIONS),
        "events": ["check_run", "pull_request", "push"],
        "suspended_by": None,
        "suspended_at": None,
        "created_at": timestamp(github.started_at),
        "updated_at": timestamp(github.started_at),
    }


def _create_token(call: Call) -> Reply:
    if call.number("installation_id") != INSTALLATION_ID:
        raise not_found()
    token = call.github.accounts.issue_installation_token(call.actor)
    return Reply(
        201,
        {
            "token": token.token,
            "expires_at": timestamp(token.expires_at),
            "permissions": dict(accounts.APP_PERMISSIONS),
            "repository_selection": "selected",
        },
    )


OPERATIONS = (
    Operation("GET", "/app", _app, by_app=True),
    Operation("GET", "/repos/{owner}/{repo}/installation", _installation, by_app=True),
    Operation(
        "POST", "/app/installations/{installation_id}/access_tokens", _create_token, by_app=True
    ),
)
