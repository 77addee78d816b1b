"""How the target repository is set up, for `shiploop doctor` and `init`: reads only."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

from shiploop.clients.github.client import Transport
from shiploop.clients.github.reading import understood
from shiploop.errors import GitHubNotFound, GitHubUnauthorized

_LATEST_PULLS = 5
_LATEST_COMMITS = 50
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


@dataclass(frozen=True, slots=True)
class RepositorySettings:
    """What the repository is called now, and what may be done in it.

    `may_write`: we may push, which merging asks for, too.
    """

    full_name: str
    may_write: bool
    is_archived: bool
    takes_issues: bool


@dataclass(frozen=True, slots=True)
class RepositoryPage:
    """What a repository says of itself: its page and branch, and the sites it names, if any."""

    full_name: str
    url: str
    branch: str
    homepage: str
    pages_url: str


class GitHubSetup:
    """The settings of one repository. Raises the GitHub errors of `shiploop.errors`."""

    def __init__(self, transport: Transport, repository: str) -> None:
        self._transport = transport
        self._path = f"/repos/{repository}"

    @understood
    def repository(self) -> RepositorySettings:
        """What is set of the repository as a whole.

        Source: https://docs.github.com/en/rest/repos/repos#get-a-repository
        """
        told = self._transport.rest("GET", self._path)
        return RepositorySettings(
            full_name=str(told["full_name"]),
            may_write=bool((told.get("permissions") or {}).get("push")),
            is_archived=bool(told.get("archived")),
            takes_issues=bool(told.get("has_issues", True)),
        )

    @understood
    def page(self) -> RepositoryPage:
        """What the repository says of itself.

        Sources: https://docs.github.com/en/rest/repos/repos#get-a-repository and
        https://docs.github.com/en/rest/pages/pages#get-a-github-pages-site
        """
        told = self._transport.rest("GET", self._path)
        pages_url = ""
        if told.get("has_pages"):
            with suppress(GitHubNotFound, GitHubUnauthorized):  # not for every token to see
                pages_url = str(self._transport.rest("GET", f"{self._path}/pages")["html_url"])
        return RepositoryPage(
            full_name=str(told["full_name"]),
            url=str(told["html_url"]),
            branch=str(told["default_branch"]),
            homepage=str(told.get("homepage") or ""),
            pages_url=pages_url,
        )

    @understood
    def latest_commit_messages(self, branch: str) -> tuple[str, ...]:
        """The messages of the branch's newest commits, without those of merges.

        Source: https://docs.github.com/en/rest/commits/commits#list-commits
        """
        commits = self._list(f"/commits?sha={quote(branch, safe='')}&per_page={_LATEST_COMMITS}")
        return tuple(str(one["commit"]["message"]) for one in commits if len(one["parents"]) < 2)

    @understood
    def has_branch(self, name: str) -> bool:
        """Whether there is a branch of exactly this name.

        Source: https://docs.github.com/en/rest/git/refs#get-a-reference
        """
        try:
            self._transport.rest("GET", f"{self._path}/git/ref/heads/{quote(name)}")
        except GitHubNotFound:
            return False
        return True

    @understood
    def latest_pull_request_ids(self) -> list[str]:
        """The node ids of the newest pull requests, whatever became of them.

        Source: https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
        """
        pulls = self._list(f"/pulls?state=all&per_page={_LATEST_PULLS}")
        return [str(pull["node_id"]) for pull in pulls]

    @understood
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
            delivery_statuses=tuple(int(each["status_code"] or 0) for each in deliveries),
        )

    def _list(self, path: str) -> list[dict[str, Any]]:
        # The transport speaks of objects, which all other answers are.
        return cast("list[dict[str, Any]]", self._transport.rest("GET", f"{self._path}{path}"))
