"""One real question, from asked to live, with everything started for it and stopped again."""

from dataclasses import asdict, dataclass
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shiploop.cli.api_client import ApiClient, outcome_line, stage_lines
from shiploop.domain.timestamps import from_iso
from shiploop.stack.addresses import Addresses

QUESTION = "What is the worker heartbeat mechanism?"

# Read for all tasks together, whichever is under way.
SHARED_CALLS = frozenset(
    {
        "PollChecks",
        "ReadProtection",
        "GET /repos/{owner}/{repo}/rules/branches/{branch}",
        "GET /repos/{owner}/{repo}/rulesets/{ruleset_id}",
    }
)
_BOT = "shiploop-bot"
_BAR_WIDTH = 40


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What `shiploop demo --json` prints."""

    task_id: str
    pr_url: str | None
    merge_sha: str | None
    entry_url: str | None
    tte_ms: int | None
    stages_ms: dict[str, int]
    github_calls: int | None
    outcome: str

    def as_json(self) -> dict[str, Any]:
        """The result as plain values."""
        return asdict(self)


def ask_and_watch(api: ApiClient, question: str, console: Console) -> dict[str, Any]:
    """Ask, and print each stage as it begins; returns the settled task."""
    task_id = api.ask(question)["task_id"]
    console.print(f"\n[bold]{escape(question)}[/bold]\n[dim]task {task_id}[/dim]")
    for line in stage_lines(api.follow(task_id)):
        console.print(f"  {line}", highlight=False)
    return api.task(task_id)


def demo_result(task: dict[str, Any], addresses: Addresses) -> DemoResult:
    """Sum up a settled task."""
    return DemoResult(
        task_id=task["task_id"],
        pr_url=task.get("pr_url"),
        merge_sha=task.get("merge_sha"),
        entry_url=task.get("entry_url"),
        tte_ms=task.get("tte_ms"),
        stages_ms=task["stages_ms"],
        github_calls=_github_calls(addresses, task),
        outcome=task["status"],
    )


def show_result(result: DemoResult, task: dict[str, Any], console: Console) -> None:
    """Print where the time went and where to look."""
    console.print()
    console.print(_waterfall(result.stages_ms))
    until = "so far" if result.merge_sha is None else "up to the merge"
    calls = result.github_calls is not None
    for name, value in (
        ("Pull request", result.pr_url or "none"),
        ("Merged as", result.merge_sha or "not merged"),
        ("Live entry", result.entry_url or "none"),
        ("GitHub calls", f"{result.github_calls} {until}" if calls else "not counted"),
        ("TTE", f"{result.tte_ms} ms" if result.tte_ms is not None else "none"),
    ):
        console.print(f"{name:<13} {value}", soft_wrap=True, highlight=False)
    if result.outcome != "done":
        console.print(f"\n[bold red]{escape(outcome_line(task))}[/bold red]", highlight=False)


def _waterfall(stages_ms: dict[str, int]) -> Table:
    total_ms = max(1, sum(stages_ms.values()))
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    before_ms = 0
    for stage, stage_ms in stages_ms.items():
        indent = round(before_ms / total_ms * _BAR_WIDTH)
        length = max(1, round(stage_ms / total_ms * _BAR_WIDTH))
        table.add_row(stage, f"{stage_ms} ms", f"{' ' * indent}[green]{'█' * length}[/green]")
        before_ms += stage_ms
    return table


def _github_calls(addresses: Addresses, task: dict[str, Any]) -> int | None:
    """How many calls the task took up to its merge; what all tasks share is extra.

    None where nobody counts: only the sandbox's GitHub has a log of its requests.
    """
    answer = httpx.get(f"{addresses.github}/_sandbox/requests")
    if answer.is_error:
        return None
    log: list[dict[str, str]] = answer.json()
    begun, ended = task["created_at"], task.get("merged_at") or task["updated_at"]
    return sum(
        call["login"] == _BOT
        and call["operation"] not in SHARED_CALLS
        and from_iso(begun) <= from_iso(call["started_at"]) <= from_iso(ended)
        for call in log
    )
