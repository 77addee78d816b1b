"""Waiting for checks over a real Valkey and a sandbox GitHub: which run counts, and who decides."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from shiploop.bootstrap import Services
from shiploop.domain.delivery.checks import (
    Check,
    ChecksState,
    ChecksVerdict,
    Conclusion,
)
from shiploop.domain.delivery.pull_request import Base, PullRequest
from shiploop.domain.delivery.webhook_facts import CheckFact
from shiploop.errors import ChecksUnreadable, GitHubRateLimited
from tasks import checks as waiting
from tasks.checks import await_checks
from tasks.shared.reruns import settle_red
from tests.builders import a_check
from tests.sandbox_process import OtherApp, SandboxProcess
from tests.tasks.conftest import ServicesWith
from tests.until import wait_until

GREEN, RED, PENDING = ChecksState.GREEN, ChecksState.RED, ChecksState.PENDING
LONG, SHORT = timedelta(seconds=20), timedelta(seconds=1)


@pytest.fixture
def ours(services_with: ServicesWith, running_sandbox: SandboxProcess) -> Iterator[Services]:
    """Services whose poll and listener run, as a runner's do."""
    running_sandbox.reset()
    made = services_with(github_api_url=running_sandbox.url, check_poll_s=0.1)
    with running(made):
        yield made


@contextmanager
def running(made: Services) -> Iterator[None]:
    stopping = threading.Event()
    loops = [made.check_poll.run, made.facts.listen]
    threads = [threading.Thread(target=each, args=[stopping]) for each in loops]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join(timeout=5)


def wait_for(pull: PullRequest, base: Base, patience: timedelta = LONG) -> ChecksVerdict:
    deadline = datetime.now(UTC) + patience
    return await_checks(pull.id, pull.head_sha, base, deadline)


def opened(sandbox: SandboxProcess, *others: str, ci_ms: int = 300) -> tuple[Base, PullRequest]:
    """A pull request whose check runs so long; main asks for `others` as well."""
    sandbox.set_ci_ms(ci_ms)
    base, pull = sandbox.open(f"\n## {datetime.now(UTC).timestamp()}?\n\nYes.\n")
    required = (*base.required_checks, *others)
    return replace(base, required_checks=required), pull


def an_app(sandbox: SandboxProcess) -> OtherApp:
    return sandbox.install_app("other-ci")


def test_another_apps_check_of_the_required_name_is_not_enough(
    ours: Services, running_sandbox: SandboxProcess
) -> None:
    base, pull = opened(running_sandbox, ci_ms=60_000)
    an_app(running_sandbox).report(pull.head_sha, "faq-gate", "success")
    assert wait_for(pull, base, SHORT).state is PENDING


def test_another_apps_check_of_the_required_name_has_to_be_green_too(
    ours: Services, running_sandbox: SandboxProcess
) -> None:
    base, pull = opened(running_sandbox)
    an_app(running_sandbox).report(pull.head_sha, "faq-gate", "failure")
    assert wait_for(pull, base).state is RED


def test_only_the_app_that_a_rule_expects_counts(
    ours: Services, running_sandbox: SandboxProcess
) -> None:
    expected = [{"context": "faq-gate", "integration_id": 15368}]
    with running_sandbox.ruleset({"required_status_checks": expected}):
        base, pull = opened(running_sandbox)
        an_app(running_sandbox).report(pull.head_sha, "faq-gate", "failure")
        assert wait_for(pull, base).state is GREEN


@pytest.mark.parametrize(("told", "state"), [("failure", RED), ("pending", PENDING)])
def test_a_status_of_the_required_name_counts_beside_the_check_run(
    ours: Services, running_sandbox: SandboxProcess, told: str, state: ChecksState
) -> None:
    base, pull = opened(running_sandbox)
    running_sandbox.status(pull.head_sha, "faq-gate", told)
    assert wait_for(pull, base, timedelta(seconds=2)).state is state
    running_sandbox.status(pull.head_sha, "faq-gate", "success")
    assert wait_for(pull, base).state is GREEN


def test_a_run_that_was_cancelled_for_its_successor_is_no_end(
    ours: Services, running_sandbox: SandboxProcess
) -> None:
    base, pull = opened(running_sandbox, ci_ms=60_000)
    wait_until(lambda: bool(run_ids(running_sandbox, pull)))
    (run,) = run_ids(running_sandbox, pull)
    running_sandbox.administer("POST", f"/actions/runs/{run}/cancel")
    assert wait_for(pull, base, SHORT).state is RED  # at the deadline
    running_sandbox.set_ci_ms(1500)
    for state in ("closed", "open"):  # it is opened again: its workflow runs anew
        running_sandbox.administer("PATCH", f"/pulls/{pull.number}", {"state": state})
    assert wait_for(pull, base).state is GREEN
    assert len(run_ids(running_sandbox, pull)) == 2


