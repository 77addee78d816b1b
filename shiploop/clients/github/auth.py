"""Where the GitHub token comes from: given, or an App installation's."""

import threading
import time
from collections.abc import Callable
from datetime import datetime

import httpx
import jwt

from shiploop.errors import GitHubUnauthorized, GitHubUnavailable

TokenSource = Callable[[], str]

_REFRESH_BEFORE_S = 300  # tokens live an hour; a run must not see one end
_JWT_LIFE_S = 540  # GitHub allows ten minutes at most
_CLOCK_SKEW_S = 60


def fixed_token(token: str) -> TokenSource:
    """A personal access token, or one that a Prefect `GitHubCredentials` block holds."""
    return lambda: token


class InstallationToken:
    """The token of the App's installation on one repository, renewed before it ends.

    Source: https://docs.github.com/en/apps/creating-github-apps/
    authenticating-with-a-github-app/authenticating-as-a-github-app-installation
    """

    def __init__(
        self, http: httpx.Client, api_url: str, app_id: str, private_key: str, repository: str
    ) -> None:
        self._http = http
        self._api_url = api_url.rstrip("/")
        self._app_id = app_id
        self._private_key = private_key
        self._repository = repository
        self._lock = threading.Lock()
        self._token = ""
        self._expires_at = 0.0

    def __call__(self) -> str:
        """Return a token that lives at least five minutes more."""
        with self._lock:
            if time.time() > self._expires_at - _REFRESH_BEFORE_S:
                self._renew()
            return self._token

    def _renew(self) -> None:
        installation = self._ask("GET", f"/repos/{self._repository}/installation")["id"]
        answer = self._ask("POST", f"/app/installations/{installation}/access_tokens")
        self._token = str(answer["token"])
        self._expires_at = datetime.fromisoformat(str(answer["expires_at"])).timestamp()

    def _ask(self, method: str, path: str) -> dict[str, object]:
        authorization = f"Bearer {self._jwt()}"
        headers = {"authorization": authorization, "accept": "application/vnd.github+json"}
        try:
            reply = self._http.request(method, f"{self._api_url}{path}", headers=headers)
        except httpx.HTTPError as error:
            raise GitHubUnavailable(f"GitHub did not answer {method} {path}") from error
        if reply.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise GitHubUnavailable(f"GitHub answered {reply.status_code} to {method} {path}")
        if reply.is_error:
            raise GitHubUnauthorized(
                f"GitHub answered {reply.status_code} to {method} {path}: is App "
                f"{self._app_id} installed on {self._repository}, and is this its key?"
            )
        answer: dict[str, object] = reply.json()
        return answer

    def _jwt(self) -> str:
        now = int(time.time())
        claims = {"iat": now - _CLOCK_SKEW_S, "exp": now + _JWT_LIFE_S, "iss": self._app_id}
        try:
            return jwt.encode(claims, self._private_key, algorithm="RS256")
        except (jwt.InvalidKeyError, TypeError) as error:
            raise GitHubUnauthorized(
                "GITHUB_APP_PRIVATE_KEY is not an RSA private key in PEM format"
            ) from error
