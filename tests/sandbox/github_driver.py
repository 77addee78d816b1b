"""Drives a sandbox GitHub over HTTP, as its clients do, and takes its webhooks."""

import base64
import dataclasses
import json
import queue
from pathlib import Path
from typing import Any

import httpx

from tests.until import wait_until

REPOSITORY = "acme/shiploop-docs"
OPEN = """
mutation Open(
  $ref: CreateRefInput!
  $commit: CreateCommitOnBranchInput!
  $pull: CreatePullRequestInput!
) {
  createRef(input: $ref) { ref { id } }
  createCommitOnBranch(input: $commit) { commit { oid } }
  createPullRequest(input: $pull) { pullRequest { id number headRefOid mergeable } }
}
"""


@dataclasses.dataclass(frozen=True, slots=True)
class SandboxGitHub:
    """A running sandbox; `bot` writes, `ada` administers, `eve` only reads."""

    url: str
    home: Path
    bot: httpx.Client
    ada: httpx.Client
    eve: httpx.Client
    anonymous: httpx.Client
    repo: str = f"/repos/{REPOSITORY}"

    def graphql(
        self, document: str, variables: dict[str, Any], client: httpx.Client | None = None
    ) -> dict[str, Any]:
        """Execute a document, by default as the bot."""
        answer = (client or self.bot).post(
            "/graphql", json={"query": document, "variables": variables}
        )
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def head(self, branch: str = "main") -> str:
        """Return where a branch is."""
        answer = self.bot.get(f"{self.repo}/git/ref/heads/{branch}")
        assert answer.status_code == 200, answer.text
        sha: str = answer.json()["object"]["sha"]
        return sha

    def file(self, path: str = "docs/FAQ.md", ref: str = "main") -> str:
        """Return a file of a branch."""
        answer = self.bot.get(f"{self.repo}/contents/{path}", params={"ref": ref})
        return base64.b64decode(answer.json()["content"]).decode()

    def open_variables(
        self,
        branch: str,
        text: str,
        *,
        message: str = "Update the FAQ",
        title: str = "Update the FAQ",
        body: str = "",
        path: str = "docs/FAQ.md",
        draft: bool = False,
    ) -> dict[str, Any]:
        """Return the variables of OPEN for a branch off main on which one file has this text."""
        repository_id = self.bot.get(self.repo).json()["node_id"]
        head = self.head()
        return {
            "ref": {"repositoryId": repository_id, "name": f"refs/heads/{branch}", "oid": head},
            "commit": commit_input(branch, head, {path: text}, message),
            "pull": {
                "repositoryId": repository_id,
                "baseRefName": "main",
                "headRefName": branch,
                "title": title,
                "body": body,
                "draft": draft,
            },
        }

    def open(self, branch: str = "topic", text: str | None = None, **more: Any) -> dict[str, Any]:
        """Open a pull request that adds to the FAQ; return number, id and headRefOid."""
        text = text or f"{self.file()}\n## What about {branch}?\n\nThis.\n"
        answer = self.graphql(OPEN, self.open_variables(branch, text, **more))
        assert "errors" not in answer, answer
        pull: dict[str, Any] = answer["data"]["createPullRequest"]["pullRequest"]
        return pull

    def commit(
        self, branch: str, text: str, path: str = "docs/FAQ.md", message: str = "Edit"
    ) -> str:
        """Commit a file onto an existing branch; return the commit."""
        document = (
            "mutation Commit($commit: CreateCommitOnBranchInput!) {"
            " createCommitOnBranch(input: $commit) { commit { oid } } }"
        )
        commit = commit_input(branch, self.head(branch), {path: text}, message)
        answer = self.graphql(document, {"commit": commit}, self.ada)
        sha: str = answer["data"]["createCommitOnBranch"]["commit"]["oid"]
        return sha

    def pull(self, number: int) -> dict[str, Any]:
        """Read a pull request by REST."""
        answer: dict[str, Any] = self.bot.get(f"{self.repo}/pulls/{number}").json()
        return answer

    def checks(self, ref: str) -> dict[str, tuple[str, str | None]]:
        """Return (status, conclusion) of each check run of a commit or branch."""
        runs = self.bot.get(f"{self.repo}/commits/{ref}/check-runs").json()["check_runs"]
        return {run["name"]: (run["status"], run["conclusion"]) for run in runs}

    def wait_green(self, ref: str) -> None:
        """Wait until the required check of a commit or branch has passed."""
        wait_until(lambda: self.checks(ref).get("faq-gate") == ("completed", "success"))

    def merge(self, number: int, **body: str) -> httpx.Response:
        """Ask for a squash merge."""
        return self.bot.put(
            f"{self.repo}/pulls/{number}/merge", json={"merge_method": "squash", **body}
        )

    def set_faults(self, **times: int | None) -> None:
        """Set faults, each for a number of times, or always with None."""
        faults = {name: {"times": each} for name, each in times.items()}
        answer = self.bot.put("/_sandbox/faults", json=faults)
        assert answer.status_code == 200, answer.text

    def set_latency(self, **milliseconds: int) -> None:
        """Set the world's speed."""
        self.bot.put("/_sandbox/latency", json=milliseconds)


def commit_input(branch: str, head: str, files: dict[str, str], message: str) -> dict[str, Any]:
    """Return the input of createCommitOnBranch."""
    headline, _, body = message.partition("\n\n")
    return {
        "branch": {"repositoryNameWithOwner": REPOSITORY, "branchName": branch},
        "expectedHeadOid": head,
        "message": {"headline": headline, "body": body},
        "fileChanges": {
            "additions": [
                {"path": path, "contents": base64.b64encode(text.encode()).decode()}
                for path, text in files.items()
            ]
        },
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Received:
    """A webhook delivery as it came in."""

    event: str
    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> dict[str, Any]:
        """The payload."""
        value: dict[str, Any] = json.loads(self.content)
        return value


@dataclasses.dataclass(frozen=True, slots=True)
class Receiver:
    """Takes webhooks; `next` waits for the next one of an event and action."""

    url: str
    received: "queue.SimpleQueue[Received]"

    def next(self, event: str, action: str | None = None) -> Received:
        """Return the next delivery of this kind; others before it are dropped."""
        while True:
            delivery = self.received.get(timeout=10)
            if delivery.event == event and action in (None, delivery.body.get("action")):
                return delivery
