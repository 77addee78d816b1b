"""The manifest of shiploop's GitHub App: its rights, its events, and where it is told of them."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from shiploop.domain.delivery.webhook_facts import WEBHOOK_EVENTS

# https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-using-url-parameters
APP_RIGHTS: Final[Mapping[str, str]] = {
    "contents": "write",
    "pull_requests": "write",
    "issues": "write",
    "actions": "write",
    "checks": "read",
    "statuses": "read",
    "deployments": "read",
}
# GitHub tells them to who may administer only, which an App of ours may not.
_FOR_ADMINISTRATORS: Final = frozenset({"branch_protection_rule", "repository_ruleset"})
_LONGEST_NAME: Final = 34  # GitHub takes no longer one


def app_name(repository: str) -> str:
    """What the App is called, unless the person says otherwise on GitHub."""
    return f"shiploop {repository.partition('/')[2]}"[:_LONGEST_NAME]


def hook_url(api_url: str | None) -> str | None:
    """Where GitHub can reach our API, None where it cannot."""
    if api_url is None or urlsplit(api_url).scheme != "https":
        return None
    return f"{api_url.rstrip('/')}/webhooks/github"


def app_manifest(
    repository: str, page_url: str, redirect_url: str, hook: str | None
) -> Mapping[str, Any]:
    """The App as it is asked for. It belongs to the owner alone, and asks nobody to log in.

    Source: https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#github-app-manifest-parameters
    """
    manifest: dict[str, Any] = {
        "name": app_name(repository),
        "url": page_url,
        "redirect_url": redirect_url,
        "public": False,
        "default_permissions": dict(APP_RIGHTS),
    }
    if hook is not None:
        manifest["hook_attributes"] = {"url": hook}
        manifest["default_events"] = sorted(WEBHOOK_EVENTS - _FOR_ADMINISTRATORS)
    return manifest
