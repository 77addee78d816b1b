"""A REST operation, a call of it, and its reply."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar
from urllib.parse import urlencode

from sandbox.github.accounts import Access, Account
from sandbox.github.entities import Comment, Issue, PullRequest, Repository
from sandbox.github.media_types import JSON
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.state import GitHub

_DEFAULT_PAGE = 30
_LARGEST_PAGE = 100
Item = TypeVar("Item")


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """Status and JSON of an answer; no body when it is None.

    `content` goes out as it is instead, in the form that the call asked for.
    """

    status: int
    json: Any = None
    content: bytes | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One call; `body` is the JSON object that was sent, empty without one.

    `form` is the media type's ("json", "raw", "diff", …); `links` are the pages beside the one
    that was asked for, by their `rel`, once `page` has cut it.
    """

    github: GitHub
    viewer: Account | None
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    url_path: str = ""
    form: str = JSON
    links: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def actor(self) -> Account:
        """Who calls; operations that change something are never anonymous."""
        if self.viewer is None:
            raise RefusedError(Reason.UNAUTHORIZED, "Requires authentication")
        return self.viewer

    @property
    def repository(self) -> Repository:
        """The repository in the path; refused with 404 when there is none."""
        found = self.github.find_repository(self.path["owner"], self.path["repo"])
        if found is None:
            raise not_found()
        return found

    @property
    def pull(self) -> PullRequest:
        """The pull request in the path; refused with 404 when there is none."""
        found = self.repository.pulls.get(self.number("number"))
        if found is None:
            raise not_found()
        return found

    @property
    def issue(self) -> Issue:
        """The issue or pull request in the path; refused with 404 when there is none."""
        found = self.repository.issue(self.number("number"))
        if found is None:
            raise not_found()
        return found

    @property
    def comment(self) -> Comment:
        """The comment in the path; refused with 404 when there is none."""
        return self.issue_and_comment[1]

    @property
    def issue_and_comment(self) -> tuple[Issue, Comment]:
        """The comment in the path, and what it is about."""
        number = self.number("comment_id")
        repository = self.repository
        for issue in (*repository.issues.values(), *repository.pulls.values()):
            for comment in issue.comments:
                if comment.id == number:
                    return issue, comment
        raise not_found()

    @property
    def commit(self) -> str:
        """The commit that a sha, a branch or a tag in the path names; refused with 422."""
        name = self.path["ref"]
        if (sha := self.repository.git.resolve(name)) is None:
            raise RefusedError(Reason.UNPROCESSABLE, f"No commit found for SHA: {name}")
        return sha

    def number(self, name: str) -> int:
        """Return a number in the path; refused with 404 when it is none."""
        text = self.path[name]
        if not (text.isascii() and text.isdigit()):
            raise not_found()
        return int(text)

    def text(self, name: str) -> str:
        """Return a string of the body; refused with 422 when it is missing."""
        value = self.optional_text(name)
        if value is None:
            raise invalid(f'"{name}" wasn\'t supplied.')
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a string of the body, or None without it."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, str):
            raise invalid(f"For 'properties/{name}', {value!r} is not a string.")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """Return a boolean of the body."""
        value = self.body.get(name, default)
        if not isinstance(value, bool):
            raise invalid(f"For 'properties/{name}', {value!r} is not a boolean.")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of strings of the body."""
        values = self.body.get(name) or []
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise invalid(f"For 'properties/{name}', {values!r} is not an array of strings.")
        return tuple(values)

    def page(self, items: Sequence[Item]) -> list[Item]:
        """Return the page of a list that the query asks for, and note the pages around it.

        Source: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
        """
        size = min(_LARGEST_PAGE, _positive(self.query.get("per_page"), _DEFAULT_PAGE))
        number = _positive(self.query.get("page"), 1)
        last = max(1, -(-len(items) // size))
        around = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        if number >= last:
            del around["next"], around["last"]
        if number == 1:
            del around["prev"], around["first"]
        self.links.update({rel: self._page_url(other) for rel, other in around.items()})
        return list(items[(number - 1) * size : number * size])

    def _page_url(self, number: int) -> str:
        """Return the address of another page, by the repository's id as GitHub gives it."""
        path = self.url_path
        if "repo" in self.path:
            prefix = f"/repos/{self.path['owner']}/{self.path['repo']}"
            path = f"/repositories/{self.repository.id}{path.removeprefix(prefix)}"
        return f"{self.github.url}{path}?{urlencode({**self.query, 'page': number})}"


Handler = Callable[[Call], Reply]


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the API.

    `access` None is open to everybody; `by_app` is called by the GitHub App itself, with
    a JSON web token; `is_free` does not count against the rate limit; `forms` are the media
    types that it is modelled in beside JSON.
    """

    method: str
    path: str
    handler: Handler
    access: Access | None = None
    by_app: bool = False
    is_free: bool = False
    forms: AbstractSet[str] = frozenset()

    @property
    def changes_repository(self) -> bool:
        """Whether it changes what is in a repository; a fork is another one."""
        is_inside = self.path.startswith("/repos/{owner}/{repo}/")
        return self.method != "GET" and is_inside and not self.path.endswith("/forks")

    @property
    def paths(self) -> tuple[str, ...]:
        """Its path, and without the one at its end where that may be empty."""
        return tuple(dict.fromkeys((self.path, self.path.removesuffix("/{path:path}"))))

    @property
    def name(self) -> str:
        """The operation as the request log names it."""
        return f"{self.method} {self.path.replace(':path}', '}')}"


def not_found(message: str = "Not Found") -> RefusedError:
    """Return the error for what is not there, or not to be seen."""
    return RefusedError(Reason.NOT_FOUND, message)


def invalid(message: str) -> RefusedError:
    """Return the error for a body that does not fit the operation."""
    return RefusedError(Reason.UNPROCESSABLE, f"Invalid request.\n\n{message}")


def _positive(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and int(text) > 0 else default