def test_a_run_that_was_cancelled_and_is_run_again_is_followed(
    ours: Services, running_sandbox: SandboxProcess
) -> None:
    base, pull = opened(running_sandbox, ci_ms=60_000)
    wait_until(lambda: bool(run_ids(running_sandbox, pull)))
    (run,) = run_ids(running_sandbox, pull)
    running_sandbox.administer("POST", f"/actions/runs/{run}/cancel")
    assert wait_for(pull, base, SHORT).failed == (
        "faq-gate (cancelled, and no other run of it has come)",
    )
    running_sandbox.set_ci_ms(20)
    running_sandbox.administer("POST", f"/actions/runs/{run}/rerun")
    assert wait_for(pull, base).state is GREEN


def test_a_failed_job_is_run_again_once_and_told_to_be_flaky(
    ours: Services, running_sandbox: SandboxProcess
) -> None:
    running_sandbox.set_faults(ci_flaky=1)
    base, pull = opened(running_sandbox)
    verdict = wait_for(pull, base)
    assert (verdict.state, verdict.flaky) == (GREEN, ("faq-gate",))
    assert reruns(running_sandbox) == 1


def test_what_fails_again_is_red_however_often_the_step_is_tried(
    ours: Services, running_sandbox: SandboxProcess
) -> None:
    running_sandbox.set_faults(ci_red=1)
    base, pull = opened(running_sandbox)
    for _ in range(2):
        verdict = wait_for(pull, base)
        assert (verdict.state, verdict.failed) == (RED, ("faq-gate",))
    assert reruns(running_sandbox) == 1


def test_nothing_is_run_again_where_that_is_switched_off(
    services_with: ServicesWith, running_sandbox: SandboxProcess
) -> None:
    running_sandbox.reset()
    settings = {"check_poll_s": 0.1, "rerun_failed_checks": 0}
    with running(services_with(github_api_url=running_sandbox.url, **settings)):
        running_sandbox.set_faults(ci_flaky=1)
        base, pull = opened(running_sandbox)
        assert wait_for(pull, base).state is RED
    assert reruns(running_sandbox) == 0


def test_a_rerun_that_github_refuses_is_told_with_its_reason(
    services_with: ServicesWith, running_sandbox: SandboxProcess
) -> None:
    running_sandbox.reset()
    settings = {"check_poll_s": 0.1, "github_token": SecretStr("eve-token")}
    with running(services_with(github_api_url=running_sandbox.url, **settings)):
        running_sandbox.set_faults(ci_flaky=1)
        base, pull = opened(running_sandbox)
        verdict = wait_for(pull, base)
    assert verdict.state is RED
    assert verdict.failed[0] == "faq-gate"
    assert "could not be run again: GitHub answered 403" in verdict.failed[1]


def test_a_rerun_that_did_not_reach_github_is_asked_for_again(
    services_with: ServicesWith, running_sandbox: SandboxProcess
) -> None:
    running_sandbox.reset()
    ours = services_with(github_api_url=running_sandbox.url)
    running_sandbox.set_faults(ci_flaky=1)
    _, pull = opened(running_sandbox)
    red = ChecksVerdict(RED, ("faq-gate",), (failed_check(ours, pull),))
    running_sandbox.set_faults(github_rate_limited=1)
    with pytest.raises(GitHubRateLimited):
        settle_red(pull.head_sha, red, (), 0)
    assert ours.facts.known(pull.head_sha).reruns == ()
    assert settle_red(pull.head_sha, red, (), 0) is None
    wait_until(lambda: passed(ours, pull))


def test_a_rerun_whose_answer_was_lost_is_not_asked_for_twice(
    services_with: ServicesWith, running_sandbox: SandboxProcess
) -> None:
    running_sandbox.reset()
    ours = services_with(github_api_url=running_sandbox.url)
    running_sandbox.set_faults(ci_flaky=1)
    _, pull = opened(running_sandbox)
    red = ChecksVerdict(RED, ("faq-gate",), (failed_check(ours, pull),))
    running_sandbox.set_faults(github_503=1)
    for _ in range(2):
        assert settle_red(pull.head_sha, red, (), 0) is None
    (rerun,) = ours.facts.known(pull.head_sha).reruns
    assert rerun.names == ("faq-gate",)
    assert reruns(running_sandbox) == 1


