"""Registers our deployments with Prefect's server, from the one file that defines them."""

from contextlib import suppress
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import yaml
from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists
from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema

WORK_POOL = "shiploop"
WORK_POOL_TYPE = "in-process"

# What `prefect deploy` puts in front of a run when prefect.yaml names no step.
_SET_DIRECTORY = "prefect.deployments.steps.set_working_directory"


def apply_deployments(client: SyncPrefectClient, project: Path) -> dict[str, UUID]:
    """Create or update every deployment of `prefect.yaml`; returns their ids by name."""
    with suppress(ObjectAlreadyExists):
        client.create_work_pool(WorkPoolCreate(name=WORK_POOL, type=WORK_POOL_TYPE))
    definition = yaml.safe_load((project / "prefect.yaml").read_text())
    return {entry["name"]: _apply(client, project, entry) for entry in definition["deployments"]}


def _apply(client: SyncPrefectClient, project: Path, entry: dict[str, Any]) -> UUID:
    entrypoint = f"{project / entry['entrypoint']}"
    flow = cast("Flow[Any, Any]", load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False))
    return client.create_deployment(
        flow_id=client.create_flow(flow),
        name=entry["name"],
        version=flow.version,
        entrypoint=entry["entrypoint"],
        path=str(project),
        description=entry["description"],
        tags=entry["tags"],
        work_pool_name=entry["work_pool"]["name"],
        pull_steps=[{_SET_DIRECTORY: {"directory": str(project)}}],
        parameter_openapi_schema=parameter_schema(flow).model_dump(exclude_unset=True),
        enforce_parameter_schema=True,
    )
