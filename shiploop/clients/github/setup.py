"""How the target repository is set up, for `shiploop doctor`: reads only."""

from dataclasses import dataclass
from typing import Any, cast

from shiploop.clients.github.client import Transport

_LATEST_PULLS = 5
_LATEST_DELIVERIES = 10


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook of the repository, with the HTTP statuses of its last deliveries, newest first.

    A status is 0 where nobody answered.
    """

    url: str
    events: frozenset[str]
    active: bool
    signed: bool
    delivery_statuses: tuple[int, ...] = ()


class GitHubSetup:
    """The settings of one repository. Raises the GitHub errors of `shiploop.errors`."""

    def __init__(self, transport: Transport, repository: str) -> None:
        self._transport = transport
        self._path = f"/repos/{repository}"

    def may_write(self) -> bool:
        """Tell whether we may push, which merging asks for, too.

        Source: https://docs.github.com/en/rest/repos/repos#get-a-repository
        """
        permissions = self._transport.rest("GET", self._path).get("permissions") or {}
        return bool(permissions.get("push"))

    def latest_pull_request_ids(self) -> list[str]:
        """The node ids of the newest pull requests, whatever became of them.

        Source: https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
        """
        pulls = self._list(f"/pulls?state=all&per_page={_LATEST_PULLS}")
        return [str(pull["node_id"]) for pull in pulls]

    def webhooks(self) -> tuple[Webhook, ...]:
        """The repository's webhooks; for administrators, to others they are not found.

        Source: https://docs.github.com/en/rest/repos/webhooks#list-repository-webhooks
        """
        return tuple(self._webhook(hook) for hook in self._list("/hooks?per_page=100"))

    def _webhook(self, hook: dict[str, Any]) -> Webhook:
        deliveries = self._list(f"/hooks/{hook['id']}/deliveries?per_page={_LATEST_DELIVERIES}")
        return Webhook(
            url=str(hook["config"].get("url", "")),
            events=frozenset(hook["events"]),
            active=bool(hook["active"]),
            signed="secret" in hook["config"],
            delivery_statuses=tuple(int(each["status_code"]) for each in deliveries),
        )

    def _list(self, path: str) -> list[dict[str, Any]]:
        # The transport speaks of objects, which all other answers are.
        return cast("list[dict[str, Any]]", self._transport.rest("GET", f"{self._path}{path}"))
