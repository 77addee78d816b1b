"""Where a run can be looked at elsewhere."""

from collections.abc import Iterator
from urllib.parse import urlencode

from dashboard.markup import Html, joined, link
from shiploop.bootstrap import Services
from shiploop.domain.delivery.task_record import TaskRecord


def task_links(task: TaskRecord, services: Services) -> Html:
    """A link to each place that knows something of a run."""
    return joined(link(url, label) for label, url in _places(task, services))


def _places(task: TaskRecord, services: Services) -> Iterator[tuple[str, str]]:
    for label, url in (
        ("PR", task.pr_url),
        ("Live", task.entry_url),
        ("Revert", task.rollback_pr_url),
        ("Incident", task.incident_url),
    ):
        if url is not None:
            yield label, url
    prefect = services.settings.prefect_api_url
    if prefect is not None and task.prefect_run_id is not None:
        ui = prefect.rstrip("/").removesuffix("/api")
        yield "Prefect", f"{ui}/runs/flow-run/{task.prefect_run_id}"
    project = services.settings.sentry_project
    if project is not None and task.failure_kind is not None:
        organisation, _, _ = project.partition("/")
        query = urlencode({"query": f"task_id:{task.task_id}"})
        url = f"{services.settings.sentry_api_url}/organizations/{organisation}/issues/?{query}"
        yield "Sentry", url
