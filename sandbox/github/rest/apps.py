"""The GitHub App, its installation and that installation's tokens.

Source: https://docs.github.com/en/rest/apps/apps
"""

import secrets
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.github.app_authentication import INSTALLATION_ID, AppKey
from sandbox.github.payloads import accounts
from sandbox.github.payloads.timestamps import timestamp
from sandbox.github.rest.call import Call, Operation, Reply, not_found

_SLUG = "shiploop"
_KEY_BITS = 2048


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


def _convert(call: Call) -> Reply:
    """Give out the credentials of an App, once; it is the one App there is from then on.

    Source: https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest
    """
    github = call.github
    found = github.manifests.take(call.path["code"], github.now())
    if found is None:
        raise not_found()
    app_id, key = github.next_id(), rsa.generate_private_key(65537, _KEY_BITS)
    encoding = serialization.Encoding.PEM
    public = key.public_key().public_bytes(
        encoding, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    private = key.private_bytes(
        encoding, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    github.app_key = AppKey(app_id, public.decode())
    hooked = found.manifest.get("hook_attributes") is not None
    named = {"name": found.manifest.get("name", _SLUG), "external_url": found.manifest["url"]}
    secret = {
        "client_id": f"Iv1.{secrets.token_hex(8)}",
        "client_secret": secrets.token_hex(20),
        "webhook_secret": secrets.token_hex(20) if hooked else None,
        "pem": private.decode(),
    }
    asked = {
        "permissions": {"metadata": "read", **found.manifest.get("default_permissions", {})},
        "events": list(found.manifest.get("default_events", ())),
    }
    return Reply(201, accounts.app(github, app_id, _SLUG, found.owner) | named | asked | secret)


OPERATIONS = (
    Operation("POST", "/app-manifests/{code}/conversions", _convert),
    Operation("GET", "/app", _app, by_app=True),
    Operation("GET", "/repos/{owner}/{repo}/installation", _installation, by_app=True),
    Operation(
        "POST", "/app/installations/{installation_id}/access_tokens", _create_token, by_app=True
    ),
)
