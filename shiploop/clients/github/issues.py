"""Issues: where people read what has happened."""

from collections.abc import Sequence
from typing import Any, cast

from shiploop.clients.github.client import Transport
from shiploop.clients.github.reading import understood
from shiploop.domain.production.incident import Issue

_LATEST = 50


class Issues:
    """Finds and opens issues. Raises the GitHub errors of `shiploop.errors`."""

    def __init__(self, transport: Transport, repository: str) -> None:
        self._transport = transport
        self._path = f"/repos/{repository}/issues"

    @understood
    def latest(self, label: str) -> tuple[Issue, ...]:
        """The newest issues with a label, open or closed.

        Source: https://docs.github.com/en/rest/issues/issues#list-repository-issues
        """
        path = f"{self._path}?labels={label}&state=all&per_page={_LATEST}"
        found = cast("list[dict[str, Any]]", self._transport.rest("GET", path))
        return tuple(_issue(each) for each in found)

    @understood
    def open(self, title: str, body: str, labels: Sequence[str]) -> Issue:
        """Open an issue. Source: https://docs.github.com/en/rest/issues/issues#create-an-issue"""
        wanted = {"title": title, "body": body, "labels": list(labels)}
        return _issue(self._transport.rest("POST", self._path, wanted))


def _issue(fields: dict[str, Any]) -> Issue:
    return Issue(int(fields["number"]), str(fields["html_url"]), str(fields["body"] or ""))
