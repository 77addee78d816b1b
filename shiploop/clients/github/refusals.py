"""What GitHub's HTTP answers mean: pure thinking, no I/O.

Sources: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api and,
for limits, .../rate-limits-for-the-rest-api
"""

import json
import re
from collections.abc import Mapping

import httpx

from shiploop.clients.github.limits import asked_pause_s, read_retry_after_s
from shiploop.errors import (
    GitHubNotFound,
    GitHubRateLimited,
    GitHubRefused,
    GitHubUnauthorized,
    GitHubUnavailable,
    GitHubUncertain,
    ShiploopError,
)

RIGHTS = (
    "contents, pull requests, issues and actions: write; checks, statuses and deployments: read"
)

_SAID_CHARACTERS = 300
_ISSUES_OFF = re.compile(r"issues (?:has|have) been disabled|issues are disabled", re.IGNORECASE)
_NO_RIGHT = f"Give it the rights that are missing ({RIGHTS})"
_SSO = "Authorise the token for the organisation's single sign-on in the token's own settings"
_KIND = "The organisation takes another kind of token only: a GitHub App, or what it says"

# By what GitHub writes, on REST and in GraphQL alike: the status tells too little, and of what
# is alike it says different things. What to do is one sentence.
_BY_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(words, re.IGNORECASE), advice)
    for words, advice in (
        (
            r"bad credentials|requires authentication",
            "The token is revoked or expired: set a new one",
        ),
        (
            r"was archived",
            "The repository is archived: unarchive it, or set GITHUB_REPO to another one",
        ),
        (
            r"installation has been suspended",
            "Unsuspend the GitHub App's installation in the organisation's settings",
        ),
        (r"account was suspended", "GitHub has suspended the token's account: use another one"),
        (r"ip allow list", "Put this machine's address on the organisation's IP allow list"),
        (r"saml|single sign-on", _SSO),
        (r"forbids access via", _KIND),
        (
            r"not accessible by integration",
            f"{_NO_RIGHT} in the GitHub App's settings, and accept them at its installation",
        ),
        (r"not accessible by personal access token", f"{_NO_RIGHT} in the token's settings"),
        (r"does not have the correct permissions|must have push access", _NO_RIGHT),
        (r"repository access blocked", "GitHub has blocked the repository: ask its support"),
    )
)
# https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
# #resource-not-accessible
_ACCEPTED_RIGHTS = "x-accepted-github-permissions"
_RIGHTS_LOOK = re.compile(r"[a-z_]{1,40}=[a-z]{1,10}(?:[,;] ?[a-z_]{1,40}=[a-z]{1,10}){0,9}")


def decide_error(
    status: int, headers: Mapping[str, str], text: str, *, write: bool
) -> ShiploopError | None:
    """What an HTTP answer means, None for success."""
    if status < httpx.codes.MULTIPLE_CHOICES:
        return None
    said = f"GitHub answered {status}: {_message(text)}"
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return lost_answer(said, write=write, retry_after_s=read_retry_after_s(headers))
    denied = status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
    # A right that is lacking is so on the last request before a limit, too.
    if denied and (advice := _advice(headers, text)):
        return GitHubUnauthorized(said, advice)
    if (pause_s := asked_pause_s(status, headers, text)) is not None:
        return GitHubRateLimited(said, retry_after_s=pause_s)
    if denied:
        return GitHubUnauthorized(said, _NO_RIGHT)
    if status == httpx.codes.NOT_FOUND:
        return GitHubNotFound(said)
    if status == httpx.codes.GONE and _ISSUES_OFF.search(text):
        said = f"{said} (Switch issues on in the repository's settings)"
    return GitHubRefused(said, status)


def lost_answer(said: str, *, write: bool, retry_after_s: float | None = None) -> ShiploopError:
    """The error of an answer that is lost: of a write nobody knows whether it was done."""
    kind = GitHubUncertain if write else GitHubUnavailable
    return kind(said, retry_after_s=retry_after_s)


def denial_in_words(said: str) -> str | None:
    """What to do about a refusal, by the words it is told in; None where they tell of no right."""
    return next((advice for words, advice in _BY_WORDS if words.search(said)), None)


def _message(text: str) -> str:
    """What an answer says, without what is around it; all of it where its errors matter."""
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict) and "message" in answer and not answer.get("errors"):
        text = str(answer["message"])
    return text[:_SAID_CHARACTERS]


def _advice(headers: Mapping[str, str], text: str) -> str | None:
    if "x-github-sso" in headers:  # its value leads to a page for this very token
        return _SSO
    advice, rights = denial_in_words(text), headers.get(_ACCEPTED_RIGHTS, "")
    if advice and _NO_RIGHT in advice and _RIGHTS_LOOK.fullmatch(rights):
        return f"{advice}; this needs {rights}"
    return advice
