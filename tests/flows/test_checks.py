"""Whose word counts of a check, and when red is the end: through the whole stack."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.loopback import loopback
from tests.until import wait_until
from tests.world import REPOSITORY, World

pytestmark = pytest.mark.xdist_group("world")

_PROTECTION = "/branches/main/protection"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task whose pull request is open."""

    task_id: str
    pull: dict[str, Any]

    @property
    def sha(self) -> str:
        """Its head."""
        return str(self.pull["head"]["sha"])


def asked(world: World, question: str) -> Waiting:
    task_id = world.ask(question).raise_for_status().json()["task_id"]
    wait_until(lambda: bool(world.pull_requests(task_id)))
    (pull,) = world.pull_requests(task_id)
    return Waiting(task_id, pull)


def report(world: World, waiting: Waiting, name: str, conclusion: str) -> None:
    """Have another app than GitHub Actions report a check."""
    url = f"{world.addresses.github}/_sandbox/apps/other-ci"
    token = loopback.post(url).raise_for_status().json()["token"]
    run = {"name": name, "head_sha": waiting.sha, "conclusion": conclusion}
    loopback.post(
        f"{world.addresses.github}/repos/{REPOSITORY}/check-runs",
        json=run,
        headers={"authorization": f"Bearer {token}"},
    ).raise_for_status()


def runs(world: World, waiting: Waiting) -> list[Any]:
    found = world.github("/actions/runs", head_sha=waiting.sha)["workflow_runs"]
    return [run for run in found if run["event"] == "pull_request"]


@contextmanager
def protected_by(world: World, *names: str) -> Iterator[None]:
    """Have main ask for these checks, or for nothing at all, for the length of the block."""
    if names:
        protect(world, *names)
    else:
        url = f"{world.addresses.github}/repos/{REPOSITORY}{_PROTECTION}"
        headers = {"authorization": f"Bearer {world.admin_token}"}
        loopback.delete(url, headers=headers).raise_for_status()
    try:
        yield
    finally:
        protect(world, "faq-gate")


def protect(world: World, *names: str) -> None:
    required = {"strict": False, "contexts": list(names)}
    world.write_as_person("PUT", _PROTECTION, required_status_checks=required)


@pytest.mark.parametrize(
    ("names", "question"),
    [
        (("faq-gate",), "Who may report a check of a protected branch?"),
        ((), "Who may report a check of any branch?"),
    ],
)
def test_another_apps_check_of_the_required_name_merges_nothing(
    world: World, names: tuple[str, ...], question: str
) -> None:
    with protected_by(world, *names), world.fault("ci_red"), world.latency(ci_ms=2500):
        waiting = asked(world, question)
        report(world, waiting, "faq-gate", "success")
        task = world.wait(waiting.task_id)
    assert (task["status"], task["failure_kind"]) == ("error", "ci_failed"), task
    assert world.merges(waiting.task_id) == []


def test_a_run_that_is_cancelled_for_its_successor_is_no_end(world: World) -> None:
    with world.latency(ci_ms=4000):
        waiting = asked(world, "What does the dashboard show?")
        wait_until(lambda: len(runs(world, waiting)) > 0)
        for state in ("closed", "open"):  # opened again, its workflows run anew
            world.write_as_person("PATCH", f"/pulls/{waiting.pull['number']}", state=state)
        task = world.wait(waiting.task_id)
    assert task["status"] == "done", task
    assert {run["conclusion"] for run in runs(world, waiting)} == {"cancelled", "success"}


def test_a_check_that_turns_green_when_it_is_run_again_is_told_to_be_flaky(world: World) -> None:
    with world.fault("ci_flaky"), world.latency(ci_ms=1500):
        waiting = asked(world, "How do I configure the site?")
        task = world.wait(waiting.task_id)
    assert (task["status"], task.get("flaky_checks")) == ("done", "faq-gate"), task
    assert max(run["run_attempt"] for run in runs(world, waiting)) == 2


def test_checks_that_github_hides_end_a_task_with_the_missing_right_and_no_other(
    world: World,
) -> None:
    with world.fault("checks_hidden", None):
        task = world.settle("How do I roll back by hand?")
    assert (task["status"], task["failure_kind"]) == ("error", "github"), task
    assert "actions: read" in task["error"]
    assert world.merges(task["task_id"]) == []
    assert world.settle("What is the state of a task?")["status"] == "done"


def test_the_required_check_is_seen_behind_250_others_without_a_webhook(world: World) -> None:
    gate = "last-gate"
    with (
        protected_by(world, "faq-gate", gate),
        world.fault("webhooks_lost", None),
        world.latency(ci_ms=1000),
    ):
        waiting = asked(world, "How are alerts routed?")
        for number in range(250):
            report(world, waiting, f"other-{number}", "failure")
        assert world.task(waiting.task_id)["status"] == "running"
        report(world, waiting, gate, "success")
        task = world.wait(waiting.task_id)
    assert task["status"] == "done", task
