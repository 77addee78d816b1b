"""Deployments and their statuses.

Sources: https://docs.github.com/en/rest/deployments/deployments and
https://docs.github.com/en/rest/deployments/statuses
"""

from sandbox.github import commit_webhooks
from sandbox.github.accounts import Access
from sandbox.github.commit_reports import Deployment, DeploymentStatus
from sandbox.github.payloads import deployments as payloads
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply, invalid, not_found

_DEPLOYMENTS = "/repos/{owner}/{repo}/deployments"
_STATUSES = f"{_DEPLOYMENTS}/{{id}}/statuses"
_FILTERS = ("sha", "ref", "task", "environment")
_STATES = ("error", "failure", "inactive", "in_progress", "queued", "pending", "success")


def _find(call: Call) -> Deployment:
    found = call.repository.deployments.get(call.number("id"))
    if found is None:
        raise not_found()
    return found


def _list(call: Call) -> Reply:
    filters = {key: call.query[key] for key in _FILTERS if key in call.query}
    found = [
        deployment
        for deployment in reversed(call.repository.deployments.values())
        if all(getattr(deployment, key) == value for key, value in filters.items())
    ]
    return Reply(
        200, [payloads.deployment(call.github, call.repository, each) for each in call.page(found)]
    )


def _create(call: Call) -> Reply:
    ref = call.text("ref")
    sha = call.repository.git.resolve(ref)
    if sha is None:
        raise RefusedError(Reason.UNPROCESSABLE, f"No ref found for: {ref}")
    if call.flag("auto_merge", True) or call.body.get("required_contexts") != []:
        message = "Deployments are modelled with auto_merge false and required_contexts [] only"
        raise RefusedError(Reason.NOT_MODELLED, message)
    now, environment = call.github.now(), call.optional_text("environment") or "production"
    deployment = Deployment(
        id=call.github.next_id(),
        sha=sha,
        ref=ref,
        task=call.optional_text("task") or "deploy",
        environment=environment,
        description=call.optional_text("description"),
        payload=call.body.get("payload") or {},
        creator=call.actor,
        created_at=now,
        updated_at=now,
        is_production=call.flag("production_environment", environment == "production"),
        is_transient=call.flag("transient_environment", False),
    )
    call.repository.deployments[deployment.id] = deployment
    commit_webhooks.deployment(call.github, call.repository, deployment)
    return Reply(201, payloads.deployment(call.github, call.repository, deployment))


def _get(call: Call) -> Reply:
    return Reply(200, payloads.deployment(call.github, call.repository, _find(call)))


def _statuses(call: Call) -> Reply:
    deployment = _find(call)
    return Reply(
        200,
        [
            payloads.deployment_status(call.github, call.repository, deployment, status)
            for status in call.page(deployment.statuses[::-1])
        ],
    )


def _create_status(call: Call) -> Reply:
    deployment = _find(call)
    if (state := call.text("state")) not in _STATES:
        raise invalid(f"{state!r} is not a member of {list(_STATES)}.")
    status = _status(call, deployment, state, call.optional_text("description") or "")
    if state == "success" and call.flag("auto_inactive", True):
        _deactivate_others(call, deployment)
    return Reply(201, payloads.deployment_status(call.github, call.repository, deployment, status))


def _status(call: Call, deployment: Deployment, state: str, description: str) -> DeploymentStatus:
    status = DeploymentStatus(
        id=call.github.next_id(),
        state=state,
        creator=call.actor,
        description=description,
        environment=call.optional_text("environment") or deployment.environment,
        environment_url=call.optional_text("environment_url") or "",
        log_url=call.optional_text("log_url") or call.optional_text("target_url") or "",
        created_at=call.github.now(),
    )
    deployment.statuses.append(status)
    deployment.updated_at = status.created_at
    commit_webhooks.deployment_status(call.github, call.repository, deployment, status)
    return status


def _deactivate_others(call: Call, newest: Deployment) -> None:
    """Mark what this success replaces, as GitHub does unless told not to (`auto_inactive`).

    "Prior non-transient, non-production environment deployments with the same repository and
    environment name", and of those the ones that succeeded.
    Source: https://docs.github.com/en/rest/deployments/statuses#create-a-deployment-status
    """
    for other in call.repository.deployments.values():
        is_replaced = other is not newest and other.environment == newest.environment
        if other.is_production or other.is_transient:
            continue
        if is_replaced and other.statuses and other.statuses[-1].state == "success":
            _status(call, other, "inactive", "")


OPERATIONS = (
    Operation("GET", _DEPLOYMENTS, _list),
    Operation("POST", _DEPLOYMENTS, _create, Access.WRITE),
    Operation("GET", f"{_DEPLOYMENTS}/{{id}}", _get),
    Operation("GET", _STATUSES, _statuses),
    Operation("POST", _STATUSES, _create_status, Access.WRITE),
)
