"""Sentry's issues: whether a deploy has brought errors that nobody had seen before."""

from datetime import UTC, datetime
from typing import Any

import httpx

from shiploop.domain.timestamps import from_iso
from shiploop.errors import SentryRefused, SentryUnavailable

_TRY_AGAIN = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS)


class SentryIssues:
    """The issues of one project, `organisation/project` by their slugs.

    Source: https://docs.sentry.io/api/events/list-a-projects-issues/. Sentry prefers the route
    of the organisation, but that one knows a project by its number only.
    """

    def __init__(self, http: httpx.Client, api_url: str, project: str, token: str) -> None:
        self._http = http
        self._url = f"{api_url.rstrip('/')}/api/0/projects/{project}/issues/"
        self._project = project
        self._token = token

    def new_issues_since(self, at: datetime) -> int:
        """How many unresolved issues were first seen at `at` or later; 100 may be more.

        Raises SentryUnavailable and SentryRefused.
        """
        since = at.astimezone(UTC).replace(microsecond=0)  # Sentry tells seconds
        query = f"is:unresolved firstSeen:>={since:%Y-%m-%dT%H:%M:%S}"
        issues = self._get({"query": query, "statsPeriod": "", "limit": "100"})
        try:
            # Looked at again: a search that is understood otherwise must not accuse a deploy.
            return sum(from_iso(issue["firstSeen"]) >= since for issue in issues)
        except (KeyError, TypeError, ValueError) as error:
            raise SentryUnavailable("Sentry's answer is no list of issues") from error

    def _get(self, parameters: dict[str, str]) -> Any:  # noqa: ANN401 - any JSON
        headers = {"authorization": f"Bearer {self._token}"}
        try:
            reply = self._http.get(self._url, params=parameters, headers=headers)
        except httpx.InvalidURL as error:
            raise SentryRefused(f"SHIPLOOP_SENTRY_API_URL is not a URL: {error}") from error
        except httpx.HTTPError as error:
            raise SentryUnavailable(f"Sentry did not answer: {error}") from error
        if reply.is_server_error or reply.status_code in _TRY_AGAIN:
            raise SentryUnavailable(f"Sentry answered {reply.status_code}")
        if not reply.is_success:
            raise SentryRefused(
                f"Sentry answered {reply.status_code}: may SENTRY_AUTH_TOKEN read the issues of "
                f"{self._project} (scope event:read)?"
            )
        try:
            return reply.json()
        except ValueError as error:
            raise SentryUnavailable("Sentry's answer is not JSON") from error
