"""Registers our deployments with Prefect's server, from the one file that defines them."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.exceptions import ObjectAlreadyExists
from prefect.utilities.callables import parameter_schema

WORK_POOL = "shiploop"
WORK_POOL_TYPE = "in-process"

# What `prefect deploy` puts in front of a run when prefect.yaml names no step.
_SET_DIRECTORY = "prefect.deployments.steps.set_working_directory"


def apply_deployments(
    client: SyncPrefectClient, project: Path, flows: Mapping[str, Flow[..., Any]]
) -> dict[str, UUID]:
    """Create or update every deployment of `prefect.yaml`; returns their ids by name."""
    with suppress(ObjectAlreadyExists):
        client.create_work_pool(WorkPoolCreate(name=WORK_POOL, type=WORK_POOL_TYPE))
    definition = yaml.safe_load((project / "prefect.yaml").read_text())
    return {
        entry["name"]: _apply(client, project, entry, flows[entry["name"]])
        for entry in definition["deployments"]
    }


def _apply(
    client: SyncPrefectClient, project: Path, entry: dict[str, Any], flow: Flow[..., Any]
) -> UUID:
    return client.create_deployment(
        flow_id=client.create_flow(flow),
        name=entry["name"],
        version=flow.version,
        entrypoint=entry["entrypoint"],
        path=str(project),
        description=entry["description"],
        tags=entry["tags"],
        work_pool_name=entry["work_pool"]["name"],
        pull_steps=_pull_steps(str(project)),
        schedules=[_schedule(one) for one in entry.get("schedules", ())],
        parameter_openapi_schema=parameter_schema(flow).model_dump(exclude_unset=True),
        enforce_parameter_schema=True,
    )


def runs_what_we_say(deployment: DeploymentResponse, entrypoint: str) -> bool:
    """False where somebody has changed what a deployment of ours runs, or does beforehand.

    Its folder is that of whoever registered it, which may be another machine's.
    """
    return (
        deployment.entrypoint == entrypoint
        and deployment.pull_steps == _pull_steps(deployment.path or "")
        and not deployment.job_variables
    )


def _pull_steps(directory: str) -> list[dict[str, Any]]:
    return [{_SET_DIRECTORY: {"directory": directory}}]


def _schedule(entry: dict[str, Any]) -> DeploymentScheduleCreate:
    interval = IntervalSchedule(
        interval=timedelta(seconds=entry["interval"]),
        anchor_date=datetime.fromisoformat(entry["anchor_date"]),
        timezone=entry["timezone"],
    )
    return DeploymentScheduleCreate(schedule=interval, active=entry["active"], slug=entry["slug"])
