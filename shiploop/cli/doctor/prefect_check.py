"""Prefect's server, our work pool on it and our deployments."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import WorkPoolStatus
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from shiploop.cli.doctor.diagnosis import Finding, Health
from shiploop.runner.prefect_deployments import WORK_POOL, runs_what_we_say

_DEFINITION = Path(__file__).resolve().parents[3] / "prefect.yaml"
_TIMEOUT_S = 3.0
_LOCKED = "Set PREFECT_API_AUTH_STRING to the user:password that it asks for."
_REGISTERED = "Start a runner with `make up`: it registers itself and the deployments."


def check_prefect(api_url: str | None, auth_string: str | None = None) -> Iterator[Finding]:
    """Does Prefect's server answer, only to us, with our pool and our deployments on it?"""
    if api_url is None:
        advice = "Start the stack with `make up`, or set PREFECT_API_URL."
        yield Finding("prefect", Health.NOT_CONFIGURED, "PREFECT_API_URL is not set", advice)
        return
    try:
        known = {PREFECT_API_URL: api_url, PREFECT_API_AUTH_STRING: auth_string}
        with temporary_settings(known), get_client(sync_client=True) as client:
            yield Finding("prefect", Health.OK, f"version {client.api_version()} at {api_url}")
            yield _door(api_url)
            yield _pool(client)
            yield _deployments(client)
    except PrefectHTTPStatusError as error:
        yield Finding("prefect", Health.BROKEN, f"answers {_status(error)} at {api_url}", _LOCKED)
    except (httpx.HTTPError, RuntimeError) as error:
        # A RuntimeError is what the client makes of a server that it cannot reach.
        what = f"does not answer at {api_url}: {type(error).__name__}"
        advice = "Start the stack with `make up`, or correct PREFECT_API_URL."
        yield Finding("prefect", Health.BROKEN, what, advice)


def _status(error: PrefectHTTPStatusError) -> int:
    return error.response.status_code


def _door(api_url: str) -> Finding:
    # Whoever may start runs there, or change their results, decides what a runner does.
    name = "prefect access"
    answer = httpx.post(f"{api_url}/deployments/filter", json={"limit": 1}, timeout=_TIMEOUT_S)
    if answer.is_success:
        what = "everybody who reaches it may read and start runs"
        advice = (
            "Set PREFECT_SERVER_API_AUTH_STRING for the server, and the same as "
            "PREFECT_API_AUTH_STRING here."
        )
        return Finding(name, Health.WARNING, what, advice)
    return Finding(name, Health.OK, "strangers are refused")


def _pool(client: SyncPrefectClient) -> Finding:
    name = "prefect work pool"
    try:
        status = client.read_work_pool(WORK_POOL).status
    except ObjectNotFound:
        return Finding(name, Health.BROKEN, f"there is no pool {WORK_POOL}", _REGISTERED)
    if status is WorkPoolStatus.READY:
        return Finding(name, Health.OK, f"{WORK_POOL} is online")
    if status is WorkPoolStatus.PAUSED:
        advice = "Resume it in the Prefect UI: scheduled runs wait until then."
        return Finding(name, Health.WARNING, f"{WORK_POOL} is paused", advice)
    what = f"{WORK_POOL} has no worker online: runs from the UI and from schedules wait"
    return Finding(name, Health.WARNING, what, _REGISTERED)


def _deployments(client: SyncPrefectClient) -> Finding:
    defined = yaml.safe_load(_DEFINITION.read_text(encoding="utf-8"))["deployments"]
    # A deployment of ours is called like its flow.
    wanted = {f"{each['name']}/{each['name']}": each["entrypoint"] for each in defined}
    found = {name: _deployment(client, name) for name in wanted}
    if missing := [name for name, deployment in found.items() if deployment is None]:
        what = f"missing: {', '.join(missing)}"
        return Finding("prefect deployments", Health.BROKEN, what, _REGISTERED)
    there = {name: deployment for name, deployment in found.items() if deployment is not None}
    if changed := [name for name in there if not runs_what_we_say(there[name], wanted[name])]:
        what = f"somebody has changed what these run: {', '.join(changed)}"
        advice = "Runners run their own flows all the same; restart one to have it mended."
        return Finding("prefect deployments", Health.WARNING, what, advice)
    return Finding("prefect deployments", Health.OK, f"all {len(found)} of prefect.yaml")


def _deployment(client: SyncPrefectClient, name: str) -> DeploymentResponse | None:
    try:
        return client.read_deployment_by_name(name)
    except ObjectNotFound:
        return None