def test_what_was_asked_for_by_whoever_had_the_task_before_is_not_asked_for_again(
    ours: Services, running_sandbox: SandboxProcess
) -> None:
    running_sandbox.set_faults(ci_flaky=1)
    base, pull = opened(running_sandbox)
    wait_for_red(ours, pull)
    running_sandbox.set_ci_ms(1500)
    assert wait_for(pull, base, SHORT).state in (RED, PENDING)  # it ends here, at its deadline
    verdict = wait_for(pull, base)
    assert (verdict.state, verdict.flaky) == (GREEN, ("faq-gate",))
    assert reruns(running_sandbox) == 1


def test_checks_that_github_hides_end_the_task_with_the_right_that_is_missing(
    ours: Services, running_sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_HIDDEN_FOR_S", 0.5)
    base, pull = opened(running_sandbox)
    running_sandbox.set_faults(checks_hidden=1000)
    with pytest.raises(ChecksUnreadable, match="checks, commit statuses and actions: read"):
        wait_for(pull, base)


def test_checks_that_are_hidden_for_a_moment_keep_nobody(
    ours: Services, running_sandbox: SandboxProcess
) -> None:
    base, pull = opened(running_sandbox)
    running_sandbox.set_faults(checks_hidden=3)
    assert wait_for(pull, base).state is GREEN


def test_the_last_of_250_checks_is_seen(ours: Services, running_sandbox: SandboxProcess) -> None:
    base, pull = opened(running_sandbox, "last-gate")
    app = an_app(running_sandbox)
    for number in range(250):
        app.report(pull.head_sha, f"other-{number}", "success")
    app.report(pull.head_sha, "last-gate", "failure")
    assert wait_for(pull, base).failed == ("last-gate",)
    app.report(pull.head_sha, "last-gate", "success")
    assert wait_for(pull, base).state is GREEN


@pytest.mark.parametrize(
    ("is_set", "state"), [(True, PENDING), (False, GREEN)], ids=["set", "not set"]
)
def test_what_is_set_is_required_beside_what_the_branch_asks_for(
    services_with: ServicesWith, running_sandbox: SandboxProcess, is_set: bool, state: ChecksState
) -> None:
    running_sandbox.reset()
    asked: dict[str, object] = {"required_checks": ("lint",)} if is_set else {}
    with running(services_with(github_api_url=running_sandbox.url, check_poll_s=0.1, **asked)):
        base, pull = opened(running_sandbox)
        assert wait_for(pull, base, timedelta(seconds=2)).state is state


def test_what_was_read_before_the_wait_began_decides_nothing(
    ours: Services, running_sandbox: SandboxProcess
) -> None:
    base, pull = opened(running_sandbox)
    assert wait_for(pull, base).state is GREEN
    (run,) = run_ids(running_sandbox, pull)
    running_sandbox.set_ci_ms(60_000)
    running_sandbox.administer("POST", f"/actions/runs/{run}/rerun")
    assert wait_for(pull, base, SHORT).state is PENDING


def test_no_delivery_decides_anything_whatever_it_tells(
    ours: Services, running_sandbox: SandboxProcess
) -> None:
    base, pull = opened(running_sandbox, ci_ms=60_000)
    for number, conclusion in enumerate(Conclusion):
        hints = [a_check(conclusion, id=number), a_check(conclusion, id=0), a_check(None)]
        facts = [CheckFact(pull.head_sha, each) for each in hints]
        ours.facts.record_delivery(f"delivery-{number}", facts)
    assert wait_for(pull, base, SHORT).state is PENDING


def run_ids(sandbox: SandboxProcess, pull: PullRequest) -> list[int]:
    """The workflow runs on the head of a pull request."""
    runs = sandbox.read("/actions/runs", head_sha=pull.head_sha)["workflow_runs"]
    return [run["id"] for run in runs]


def reruns(sandbox: SandboxProcess) -> int:
    """How often failed jobs were asked to be run again."""
    path = "POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs"
    return sandbox.operations().count(path)


def failed_check(ours: Services, pull: PullRequest) -> Check:
    """The one check of a pull request, once it has failed."""
    wait_for_red(ours, pull)
    (head,) = ours.github.poll_checks([pull.id])
    return head.checks.checks[0]


def wait_for_red(ours: Services, pull: PullRequest) -> None:
    wait_until(lambda: Conclusion.FAILURE in conclusions(ours, pull))


def passed(ours: Services, pull: PullRequest) -> bool:
    return conclusions(ours, pull) == {Conclusion.SUCCESS}


def conclusions(ours: Services, pull: PullRequest) -> set[Conclusion | None]:
    (head,) = ours.github.poll_checks([pull.id])
    return {check.conclusion for check in head.checks.checks}
