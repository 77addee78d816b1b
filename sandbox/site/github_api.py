"""What the site asks of GitHub's REST API, as a hosting platform does."""

import enum
from dataclasses import dataclass

import httpx

PRODUCTION = "production"


class DeploymentState(enum.StrEnum):
    """The states that a build goes through.

    Source: https://docs.github.com/en/rest/deployments/statuses#create-a-deployment-status
    """

    IN_PROGRESS = "in_progress"
    SUCCESS = "success"
    FAILURE = "failure"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository that the site is built from."""

    clone_url: str
    html_url: str
    default_branch: str
    name: str


@dataclass(frozen=True, slots=True)
class GitHubApi:
    """One repository of GitHub's API; every call raises httpx.HTTPError when it fails."""

    client: httpx.Client
    base_url: str
    full_name: str

    def repository(self) -> Repository:
        """Read the repository (https://docs.github.com/en/rest/repos/repos#get-a-repository)."""
        answer = self.client.get(self._url("")).raise_for_status().json()
        return Repository(
            answer["clone_url"], answer["html_url"], answer["default_branch"], answer["name"]
        )

    def create_deployment(self, sha: str, environment: str) -> int:
        """Create a deployment of a commit to an environment and return its id.

        `required_contexts` is empty: the commit is on the default branch already.
        Source: https://docs.github.com/en/rest/deployments/deployments#create-a-deployment
        """
        body = {
            "ref": sha,
            "environment": environment,
            "auto_merge": False,
            "required_contexts": [],
            "production_environment": environment == PRODUCTION,
            "description": "Documentation site",
        }
        answer = self.client.post(self._url("/deployments"), json=body).raise_for_status().json()
        return int(answer["id"])

    def report_status(
        self, deployment_id: int, state: DeploymentState, environment_url: str, log_url: str
    ) -> None:
        """Add a status to a deployment.

        Source: https://docs.github.com/en/rest/deployments/statuses#create-a-deployment-status
        """
        body = {"state": state, "environment_url": environment_url, "log_url": log_url}
        url = self._url(f"/deployments/{deployment_id}/statuses")
        self.client.post(url, json=body).raise_for_status()

    def _url(self, path: str) -> str:
        return f"{self.base_url}/repos/{self.full_name}{path}"
