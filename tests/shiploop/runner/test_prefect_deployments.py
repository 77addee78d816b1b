"""The deployments: each loads for real, and `prefect deploy` agrees with what the runner did."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.responses import DeploymentResponse

from tests.world import World

PROJECT = Path(__file__).resolve().parents[3]
# What a server writes of its own accord whenever somebody deploys.
SET_BY_THE_SERVER: dict[str, Any] = {
    "updated": True,
    "status": True,
    "last_polled": True,
    "version_id": True,
    "version_info": True,
    "branch": True,
    "schedules": {"__all__": {"updated"}},
}
_LOAD = """
import sys
from prefect.flows import load_flow_from_entrypoint
for entrypoint in sys.argv[1:]:
    flow = load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)
    sys.stdout.write(f"{flow.name}\\n")
"""


def definitions() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = yaml.safe_load((PROJECT / "prefect.yaml").read_text())[
        "deployments"
    ]
    return listed


def deployments(client: SyncPrefectClient) -> dict[str, dict[str, Any]]:
    """What the server knows of our deployments, by full name."""
    names = [f"{entry['name']}/{entry['name']}" for entry in definitions()]
    return {name: comparable(client.read_deployment_by_name(name)) for name in names}


def comparable(deployment: DeploymentResponse) -> dict[str, Any]:
    return deployment.model_dump(mode="json", exclude=SET_BY_THE_SERVER)


def changes(
    before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]
) -> dict[str, tuple[Any, Any]]:
    """What differs: deployment and field, with the value before and after."""
    assert before.keys() == after.keys()
    return {
        f"{name} {field}": (before[name][field], after[name][field])
        for name in before
        for field in before[name]
        if before[name][field] != after[name][field]
    }


def test_every_entrypoint_loads_in_a_fresh_process() -> None:
    entrypoints = [entry["entrypoint"] for entry in definitions()]
    command = [sys.executable, "-c", _LOAD, *entrypoints]
    loaded = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.split() == [entry["name"] for entry in definitions()]


@pytest.mark.xdist_group("patient-world")
def test_prefect_deploy_changes_nothing_of_what_the_runner_applied(
    world: World, tmp_path: Path
) -> None:
    url, auth = world.prefect_environment.values()
    with SyncPrefectClient(url, auth_string=auth) as client:
        applied = deployments(client)
        environment = {**os.environ, **world.prefect_environment, "PREFECT_HOME": str(tmp_path)}
        deployed = subprocess.run(
            [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr
        assert changes(applied, deployments(client)) == {}
    for entry in definitions():
        deployment = applied[f"{entry['name']}/{entry['name']}"]
        assert deployment["entrypoint"] == entry["entrypoint"]
        assert deployment["description"] == entry["description"]
        assert deployment["tags"] == entry["tags"]
        assert deployment["work_pool_name"] == entry["work_pool"]["name"]
