"""Somebody who calls the sandbox GitHub and keeps every answer."""

import base64
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx

from shiploop.clients.github.queries import OPEN_PULL_REQUEST, READ_BASE, with_files
from tests.until import until

REPOSITORY = "/repos/acme/shiploop-docs"
DEADLINE_S = 20.0
Json: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Exchange:
    """A REST call and its answer; `body` is None when there was none."""

    method: str
    path: str
    status: int
    body: Any


@dataclass(slots=True)
class Tourist:
    """Calls the API as one of the accounts `ada` (admin), `bot` (write) and `eve` (read)."""

    client: httpx.Client
    app_key: str
    exchanges: list[Exchange] = field(default_factory=list)

    def call(
        self,
        method: str,
        path: str,
        expected: int,
        json: object = None,
        *,
        token: str = "bot",  # noqa: S107 - an account of the sandbox
        headers: dict[str, str] | None = None,
    ) -> Json:
        """Make a call, check its status, keep the exchange and return the answer's JSON."""
        authorization = {"Authorization": f"Bearer {token}"}
        answer = self.client.request(
            method, path, json=json, headers=authorization | (headers or {})
        )
        assert answer.status_code == expected, f"{method} {path}: {answer.text}"
        body = answer.json() if answer.content else None
        self.exchanges.append(Exchange(method, path.partition("?")[0], expected, body))
        return body

    def head(self, branch: str) -> str:
        """Return a branch's commit."""
        return str(self.call("GET", f"{REPOSITORY}/git/ref/heads/{branch}", 200)["object"]["sha"])

    def graphql(self, document: str, variables: dict[str, Any]) -> Json:
        """Run a document that must not fail and return its data."""
        answer = self.client.post(
            "/graphql",
            json={"query": document, "variables": variables},
            headers={"Authorization": "Bearer bot"},
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def open_pull_request(self, branch: str, faq: str, *, draft: bool = False) -> int:
        """Open a pull request that replaces docs/FAQ.md and return its number."""
        base = self.graphql(
            with_files(READ_BASE, ["docs/FAQ.md"]),
            {
                "owner": "acme",
                "name": "shiploop-docs",
                "ref": "refs/heads/main",
                "path0": "docs/FAQ.md",
            },
        )["repository"]
        oid = base["ref"]["target"]["oid"]
        change = {"path": "docs/FAQ.md", "contents": base64.b64encode(faq.encode()).decode()}
        opened = self.graphql(
            OPEN_PULL_REQUEST,
            {
                "ref": {"repositoryId": base["id"], "name": f"refs/heads/{branch}", "oid": oid},
                "commit": {
                    "branch": {
                        "repositoryNameWithOwner": "acme/shiploop-docs",
                        "branchName": branch,
                    },
                    "message": {"headline": "Answer a question"},
                    "fileChanges": {"additions": [change]},
                    "expectedHeadOid": oid,
                },
                "pull": {
                    "repositoryId": base["id"],
                    "baseRefName": "main",
                    "headRefName": branch,
                    "title": f"Update FAQ from {branch}",
                    "body": "An answer.",
                    "draft": draft,
                },
            },
        )
        return int(opened["createPullRequest"]["pullRequest"]["number"])

    def wait_for_checks(self, ref: str) -> None:
        """Wait until every check run of a commit has completed, and there is one."""
        path = f"{REPOSITORY}/commits/{ref}/check-runs"
        until(
            lambda: [run["status"] for run in self.call("GET", path, 200)["check_runs"]],
            lambda states: set(states) == {"completed"},
            DEADLINE_S,
        )
