"""Workflow files that are really run on this machine: reports, cancellation, isolation."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from sandbox.actions import JobUpdate, plan, run
from sandbox.workflow_triggers import Event

OPENED = Event("pull_request", "main", "feature", ("docs/FAQ.md",))
PAYLOAD = {
    "action": "opened",
    "number": 7,
    "pull_request": {"number": 7, "head": {"ref": "feature"}, "base": {"ref": "main"}},
}


@pytest.fixture
def worktree(tmp_path: Path) -> Path:
    root = tmp_path / "worktree"
    (root / ".github/workflows").mkdir(parents=True)
    (root / "page.md").write_text("# Page\n", encoding="utf-8")
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", root], check=True)
    author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    subprocess.run(["git", "-C", root, "add", "page.md"], check=True)
    subprocess.run(["git", "-C", root, *author, "commit", "--quiet", "-m", "Page"], check=True)
    return root


def write(worktree: Path, jobs: str, on: str = "pull_request", name: str = "ci.yml") -> None:
    text = f"name: CI\non: {on}\njobs:\n{jobs}"
    (worktree / ".github/workflows" / name).write_text(text, encoding="utf-8")


def planned_jobs(worktree: Path, event: Event = OPENED) -> list[tuple[str, ...]]:
    return [workflow.jobs for workflow in plan(worktree / ".github/workflows", event)]


def updates_of(
    worktree: Path,
    env: dict[str, str] | None = None,
    on_job: Callable[[JobUpdate], None] = lambda update: None,
    cancelled: threading.Event | None = None,
) -> list[JobUpdate]:
    updates: list[JobUpdate] = []

    def receive(update: JobUpdate) -> None:
        updates.append(update)
        on_job(update)

    [workflow] = plan(worktree / ".github/workflows", OPENED)
    run(worktree, workflow, PAYLOAD, env or {}, receive, (cancelled or threading.Event()).is_set)
    return updates


def conclusions(updates: list[JobUpdate]) -> dict[str, str | None]:
    completed = [update for update in updates if update.status == "completed"]
    assert len({update.job for update in completed}) == len(completed)
    return {update.job: update.conclusion for update in completed}


STEPS = "    runs-on: ubuntu-latest\n    steps:\n"


def test_jobs_are_named_as_their_check_runs_are(worktree: Path) -> None:
    matrix = "    strategy: {matrix: {os: [linux, mac], python: [3.11, '3.12']}}\n"
    named = "    name: check ${{ matrix.os }}\n    strategy: {matrix: {os: [a, b]}}\n"
    step = STEPS + "      - run: 'true'\n"
    write(worktree, f"  test:\n{matrix}{step}  named:\n{named}{step}  gate:\n{step}")
    assert planned_jobs(worktree) == [
        (
            "test (linux, 3.11)",
            "test (linux, 3.12)",
            "test (mac, 3.11)",
            "test (mac, 3.12)",
            "check a",
            "check b",
            "gate",
        )
    ]


def test_only_the_workflows_of_the_event_are_planned(worktree: Path) -> None:
    step = STEPS + "      - run: 'true'\n"
    write(worktree, f"  faq:\n{step}", "{pull_request: {paths: [docs/FAQ.md]}}", "a.yml")
    write(worktree, f"  api:\n{step}", "{pull_request: {paths: [api/**]}}", "b.yaml")
    write(worktree, f"  pushed:\n{step}", "push", "c.yml")
    assert planned_jobs(worktree) == [("faq",)]
    assert planned_jobs(worktree, Event("push", "main", "main", ())) == [("pushed",)]


def test_each_job_is_reported_when_it_starts_and_when_it_completes(worktree: Path) -> None:
    good = "  good:\n" + STEPS + "      - run: echo all is well\n"
    bad = "  bad:\n" + STEPS + "      - run: echo oh no; exit 3\n"
    after = "  after:\n    needs: [good, bad]\n" + STEPS + "      - run: 'true'\n"
    gate = "  gate:\n    needs: [good, bad]\n    if: always()\n" + STEPS
    gate += "      - run: test ${{ needs.bad.result }} = failure\n"
    write(worktree, good + bad + after + gate)

    updates = updates_of(worktree)

    assert conclusions(updates) == {
        "good": "success",
        "bad": "failure",
        "after": "skipped",
        "gate": "success",
    }
    order = [(update.job, update.status) for update in updates]
    assert order.index(("good", "in_progress")) < order.index(("good", "completed"))
    assert order.index(("bad", "completed")) < order.index(("gate", "in_progress"))
    logs = {update.job: update.log for update in updates if update.status == "completed"}
    assert "all is well" in logs["good"]
    assert "oh no" in logs["bad"]
    assert "exit code 3" in logs["bad"]


def test_a_failed_leg_of_a_matrix_does_not_fail_the_others(worktree: Path) -> None:
    strategy = "    strategy: {fail-fast: false, matrix: {n: [1, 2, 3]}}\n"
    write(worktree, f"  leg:\n{strategy}{STEPS}      - run: test ${{{{ matrix.n }}}} != 2\n")
    assert conclusions(updates_of(worktree)) == {
        "leg (1)": "success",
        "leg (2)": "failure",
        "leg (3)": "success",
    }


def test_a_job_whose_condition_is_false_is_skipped(worktree: Path) -> None:
    job = "  rollback:\n    if: startsWith(github.head_ref, 'hotfix/')\n"
    write(worktree, job + STEPS + "      - run: 'true'\n")
    assert conclusions(updates_of(worktree)) == {"rollback": "skipped"}


def test_steps_see_the_checkout_the_event_and_the_given_environment(worktree: Path) -> None:
    steps = "      - uses: actions/checkout@v6\n"
    steps += "      - run: cat page.md; git log --format=%s\n"
    steps += "      - run: echo $GITHUB_REPOSITORY $GITHUB_HEAD_REF $GITHUB_REF; which rumdl\n"
    write(worktree, "  job:\n" + STEPS + steps)
    [_, done] = updates_of(worktree, {"GITHUB_REPOSITORY": "acme/docs"})
    assert done.conclusion == "success"
    for text in ("# Page", "acme/docs feature refs/pull/7/merge", "rumdl"):
        assert text in done.log


def test_nothing_of_this_process_reaches_a_step(
    worktree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret-of-the-parent")
    for name in (".env", ".secrets", ".vars", ".input"):
        (worktree / name).write_text("FROM_PULL_REQUEST=1\n", encoding="utf-8")
    (worktree / ".actrc").write_text("--bind\n", encoding="utf-8")
    steps = '      - run: env; echo "here $PWD; var ${{ vars.FROM_PULL_REQUEST }}."\n'
    write(worktree, "  job:\n" + STEPS + steps)
    [_, done] = updates_of(worktree)
    assert "secret-of-the-parent" not in done.log
    assert "FROM_PULL_REQUEST=1" not in done.log
    assert "var ." in done.log
    assert f"here {worktree};" not in done.log
    assert f"HOME={Path.home()}\n" not in done.log


def test_a_run_leaves_no_file_behind(worktree: Path) -> None:
    write(worktree, "  job:\n" + STEPS + "      - uses: actions/checkout@v6\n      - run: exit 1\n")
    before = sorted(worktree.parent.rglob("*"))
    assert conclusions(updates_of(worktree)) == {"job": "failure"}
    assert sorted(worktree.parent.rglob("*")) == before


def living_in_session_of(shell_pid: int) -> list[psutil.Process]:
    living = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == shell_pid and process.status() != psutil.STATUS_ZOMBIE:
                living.append(process)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return living


def test_cancelling_ends_every_process_and_runs_what_always_runs(worktree: Path) -> None:
    steps = "      - run: echo $$ > $MARK/pid; echo started; sleep 60 & sleep 60\n"
    job = "  slow:\n" + STEPS + steps
    next_job = "  next:\n    needs: slow\n" + STEPS + "      - run: 'true'\n"
    last_job = "  last:\n    needs: slow\n    if: always()\n" + STEPS + "      - run: 'true'\n"
    write(worktree, job + next_job + last_job)
    cancelled = threading.Event()
    pid_path = worktree.parent / "pid"

    def cancel_once_started() -> None:
        while not pid_path.exists() or not pid_path.read_text():
            time.sleep(0.01)
        cancelled.set()

    canceller = threading.Thread(target=cancel_once_started)
    canceller.start()
    started = time.monotonic()
    updates = updates_of(worktree, {"MARK": str(worktree.parent)}, cancelled=cancelled)
    canceller.join()

    assert time.monotonic() - started < 5
    assert conclusions(updates) == {"slow": "cancelled", "next": "cancelled", "last": "success"}
    assert not living_in_session_of(int(pid_path.read_text()))


def test_a_callback_that_raises_leaves_no_process_behind(worktree: Path) -> None:
    write(worktree, "  slow:\n" + STEPS + "      - run: sleep 60\n")

    def refuse(update: JobUpdate) -> None:
        raise RuntimeError(update.job)

    before = set(psutil.Process().children(recursive=True))
    with pytest.raises(RuntimeError, match="slow"):
        updates_of(worktree, on_job=refuse)
    left = set(psutil.Process().children(recursive=True)) - before
    assert not [child for child in left if child.is_running()]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name: [", "is not YAML"),
        ("- a list\n", "is not a workflow"),
        ("on: pull_request\nname: CI\n", "there are no jobs"),
        ("on: pull_request\njobs: {a: {steps: []}}\n", "property is missing: runs-on"),
    ],
)
def test_a_file_that_is_no_workflow_is_planned_as_invalid(
    worktree: Path, text: str, reason: str
) -> None:
    (worktree / ".github/workflows/ci.yml").write_text(text, encoding="utf-8")
    [planned] = plan(worktree / ".github/workflows", OPENED)
    assert planned.jobs == ()
    assert reason in str(planned.invalid)


def test_the_payload_is_what_the_event_file_holds(worktree: Path) -> None:
    write(worktree, "  job:\n" + STEPS + "      - run: cp $GITHUB_EVENT_PATH $MARK/event\n")
    updates_of(worktree, {"MARK": str(worktree.parent)})
    assert json.loads((worktree.parent / "event").read_text(encoding="utf-8")) == PAYLOAD
