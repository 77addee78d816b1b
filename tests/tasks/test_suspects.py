"""Who may have broken production, as a sandbox GitHub and a real Redis tell it."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.bootstrap import Services
from shiploop.domain.delivery import messages
from shiploop.domain.production.rollback_policy import RollbackMode, Suspect
from shiploop.domain.timestamps import iso_ms
from shiploop.stores import keys
from tasks.shared.suspects import find_suspects, rollback_mode, suspect_of, within_window
from tests.builders import NOON, a_request, a_suspect, a_task
from tests.sandbox_process import SandboxProcess
from tests.tasks.conftest import ServicesWith

UNKNOWN = "f" * 40


@pytest.fixture
def ours(services_with: ServicesWith, sandbox: SandboxProcess) -> Services:
    return services_with(github_api_url=sandbox.url)


def accepted(ours: Services, **fields: str) -> str:
    """A task that was accepted, and of which this is known."""
    task_id, now = str(uuid.uuid4()), datetime.now(UTC)
    ours.intake.accept(task_id, a_request(f"What is {task_id}?"), now, 100)
    if fields:
        ours.tasks.note(task_id, now, **fields)
    return task_id


def committed(sandbox: SandboxProcess, task_id: str | None = None) -> str:
    """A commit that a person made on main, with a task's trailer where one is named."""
    body = "" if task_id is None else f"Trace-Id: {task_id}"
    return sandbox.commit({f"docs/{uuid.uuid4()}.md": b"something\n"}, ("Edit by hand", body))


def merged(sandbox: SandboxProcess, task_id: str) -> str:
    """The merge of the pull request that this task has opened."""
    github, base = sandbox.client(), sandbox.client().read_base((FAQ_PATH,))
    message = ("Update FAQ - more", f"Trace-Id: {task_id}")
    document = f"{base.files[FAQ_PATH]}\n## More of {task_id}?\n\nMore.\n"
    branch = messages.branch_name(a_task(task_id=task_id))
    pull = github.open_pull_request(base, branch, {FAQ_PATH: document.encode()}, message, "a body")
    sandbox.wait_until_green(base, pull)
    return github.merge(pull.number, pull.head_sha, message)


def suspect(ours: Services, sha: str) -> Suspect:
    return suspect_of(ours.commits.read(sha))


def test_nobody_is_suspected_where_nothing_was_ever_healthy(
    ours: Services, sandbox: SandboxProcess
) -> None:
    assert find_suspects(committed(sandbox)) == ()


def test_the_merges_since_production_was_healthy_are_suspected_oldest_first(
    ours: Services, sandbox: SandboxProcess
) -> None:
    healthy, first, second, later = (committed(sandbox) for _ in range(4))
    ours.health.note_healthy(healthy)
    found = find_suspects(second)
    assert [one.sha for one in found] == [first, second]
    assert {one.headline for one in found} == {"Edit by hand"}
    assert later not in {one.sha for one in found}


def test_what_is_healthy_or_not_known_has_no_suspects(
    ours: Services, sandbox: SandboxProcess
) -> None:
    before, healthy = committed(sandbox), committed(sandbox)
    ours.health.note_healthy(healthy)
    assert [find_suspects(sha) for sha in (healthy, before, UNKNOWN)] == [(), (), ()]


def test_a_merge_is_ours_where_its_task_says_so(ours: Services, sandbox: SandboxProcess) -> None:
    task_id = accepted(ours)
    sha = committed(sandbox, task_id)
    now = datetime.now(UTC)
    ours.tasks.note(task_id, now, merge_sha=sha, merged_at=iso_ms(now))
    assert suspect(ours, sha).task_id == task_id
    assert "FindPullRequest" not in sandbox.operations()


def test_a_merge_is_ours_where_a_runner_died_before_its_task_could_say_so(
    ours: Services, sandbox: SandboxProcess
) -> None:
    task_id = accepted(ours)
    sha = merged(sandbox, task_id)
    assert suspect(ours, sha).task_id == task_id
    assert "FindPullRequest" in sandbox.operations()


def test_a_trailer_that_anybody_can_write_makes_no_commit_ours(
    ours: Services, sandbox: SandboxProcess
) -> None:
    elsewhere = accepted(ours, merge_sha=UNKNOWN)
    not_merged = accepted(ours)
    merged_before = accepted(ours)
    merged(sandbox, merged_before)
    for task_id in (str(uuid.uuid4()), elsewhere, not_merged, merged_before):
        assert suspect(ours, committed(sandbox, task_id)).task_id is None


def test_a_commit_without_a_trailer_is_a_persons(ours: Services, sandbox: SandboxProcess) -> None:
    sha = committed(sandbox)
    found = suspect(ours, sha)
    assert (found.sha, found.task_id, found.is_rollback) == (sha, None, False)
    assert found.committed_at == ours.commits.read(sha).committed_at


def test_the_merge_of_a_rollback_is_known_as_one(ours: Services, sandbox: SandboxProcess) -> None:
    sha = committed(sandbox)
    ours.rollbacks.note_merge(UNKNOWN, sha)
    assert suspect(ours, sha).is_rollback


@pytest.mark.parametrize(
    ("merged_s_before", "expected"),
    [([9, 1], True), ([9, 5], True), ([9, 6], False), ([], False), ([-1], True)],
)
def test_production_fails_within_the_window_of_the_newest_merge(
    services_with: ServicesWith, merged_s_before: list[int], expected: bool
) -> None:
    services_with(attribution_window_s=5)
    suspects = tuple(
        a_suspect("a" * 40, committed_at=NOON - timedelta(seconds=before_s))
        for before_s in merged_s_before
    )
    assert within_window(suspects, NOON) is expected


@pytest.mark.parametrize(
    ("setting", "told", "mode"),
    [
        ("approval", None, RollbackMode.APPROVAL),
        ("Shadow ", None, RollbackMode.SHADOW),
        ("approval", "off", RollbackMode.OFF),
        ("off", " AUTO", RollbackMode.AUTO),
        ("sometimes", "auto", RollbackMode.AUTO),
        # What nobody can read is not guessed at.
        ("sometimes", None, None),
        ("auto", "shdow", None),
        ("auto", "", RollbackMode.OFF),
    ],
)
def test_what_was_set_while_running_counts_before_the_setting(
    services_with: ServicesWith, redis: Redis, setting: str, told: str | None, mode: RollbackMode
) -> None:
    services_with(rollback=setting)
    if told is not None:
        redis.set(keys.ROLLBACK_MODE, told)
    assert rollback_mode() is mode
