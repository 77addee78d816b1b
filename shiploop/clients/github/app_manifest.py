"""Registers a GitHub App from a manifest, which a person confirms on GitHub's own page.

Source: https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
"""

from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr

from shiploop.clients.github.reading import understood
from shiploop.errors import GitHubRefused, GitHubUnavailable


@dataclass(frozen=True, slots=True)
class RegisteredApp:
    """An App as GitHub has registered it. `webhook_secret` is None where it has no webhook."""

    app_id: str
    page_url: str
    private_key: SecretStr
    webhook_secret: SecretStr | None

    @property
    def install_url(self) -> str:
        """Where its owner installs it."""
        return f"{self.page_url}/installations/new"


def web_url(api_url: str) -> str:
    """GitHub's pages, for its API: github.com, or a server of one's own."""
    base = api_url.rstrip("/")
    return (
        "https://github.com" if base == "https://api.github.com" else base.removesuffix("/api/v3")
    )


def registration_url(api_url: str, organization: str | None, state: str) -> str:
    """The page that the manifest is posted to, of an organization or of one's own account."""
    of = f"/organizations/{organization}" if organization else ""
    return f"{web_url(api_url)}{of}/settings/apps/new?{urlencode({'state': state})}"


@understood
def fetch_app(http: httpx.Client, api_url: str, code: str) -> RegisteredApp:
    """Exchange the code that GitHub has handed to the browser. Nobody else can: it is good once.

    Raises GitHubRefused and GitHubUnavailable, in words without the code.
    Source: https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest
    """
    url = f"{api_url.rstrip('/')}/app-manifests/{code}/conversions"
    try:
        reply = http.post(url, headers={"accept": "application/vnd.github+json"})
    except httpx.HTTPError as error:
        raise GitHubUnavailable("GitHub did not answer with the App's key") from error
    if reply.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise GitHubUnavailable(f"GitHub answered {reply.status_code} instead of the App's key")
    if not reply.is_success:
        raise GitHubRefused("GitHub does not know the App's code (any more)", reply.status_code)
    told = reply.json()
    secret = told.get("webhook_secret")
    return RegisteredApp(
        app_id=str(int(told["id"])),
        page_url=str(told["html_url"]),
        private_key=SecretStr(str(told["pem"])),
        webhook_secret=SecretStr(str(secret)) if secret else None,
    )
