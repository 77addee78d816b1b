"""CI: which workflows run, and their jobs as check runs."""

import time

import pytest

from tests.sandbox.github_driver import OPEN, SandboxGitHub
from tests.until import wait_until

GREEN = ("completed", "success")


def test_the_jobs_of_a_workflow_become_check_runs_that_turn_green(github: SandboxGitHub) -> None:
    github.open()
    wait_until(lambda: github.checks("topic") == {"lint": GREEN, "faq-gate": GREEN})
    wait_until(lambda: github.pull(1)["mergeable_state"] == "clean")


def test_with_no_ci_latency_the_workflow_really_runs(github: SandboxGitHub) -> None:
    github.set_latency(ci_ms=0)
    github.open()
    github.wait_green("topic")
    runs = github.bot.get(f"{github.repo}/commits/topic/check-runs").json()["check_runs"]
    logs = {run["name"]: run["output"]["text"] for run in runs}
    assert "passed" in logs["faq-gate"]
    assert all(run["app"]["slug"] == "github-actions" for run in runs)
    wait_until(lambda: not any((github.home / "runs").iterdir()))


def test_a_failing_step_fails_its_job_and_skips_those_that_need_it(github: SandboxGitHub) -> None:
    github.set_latency(ci_ms=0)
    workflow = github.file(".github/workflows/fast.yml")
    github.open("topic", workflow.replace("test -n", "test -z"), path=".github/workflows/fast.yml")
    github.commit("topic", "# FAQ\n")
    wait_until(lambda: github.checks("topic").get("lint") == ("completed", "failure"))
    wait_until(lambda: github.checks("topic").get("faq-gate") == ("completed", "skipped"))


def test_a_path_filter_that_matches_nothing_leaves_no_check(github: SandboxGitHub) -> None:
    pull = github.open("topic", "Elsewhere.\n", path="README.md")
    github.open("other")
    github.wait_green("other")
    assert github.checks("topic") == {}
    assert github.merge(pull["number"]).status_code == 405


@pytest.mark.parametrize(
    "mark", ["[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]"]
)
def test_a_skip_mark_in_the_head_commit_skips_the_workflows(
    github: SandboxGitHub, mark: str
) -> None:
    github.open("topic", message=f"Edit {mark}")
    github.open("other", title=f"A title with {mark}")
    github.wait_green("other")
    assert github.checks("topic") == {}


def test_a_push_to_main_runs_its_workflows(github: SandboxGitHub) -> None:
    sha = github.commit("main", "# FAQ\n\nDirectly.\n")
    github.wait_green(sha)


def test_a_new_head_cancels_the_runs_of_the_old_one(github: SandboxGitHub) -> None:
    github.set_latency(ci_ms=60_000)
    pull = github.open()
    wait_until(lambda: github.checks(pull["headRefOid"]).get("lint") == ("in_progress", None))
    github.set_latency(ci_ms=20)
    github.commit("topic", "# FAQ\n\nBetter.\n")
    github.wait_green("topic")
    cancelled = {"lint": ("completed", "cancelled"), "faq-gate": ("completed", "cancelled")}
    assert github.checks(pull["headRefOid"]) == cancelled


def test_a_conflicting_pull_request_runs_nothing(github: SandboxGitHub) -> None:
    variables = github.open_variables("topic", "# FAQ\n\nOurs.\n")
    github.commit("main", "# FAQ\n\nTheirs.\n")
    github.graphql(OPEN, variables)
    github.open("other")
    github.wait_green("other")
    assert github.checks("topic") == {}


def test_fault_ci_never_ends_leaves_the_required_check_in_progress(github: SandboxGitHub) -> None:
    github.set_faults(ci_never_ends=1)
    github.open()
    wait_until(lambda: github.checks("topic").get("lint") == GREEN)
    assert github.checks("topic")["faq-gate"] == ("in_progress", None)
    assert github.merge(1).json()["message"] == 'Required status check "faq-gate" is in progress.'


@pytest.mark.parametrize("ci_ms", [0, 20])
def test_fault_ci_red_fails_the_required_check_once(github: SandboxGitHub, ci_ms: int) -> None:
    github.set_latency(ci_ms=ci_ms)
    github.set_faults(ci_red=1)
    github.open("first")
    wait_until(lambda: github.checks("first").get("faq-gate") == ("completed", "failure"))
    github.open("second")
    github.wait_green("second")


def test_hundreds_of_runs_wait_at_once(github: SandboxGitHub) -> None:
    github.set_latency(ci_ms=1000)
    heads = [github.open(f"topic-{number}", f"# {number}\n")["headRefOid"] for number in range(150)]
    started = time.monotonic()
    for head in heads:
        github.wait_green(head)
    assert time.monotonic() - started < 10
