"""Renamed repositories: the old name leads to the new one until somebody takes it.

Sources: https://docs.github.com/en/repositories/creating-and-managing-repositories/renaming-a-repository
and, for what clients are answered (`301`, `307`, to an address by the repository's id),
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
"""

import re

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.github.answers import json_answer
from sandbox.github.entities import Repository
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.state import GitHub

_BY_NAME = re.compile(r"(?P<before>/repos/|/)(?P<name>[^/]+/[^/]+?)(?P<git>\.git)?(?P<rest>/.*)?")
_BY_ID = re.compile(r"/repositories/(?P<id>[0-9]+)(?P<rest>/.*)?")
_SAFE = ("GET", "HEAD")


def rename(github: GitHub, repository: Repository, name: str) -> None:
    """Give a repository another name under the same owner."""
    if not re.fullmatch(r"[\w.-]{1,100}", name, re.ASCII):
        raise RefusedError(Reason.UNPROCESSABLE, f"{name!r} is not a repository's name.")
    full_name = f"{repository.owner.login}/{name}"
    if github.repositories.get(full_name.lower(), repository) is not repository:
        raise RefusedError(Reason.UNPROCESSABLE, f"The repository {full_name} already exists")
    before = repository.full_name.lower()
    del github.repositories[before]
    repository.name = name
    github.repositories[full_name.lower()] = repository
    github.former_names[before] = repository


class Renames:
    """Answers what asks by an old name, and serves what asks by a repository's id."""

    def __init__(self, app: ASGIApp, github: GitHub) -> None:
        self._app = app
        self._github = github

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Redirect, or hand on by the name that the repository has now."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if (to := self._new_place(scope["path"])) is not None:
            query = scope["query_string"].decode()
            location = f"{self._github.url}{to}{'?' if query else ''}{query}"
            status = 301 if Request(scope).method in _SAFE else 307
            # The same words for both, as recorded by npm's `@octokit/fixtures`.
            body = {
                "message": "Moved Permanently",
                "url": location,
                "documentation_url": "https://docs.github.com/rest",
            }
            await json_answer(status, body, {"location": location})(scope, receive, send)
            return
        path = self._by_name(scope["path"])
        await self._app({**scope, "path": path, "raw_path": path.encode()}, receive, send)

    def _new_place(self, path: str) -> str | None:
        asked = _BY_NAME.fullmatch(path)
        if asked is None or asked["name"].lower() in self._github.repositories:
            return None
        found = self._github.former_names.get(asked["name"].lower())
        if found is None:
            return None
        if asked["before"] == "/repos/":
            return f"/repositories/{found.id}{asked['rest'] or ''}"
        return f"/{found.full_name}{asked['git'] or ''}{asked['rest'] or ''}"

    def _by_name(self, path: str) -> str:
        asked = _BY_ID.fullmatch(path)
        found = self._github.repository_by_id(asked["id"]) if asked else None
        if asked is None or found is None:
            return path
        return f"/repos/{found.full_name}{asked['rest'] or ''}"
