"""Where the GitHub token comes from: given, or an App installation's."""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import httpx
import jwt

from shiploop.clients.github.redirects import send_followed
from shiploop.clients.github.refusals import denial_in_words
from shiploop.errors import GitHubIncomplete, GitHubUnauthorized, GitHubUnavailable


class TokenSource(Protocol):
    """Hands out the token that is to be used now."""

    def __call__(self) -> str:
        """The token. Raises the GitHub errors of `shiploop.errors`."""

    def forget(self, refused: str) -> bool:
        """GitHub takes this one no more; False where there is no other to try."""


_REFRESH_BEFORE_S = 300  # tokens live an hour; a run must not see one end
_JWT_LIFE_S = 540  # GitHub allows ten minutes at most
_CLOCK_SKEW_S = 60


class _FixedToken:
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self) -> str:
        return self._token

    def forget(self, refused: str) -> bool:
        return refused != self._token


def fixed_token(token: str) -> TokenSource:
    """A personal access token."""
    return _FixedToken(token)


class KeptToken:
    """A token that is kept elsewhere, such as in a block of Prefect's: read again when refused."""

    def __init__(self, load: Callable[[], str]) -> None:
        self._load = load
        self._token = load()

    def __call__(self) -> str:
        """Return the token as it was read last."""
        return self._token

    def forget(self, refused: str) -> bool:
        """Read it again; False where it is still the same."""
        if self._token == refused:
            self._token = self._load()
        return self._token != refused


def token_of_block(name: str) -> TokenSource:
    """The token of a `GitHubCredentials` block of prefect-github. Raises GitHubUnauthorized."""
    from prefect_github import GitHubCredentials  # 1 s and 64 MB, so only where it is used

    def load() -> str:
        token = GitHubCredentials.load(name, _sync=True).token
        if token is None:
            raise GitHubUnauthorized(f"block {name} has no token", "Set the token of the block")
        return str(token.get_secret_value())

    return KeptToken(load)


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

    def forget(self, refused: str) -> bool:
        """Renew it at the next use: the App was installed anew, or its token was revoked."""
        with self._lock:
            if self._token == refused:
                self._expires_at = 0.0
            return True

    def _renew(self) -> None:
        installation = self._ask("GET", f"/repos/{self._repository}/installation")
        try:
            path = f"/app/installations/{installation['id']}/access_tokens"
            answer = self._ask("POST", path)
            expires_at = datetime.fromisoformat(str(answer["expires_at"])).timestamp()
            self._token = str(answer["token"])
        except (KeyError, TypeError, ValueError) as error:
            raise GitHubIncomplete("GitHub's answer holds no installation token") from error
        self._expires_at = expires_at

    def _ask(self, method: str, path: str) -> dict[str, object]:
        authorization = f"Bearer {self._jwt()}"
        headers = {"authorization": authorization, "accept": "application/vnd.github+json"}
        try:
            reply = send_followed(
                lambda url: self._http.request(method, url, headers=headers),
                f"{self._api_url}{path}",
            )
        except httpx.HTTPError as error:
            raise GitHubUnavailable(f"GitHub did not answer {method} {path}") from error
        if reply.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise GitHubUnavailable(f"GitHub answered {reply.status_code} to {method} {path}")
        if not reply.is_success:
            what = f"GitHub answered {reply.status_code} to {method} {path}"
            ask = (
                f"See whether App {self._app_id} is installed on {self._repository}, this is its "
                "key, and this machine's clock is right"
            )
            raise GitHubUnauthorized(what, denial_in_words(reply.text) or ask)
        return _object(reply)

    def _jwt(self) -> str:
        now = int(time.time())
        claims = {"iat": now - _CLOCK_SKEW_S, "exp": now + _JWT_LIFE_S, "iss": self._app_id}
        try:
            return jwt.encode(claims, self._private_key, algorithm="RS256")
        except (jwt.InvalidKeyError, TypeError) as error:
            raise GitHubUnauthorized(
                "GITHUB_APP_PRIVATE_KEY is not an RSA private key in PEM format",
                "Set it to all of the file that GitHub has given for the App",
            ) from error


def _object(reply: httpx.Response) -> dict[str, object]:
    try:
        answer = reply.json()
    except ValueError as error:  # a proxy's page
        raise GitHubUnavailable("GitHub's answer to the App is not JSON") from error
    return answer if isinstance(answer, dict) else {}
