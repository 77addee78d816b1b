"""Workflows that GitHub takes end as its documents say, or visibly as not modelled."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.actions import JobUpdate, plan, run
from sandbox.ci.constructs import MODELLED, REFUSED, Shape
from sandbox.ci.workflow_files import read
from sandbox.workflow_triggers import Event
from tests.sandbox.ci.repositories import git

HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = yaml.load((HERE / "cases.yaml").read_text(), Loader=yaml.BaseLoader)  # noqa: S506
OPENED = Event("pull_request", "main", "feature", ("page.md",))
PAYLOAD = {
    "action": "opened",
    "number": 7,
    "pull_request": {"number": 7, "head": {"ref": "feature"}, "base": {"ref": "main"}},
}
# So long is a minute of a time limit.
MINUTE_S = 2.0


def write(worktree: Path, case: Mapping[str, Any]) -> None:
    files = {".github/workflows/ci.yml": case["workflow"], **case.get("files", {})}
    for name, text in files.items():
        path = worktree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(worktree, "add", "--all")
    git(worktree, "commit", "--quiet", "-m", "Workflows")
    git(worktree, "checkout", "--quiet", "--detach")


def outcome(worktree: Path) -> list[JobUpdate]:
    """Run the one workflow that a pull request starts; return what completed."""
    completed: list[JobUpdate] = []

    def receive(update: JobUpdate) -> None:
        if update.status == "completed":
            completed.append(update)

    [workflow] = plan(worktree / ".github/workflows", OPENED)
    assert workflow.invalid is None
    environment = {
        "GITHUB_REPOSITORY": "acme/docs",
        "GITHUB_ACTOR": "ada",
        "SHARED": str(worktree.parent),
    }
    run(
        worktree,
        workflow,
        PAYLOAD,
        environment,
        receive,
        lambda: False,
        secrets={"GITHUB_TOKEN": "ghs_of_the_job"},
        minute_s=MINUTE_S,
    )
    return completed


def expected(case: Mapping[str, Any]) -> list[tuple[str, str]]:
    checks = case["checks"]
    pairs = checks.items() if isinstance(checks, dict) else map(tuple, checks)
    return sorted(pairs)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_workflow_ends_as_github_documents(worktree: Path, case: Mapping[str, Any]) -> None:
    write(worktree, case)
    completed = outcome(worktree)
    may_be_cancelled = case.get("fail_fast_may_cancel", ())
    ends = sorted(
        (each.job, "success" if each.job in may_be_cancelled else str(each.conclusion))
        for each in completed
    )
    assert ends == expected(case), [(each.job, each.log[-500:]) for each in completed]
    assert len({each.number for each in completed}) == len(completed)
    logs = {each.job: each.log for each in completed}
    for job, text in case.get("log", {}).items():
        assert text in logs[job]


def places(value: object, place: str = "") -> Iterator[str]:
    """Return the places of the constructs that a workflow uses."""
    if place:
        yield place
    shape = MODELLED[place].shape if place in MODELLED else Shape.KEYS if not place else None
    if isinstance(value, dict) and shape in (Shape.KEYS, Shape.SCALAR_OR_KEYS, Shape.NAMES):
        for key, inner in value.items():
            named = f"{place}.{key}".lstrip(".")
            is_own = shape is Shape.NAMES and named not in MODELLED
            yield from places(inner, f"{place}.*" if is_own else named)
    elif isinstance(value, list) and shape is Shape.LIST:
        for item in value:
            yield from places(item, f"{place}.[]")


def test_every_construct_that_is_modelled_or_refused_has_a_case() -> None:
    used = {
        place for case in CASES for place in places(read("case", case["workflow"].encode("utf-8")))
    }
    assert used == MODELLED.keys() | REFUSED.keys()
    assert not MODELLED.keys() & REFUSED.keys()


def test_what_is_refused_is_never_green() -> None:
    for case in CASES:
        workflow = read("case", case["workflow"].encode())
        jobs = [
            job for job in workflow["jobs"].values() if set(places(job, "jobs.*")) & REFUSED.keys()
        ]
        red = [each for each in expected(case) if each[1] == "action_required"]
        assert len(red) >= len(jobs)
