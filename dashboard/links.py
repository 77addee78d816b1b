"""Where a run can be looked at elsewhere."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from dashboard.markup import Html, joined, link
from shiploop.bootstrap import Services


def task_links(task: Mapping[str, str], services: Services) -> Html:
    """A link to each place that knows something of a run."""
    return joined(link(url, label) for label, url in _places(task, services))


def _places(task: Mapping[str, str], services: Services) -> Iterator[tuple[str, str]]:
    for label, field in (
        ("PR", "pr_url"),
        ("Live", "entry_url"),
        ("Revert", "rollback_pr_url"),
        ("Incident", "incident_url"),
    ):
        if field in task:
            yield label, task[field]
    prefect = services.settings.prefect_api_url
    if prefect is not None and "prefect_run_id" in task:
        ui = prefect.rstrip("/").removesuffix("/api")
        yield "Prefect", f"{ui}/runs/flow-run/{task['prefect_run_id']}"
    if (project := services.settings.sentry_project) is not None and "failure_kind" in task:
        organisation, _, _ = project.partition("/")
        query = urlencode({"query": f"task_id:{task['task_id']}"})
        url = f"{services.settings.sentry_api_url}/organizations/{organisation}/issues/?{query}"
        yield "Sentry", url
