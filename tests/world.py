"""The whole stack as a test sees it: ask by HTTP, turn the sandbox's knobs, look at GitHub."""

import base64
import html
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from shiploop.agents.faq.document.document import entries
from shiploop.stack.addresses import Addresses
from tests.loopback import loopback
from tests.until import until, wait_until

REPOSITORY = "acme/shiploop-docs"
_SETTLE_TIMEOUT_S = 60.0
_TO_PREFECT = ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING")
_COMMIT = """
mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}
"""


@dataclass(frozen=True, slots=True)
class World:
    """A running stack; `mirror` is where its repository is cloned to, to look at it with git.

    `environment` is what the processes of the stack were told, secrets and all.
    """

    addresses: Addresses
    mirror: Path
    token: str
    admin_token: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    api_key: str = ""

    def ask(self, question: str) -> httpx.Response:
        """Post a question as it stands."""
        url = f"{self.addresses.api}/api/agent/faq"
        return loopback.post(url, json={"question": question}, headers=self._api_headers())

    def ask_of(self, agent: str, **fields: str) -> str:
        """Ask another agent; returns the id of the task."""
        url = f"{self.addresses.api}/api/agent/{agent}"
        answer = loopback.post(url, json=fields, headers=self._api_headers())
        return str(answer.raise_for_status().json()["task_id"])

    def task(self, task_id: str) -> dict[str, Any]:
        """Where a task stands."""
        url = f"{self.addresses.api}/api/agent/tasks/{task_id}"
        answer = loopback.get(url, headers=self._api_headers()).raise_for_status()
        task: dict[str, Any] = answer.json()
        return task

    def settle(self, question: str) -> dict[str, Any]:
        """Ask, and wait for the outcome."""
        return self.wait(self.ask(question).raise_for_status().json()["task_id"])

    def settle_approved(self, question: str) -> dict[str, Any]:
        """Ask, approve the answer where it waits for a person, and wait for the outcome."""
        return self.wait_approved(self.ask(question).raise_for_status().json()["task_id"])

    def wait_approved(self, task_id: str) -> dict[str, Any]:
        """Wait for the outcome of a task, and approve it where it waits for a person."""
        task = self.wait(task_id)
        if task["status"] != "waiting":
            return task
        address = f"{self.addresses.api}/api/agent/tasks/{task_id}"
        loopback.post(f"{address}/approve").raise_for_status()
        over = ("done", "error", "declined")
        return until(
            lambda: self.task(task_id), lambda now: now["status"] in over, _SETTLE_TIMEOUT_S
        )

    def wait(self, task_id: str) -> dict[str, Any]:
        """Wait for the outcome of a task, or until it waits for a person."""
        return until(
            lambda: self.task(task_id),
            lambda task: task["status"] not in ("queued", "running"),
            _SETTLE_TIMEOUT_S,
        )

    def wait_for_task(self, task_id: str) -> dict[str, Any]:
        """Wait until a task is there, and then for its outcome."""
        address = f"{self.addresses.api}/api/agent/tasks/{task_id}"
        wait_until(lambda: loopback.get(address).is_success, _SETTLE_TIMEOUT_S)
        return self.wait(task_id)

    def prefect(self, method: str, path: str, body: Any = None) -> Any:
        """Call Prefect's API, as its UI does."""
        return self._ask_prefect(method, path, body).json()

    def change_prefect(self, method: str, path: str, body: Any) -> None:
        """Call a route of Prefect's API that answers nothing."""
        self._ask_prefect(method, path, body)

    def _ask_prefect(self, method: str, path: str, body: Any) -> httpx.Response:
        url = f"{self.addresses.prefect}/api{path}"
        auth = httpx.BasicAuth(*self.prefect_auth_string.split(":", 1))
        return loopback.request(method, url, json=body, auth=auth).raise_for_status()

    @property
    def prefect_auth_string(self) -> str:
        """What Prefect asks for."""
        return self.environment["PREFECT_API_AUTH_STRING"]

    @property
    def prefect_environment(self) -> dict[str, str]:
        """What leads to the stack's Prefect, and in."""
        return {name: self.environment[name] for name in _TO_PREFECT}

    def start_prefect_run(self, name: str, **parameters: Any) -> str:
        """Start a deployment as the UI does; returns the id of the flow run."""
        deployment = self.prefect("GET", f"/deployments/name/{name}/{name}")
        body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
        run = self.prefect("POST", f"/deployments/{deployment['id']}/create_flow_run", body)
        return str(run["id"])

    def prefect_state(self, task_id: str) -> dict[str, Any]:
        """The state of a task's flow run, or of a flow run."""
        answer = loopback.get(f"{self.addresses.api}/api/agent/tasks/{task_id}")
        run_id = answer.json().get("prefect_run_id", task_id) if answer.is_success else task_id
        state: dict[str, Any] = self.prefect("GET", f"/flow_runs/{run_id}")["state"]
        return state

    def set_prefect_state(self, task_id: str, state: str) -> None:
        """Set the state of a task's flow run, as the UI's buttons do."""
        run_id = self.task(task_id)["prefect_run_id"]
        self.prefect("POST", f"/flow_runs/{run_id}/set_state", {"state": {"type": state}})

    def wait_for_prefect_state(self, run_id: str) -> dict[str, Any]:
        """Wait until a flow run has ended; returns its state."""
        ended = ("COMPLETED", "FAILED", "CANCELLED")
        return until(
            lambda: self.prefect_state(run_id),
            lambda state: state["type"] in ended,
            _SETTLE_TIMEOUT_S,
        )

    @contextmanager
    def fault(self, name: str, times: int | None = 1) -> Iterator[None]:
        """Inject a fault for the length of the block."""
        url = f"{self.addresses.github}/_sandbox/faults"
        loopback.put(url, json={name: {"times": times}}).raise_for_status()
        try:
            yield
        finally:
            loopback.delete(url).raise_for_status()

    @contextmanager
    def latency(self, **milliseconds: int) -> Iterator[None]:
        """Slow the world down for the length of the block."""
        url = f"{self.addresses.github}/_sandbox/latency"
        before = loopback.get(url).raise_for_status().json()
        loopback.put(url, json=milliseconds).raise_for_status()
        try:
            yield
        finally:
            loopback.put(url, json=before).raise_for_status()

    def github(self, path: str, **parameters: str) -> Any:
        """Read something of the repository by REST, as anybody can."""
        url = f"{self.addresses.github}/repos/{REPOSITORY}{path}"
        page = {"per_page": "100", **parameters}
        return loopback.get(url, params=page).raise_for_status().json()

    def pull_requests(self, task_id: str) -> list[Any]:
        """Every pull request, open or closed, of one task."""
        head = f"acme:orchestrator/faq-{task_id}"
        return list(self.github("/pulls", state="all", head=head))

    def merges(self, task_id: str) -> list[str]:
        """The sha of every commit on main that carries the task's trace id."""
        self._fetch()
        return self._git("log", "main", "--format=%H", f"--grep=^Trace-Id: {task_id}$").split()

    def history(self) -> list[str]:
        """The sha of every commit on main, newest first."""
        self._fetch()
        return self._git("log", "main", "--format=%H").split()

    def changed_paths(self, sha: str) -> list[str]:
        """The files that one commit changes."""
        return self._git("show", "--format=", "--name-only", sha).split()

    def branches(self, task_id: str) -> list[str]:
        """Every branch that is left of one task."""
        self._fetch()
        return self._git("branch", "--format=%(refname:short)", "--list", f"*{task_id}*").split()

    def document(self) -> str:
        """The FAQ as it stands on main."""
        return self.file("docs/FAQ.md")

    def file(self, path: str) -> str:
        """A file as it stands on main."""
        self._fetch()
        return self._git("show", f"main:{path}")

    def entry_hashes(self) -> list[str]:
        """The question hashes of our entries on main, in order."""
        return [entry.question_hash for entry in entries(self.document())]

    def parent_document(self, sha: str) -> str:
        """The FAQ as it stood before one commit."""
        self._fetch()
        return self._git("show", f"{sha}~1:docs/FAQ.md")

    def reads(self, url: str, text: str) -> bool:
        """True when the page at the address shows the text, at the entry that it points to."""
        anchor = url.partition("#")[2]
        page = loopback.get(url).raise_for_status().text
        return f'id="{anchor}"' in page and text in html.unescape(page)

    def notifications(self) -> list[Any]:
        """Everybody whom something written on GitHub has pinged."""
        url = f"{self.addresses.github}/_sandbox/notifications"
        return list(loopback.get(url).raise_for_status().json())

    def open_issue(self, title: str) -> int:
        """Open an issue as ourselves; returns its number."""
        answer = loopback.post(
            f"{self.addresses.github}/repos/{REPOSITORY}/issues",
            json={"title": title},
            headers={"authorization": f"Bearer {self.token}"},
        )
        return int(answer.raise_for_status().json()["number"])

    def write_as_person(self, method: str, path: str, **body: Any) -> Any:
        """Write something of the repository by REST, as its administrator."""
        answer = loopback.request(
            method,
            f"{self.addresses.github}/repos/{REPOSITORY}{path}",
            json=body,
            headers={"authorization": f"Bearer {self.admin_token}"},
        )
        assert answer.is_success, answer.text
        return answer.json()

    def commit_as_person(
        self, document: str, branch: str = "main", path: str = "docs/FAQ.md"
    ) -> str:
        """Put another page on a branch as an administrator, past every check; returns the sha."""
        head = self.github(f"/git/ref/heads/{branch}")["object"]["sha"]
        contents = base64.b64encode(document.encode()).decode()
        commit = {
            "branch": {"repositoryNameWithOwner": REPOSITORY, "branchName": branch},
            "expectedHeadOid": head,
            "message": {"headline": "Say it by hand"},
            "fileChanges": {"additions": [{"path": path, "contents": contents}]},
        }
        answer = loopback.post(
            f"{self.addresses.github}/graphql",
            json={"query": _COMMIT, "variables": {"input": commit}},
            headers={"authorization": f"Bearer {self.admin_token}"},
        ).raise_for_status()
        return str(answer.json()["data"]["createCommitOnBranch"]["commit"]["oid"])

    def _api_headers(self) -> dict[str, str]:
        return {"X-API-Key": self.api_key} if self.api_key else {}

    def _fetch(self) -> None:
        url = f"{self.addresses.github}/{REPOSITORY}.git"
        if not (self.mirror / "HEAD").exists():
            subprocess.run(["git", "clone", "-q", "--mirror", url, str(self.mirror)], check=True)
        self._git("fetch", "--quiet", "--prune", "origin")

    def _git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.mirror), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
