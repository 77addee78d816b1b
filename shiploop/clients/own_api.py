"""Our own HTTP API, as the health check sees it."""

import httpx

from shiploop.errors import OwnApiUnavailable

_TASK_ROUTE = "/api/agent/tasks?limit=1"


class OwnApi:
    """The API that takes questions in, wherever it runs."""

    def __init__(self, http: httpx.Client, api_url: str, api_key: str | None) -> None:
        self._http = http
        self._api_url = api_url.rstrip("/")
        self._headers = {"X-API-Key": api_key} if api_key else {}

    def task_route_status(self) -> int:
        """The HTTP status of the task route. Raises OwnApiUnavailable, and httpx's time-outs."""
        try:
            return self._http.get(
                f"{self._api_url}{_TASK_ROUTE}", headers=self._headers
            ).status_code
        except httpx.TimeoutException:
            raise
        except httpx.HTTPError as error:
            raise OwnApiUnavailable(f"our API does not answer: {error}") from error
