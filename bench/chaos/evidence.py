"""What became of the questions that were accepted, and what of it counts as a loss. No I/O."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that a set of tasks has left behind, once nothing runs any more.

    `tasks` are as the API shows them; the other mappings count by task id: its outcomes, the
    pull requests opened for it, those that were closed or merged, its commits and its entries
    on main.
    """

    tasks: Mapping[str, Mapping[str, Any]]
    outcomes: Mapping[str, int]
    pull_requests: Mapping[str, int]
    closed: Mapping[str, int]
    merged: Mapping[str, int]
    commits: Mapping[str, int]
    entries: Mapping[str, int]
    branches: tuple[str, ...]
    successes: int
    failures: int
    backlog: int


def losses(accepted: Iterable[str], evidence: Evidence, *, late: bool = False) -> tuple[str, ...]:
    """Everything that is not as it has to be; none when nothing was lost or done twice.

    A runner that was paused just before it sends the request for a pull request opens one
    more when it wakes up: that is no loss where `late` runners are, as long as it is closed.
    """
    wanted = tuple(accepted)
    found = [loss for task_id in wanted for loss in _losses_of(task_id, evidence, late)]
    twice = [task_id for task_id, times in Counter(wanted).items() if times > 1]
    found += [f"{task_id}: two questions were given the same task" for task_id in twice]
    found += [f"branch left behind: {branch}" for branch in evidence.branches]
    if evidence.backlog:
        found.append(f"{evidence.backlog} entries are left on the queue")
    if (evidence.successes, evidence.failures) != (len(wanted), 0):
        found.append(
            f"the counters say {evidence.successes} successes and {evidence.failures} failures "
            f"of {len(wanted)} tasks"
        )
    return tuple(found)


def _losses_of(task_id: str, evidence: Evidence, late: bool) -> Iterator[str]:
    task = evidence.tasks.get(task_id)
    if task is None:
        yield f"{task_id}: nobody knows of it any more"
        return
    if task["status"] != "done":
        kind, why = task.get("failure_kind"), task.get("error") or task.get("reason")
        yield f"{task_id}: {task['status']} {kind or task.get('stage')}, {why}"
    opened, closed = (each.get(task_id, 0) for each in (evidence.pull_requests, evidence.closed))
    counts = {
        "outcomes": evidence.outcomes,
        "pull requests": {task_id: opened - closed if late else opened},
        "merged pull requests": evidence.merged,
        "commits on main": evidence.commits,
        "entries in the FAQ": evidence.entries,
    }
    for what, count in counts.items():
        if (number := count.get(task_id, 0)) != 1:
            yield f"{task_id}: {number} {what}"
