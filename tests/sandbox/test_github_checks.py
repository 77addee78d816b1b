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


def in_one_group(github: SandboxGitHub, lint: str = "true") -> None:
    """Let a newer run of a branch cancel the older one."""
    path = ".github/workflows/fast.yml"
    group = "concurrency: {group: '${{ github.head_ref || github.sha }}', cancel-in-progress: true}"
    workflow = github.file(path).replace("test -n", f"{lint}; test -n")
    github.commit("main", f"{group}\n{workflow}", path=path)


def test_a_new_head_leaves_the_runs_of_the_old_one_alone(github: SandboxGitHub) -> None:
    github.set_latency(ci_ms=500)
    pull = github.open()
    wait_until(lambda: github.checks(pull["headRefOid"]).get("lint") == ("in_progress", None))
    github.commit("topic", "# FAQ\n\nBetter.\n")
    github.wait_green("topic")
    github.wait_green(pull["headRefOid"])


def test_a_new_head_cancels_the_jobs_that_run_for_its_group(github: SandboxGitHub) -> None:
    github.set_latency(ci_ms=0)
    in_one_group(github, 'test "${{ github.event.action }}" != opened || sleep 60')
    pull = github.open()
    wait_until(lambda: github.checks(pull["headRefOid"]).get("lint") == ("in_progress", None))
    github.commit("topic", "Quick.\n", path="docs/quick.md")
    github.wait_green("topic")
    assert github.checks(pull["headRefOid"])["lint"] == ("completed", "cancelled")
    assert github.checks(pull["headRefOid"])["faq-gate"] == ("completed", "cancelled")


def test_a_new_head_cancels_the_runs_of_its_group(github: SandboxGitHub) -> None:
    github.set_latency(ci_ms=60_000)
    in_one_group(github)
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


def test_a_pull_request_target_runs_the_bases_workflow_on_the_base(github: SandboxGitHub) -> None:
    github.set_latency(ci_ms=0)
    step = "[ $GITHUB_REF = refs/heads/main ] && [ $GITHUB_EVENT_NAME = pull_request_target ]"
    job = f"{{runs-on: ubuntu-latest, steps: [{{run: '{step}'}}]}}"
    workflow = f"on: pull_request_target\njobs: {{target: {job}}}\n"
    github.commit("main", workflow, path=".github/workflows/target.yml")
    github.open()
    wait_until(lambda: github.checks("topic").get("target") == GREEN)


def test_a_workflow_that_github_would_not_start_has_no_check(github: SandboxGitHub) -> None:
    github.set_latency(ci_ms=0)
    broken = "on: pull_request\njobs: {broken: {runs-on: ubuntu-latest, stepz: []}}\n"
    github.commit("main", broken, path=".github/workflows/broken.yml")
    github.open()
    github.wait_green("topic")
    assert github.checks("topic").keys() == {"lint", "faq-gate"}


def test_what_is_not_modelled_blocks_the_merge_and_says_what(github: SandboxGitHub) -> None:
    github.set_latency(ci_ms=0)
    path = ".github/workflows/fast.yml"
    workflow = github.file(path).replace("needs: [lint]", "needs: [lint]\n    container: alpine")
    github.commit("main", workflow, path=path)
    pull = github.open()
    wait_until(lambda: github.checks("topic").get("faq-gate") == ("completed", "action_required"))
    assert github.merge(pull["number"]).status_code == 405
    runs = github.bot.get(f"{github.repo}/commits/topic/check-runs").json()["check_runs"]
    [gate] = [run for run in runs if run["name"] == "faq-gate"]
    assert gate["output"]["text"] == "not modelled: containers"


def test_a_jobs_token_reads_the_api_until_the_run_is_over(github: SandboxGitHub) -> None:
    github.set_latency(ci_ms=0)
    step = 'curl -sSf -H "authorization: Bearer $T" $GITHUB_API_URL/repos/$GITHUB_REPOSITORY'
    workflow = (
        "on: pull_request\njobs: {reads: {runs-on: ubuntu-latest, env: {T: '${{ github.token }}'},"
        f" steps: [{{run: '{step}'}}]}}}}\n"
    )
    github.commit("main", workflow, path=".github/workflows/token.yml")
    github.open()
    wait_until(lambda: "reads" in github.checks("topic"))
    wait_until(lambda: github.checks("topic")["reads"][0] == "completed")
    assert github.checks("topic")["reads"] == GREEN
