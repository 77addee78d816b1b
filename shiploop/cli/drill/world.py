"""A running stack with its sandbox, as a drill turns its knobs and looks at it."""

import base64
import os
import signal
from datetime import datetime
from typing import Any

import httpx
from redis import Redis

from shiploop.agents.faq.document.document import FAQ_PATH, entries, entry_id
from shiploop.errors import PermanentError
from shiploop.stack.addresses import Addresses
from shiploop.stores.freeze import Freeze
from shiploop.stores.rollbacks import Rollback, Rollbacks

_REPOSITORY = "acme/shiploop-docs"
_TIMEOUT_S = 10.0
_COMMIT = """
mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}
"""


class World:
    """Speaks to each part as the world outside does.

    `admin_token` is the token of `ada`, `prefect_auth` the user and password of Prefect.
    """

    def __init__(self, addresses: Addresses, admin_token: str, prefect_auth: str) -> None:
        self._addresses = addresses
        self._admin = {"authorization": f"Bearer {admin_token}"}
        self._prefect_auth = httpx.BasicAuth(*prefect_auth.split(":", 1))
        self._http = httpx.Client(timeout=_TIMEOUT_S)
        self._redis = Redis.from_url(addresses.redis, decode_responses=True, legacy_responses=False)
        self._freeze, self._rollbacks = Freeze(self._redis), Rollbacks(self._redis)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()
        self._redis.close()

    def inject(self, fault: str, times: int | None = None) -> None:
        """Add a fault of the sandbox, so many times or until `heal`."""
        url = f"{self._addresses.github}/_sandbox/faults"
        self._http.put(url, json={fault: {"times": times}}).raise_for_status()

    def heal(self) -> None:
        """Remove all faults."""
        self._http.delete(f"{self._addresses.github}/_sandbox/faults").raise_for_status()

    def document(self) -> bytes:
        """The FAQ on main."""
        return base64.b64decode(self._github(f"/contents/{FAQ_PATH}")["content"])

    def head(self) -> dict[str, Any]:
        """The newest commit on main."""
        found: dict[str, Any] = self._github("/commits/main")
        return found

    def is_live(self, sha: str) -> bool:
        """True once a commit is live: its build log says so, which no fault touches."""
        return "live after" in self._http.get(f"{self._addresses.site}/builds/{sha}").text

    def site_is_healthy(self) -> bool:
        """True when the site says so, and shows its FAQ."""
        urls = (f"{self._addresses.site}/healthz", f"{self._addresses.site}/faq")
        return all(self._http.get(url).is_success for url in urls)

    def issues(self) -> list[dict[str, Any]]:
        """Every issue that is no pull request, oldest first."""
        found = self._github("/issues", state="all", per_page="100")
        return [one for one in reversed(found) if "pull_request" not in one]

    def pulls(self) -> list[dict[str, Any]]:
        """Every pull request, oldest first."""
        return list(reversed(self._github("/pulls", state="all", per_page="100")))

    def said(self) -> list[str]:
        """Everything that Slack was told."""
        told = self._http.get(f"{self._addresses.github}/_sandbox/slack").raise_for_status()
        return [one["text"] for one in told.json()]

    def frozen_by(self) -> str | None:
        """Whose freeze stands."""
        state = self._freeze.read()
        return state.owner if state else None

    def rollback(self, sha: str) -> Rollback | None:
        """The rollback that a merge belongs to."""
        return self._rollbacks.read(sha)

    def start_health_check(self) -> str:
        """Start a health check as its schedule does; returns the id of the flow run."""
        deployment = self._prefect("GET", "/deployments/name/health-check/health-check")
        path = f"/deployments/{deployment['id']}/create_flow_run"
        run = self._prefect("POST", path, {"state": {"type": "SCHEDULED"}})
        return str(run["id"])

    def ended_as(self, run_id: str) -> str | None:
        """The name of the state in which a flow run has ended; None while it has not."""
        state = self._prefect("GET", f"/flow_runs/{run_id}")["state"]
        return state["name"] if state["type"] in ("COMPLETED", "FAILED", "CRASHED") else None

    def approve(self, run_id: str) -> bool:
        """Resume a run that waits for a person, as Prefect's UI does; False if it may not."""
        answer = self._prefect(
            "POST", f"/flow_runs/{run_id}/resume", {"run_input": {"approve": True}}
        )
        return bool(answer["status"] == "ACCEPT")

    def edit_as_person(self, task_id: str) -> str:
        """Let `ada` add a sentence to a task's entry, on main; returns the sha of the commit."""
        document = self.document().decode()
        entry = next(one for one in entries(document) if one.trace_id == task_id)
        closing = f"<!-- /shiploop:entry {entry_id(entry)} -->"
        edited = document.replace(closing, f"A person has added this.\n\n{closing}")
        commit = {
            "branch": {"repositoryNameWithOwner": _REPOSITORY, "branchName": "main"},
            "expectedHeadOid": self.head()["sha"],
            "message": {"headline": "Say more in the FAQ"},
            "fileChanges": {
                "additions": [
                    {"path": FAQ_PATH, "contents": base64.b64encode(edited.encode()).decode()}
                ]
            },
        }
        answer = self._http.post(
            f"{self._addresses.github}/graphql",
            json={"query": _COMMIT, "variables": {"input": commit}},
            headers=self._admin,
        )
        told = answer.raise_for_status().json()
        if told.get("errors"):
            raise PermanentError(f"the person's edit was refused: {told['errors']}")
        return str(told["data"]["createCommitOnBranch"]["commit"]["oid"])

    @staticmethod
    def kill(pid: int) -> None:
        """End a process without a warning."""
        os.kill(pid, signal.SIGKILL)

    def _github(self, path: str, **parameters: str) -> Any:  # noqa: ANN401 - JSON
        url = f"{self._addresses.github}/repos/{_REPOSITORY}{path}"
        return self._http.get(url, params=parameters).raise_for_status().json()

    def _prefect(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        url = f"{self._addresses.prefect}/api{path}"
        answer = self._http.request(method, url, json=body, auth=self._prefect_auth)
        return answer.raise_for_status().json()


def first_line(text: str) -> str:
    """The first line of a message."""
    return text.partition("\n")[0]


def milliseconds(begin: datetime, end: datetime) -> int:
    """How long something took; clocks differ, so never less than nothing."""
    return max(0, round((end - begin).total_seconds() * 1000))
