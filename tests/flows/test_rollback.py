"""The promises of the rollback, each through the whole stack."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from shiploop.domain.faq_document import entries, remove
from shiploop.stack import Stack
from shiploop.stores import keys
from tests.conftest import TOKEN, settings
from tests.until import wait_until
from tests.world import World

pytestmark = [pytest.mark.xdist_group("rollback"), pytest.mark.timeout(180)]

_DEADLINE_S = 60  # merges wait for the end of a rollback, on a busy machine too


@pytest.fixture(scope="module")
def rolling() -> Iterator[World]:
    """A stack of its own: production breaks in it."""
    home = Path(tempfile.mkdtemp(prefix="shiploop-"))
    home.chmod(0o755)  # PostgreSQL runs as a user of its own where we are root
    patient = settings(home).model_copy(update={"task_deadline_s": _DEADLINE_S})
    stack = Stack(patient, lambda part: None)
    with stack as addresses:
        world = World(addresses, home / "mirror-of-tests.git", TOKEN, stack.admin_token)
        assert world.settle("What is the worker heartbeat mechanism?")["status"] == "done"
        yield world


@pytest.fixture
def redis(rolling: World) -> Iterator[Redis]:
    """The Redis of that stack; what a test has set there is taken back."""
    url = rolling.addresses.redis
    with Redis.from_url(url, decode_responses=True, legacy_responses=False) as client:
        yield client
        client.delete(keys.ROLLBACK_MODE, keys.FREEZE)


def ended(world: World, task: dict[str, Any], status: str) -> dict[str, Any]:
    """The task once its rollback has ended like this, and people were told."""
    wait_until(
        lambda: (
            world.task(task["task_id"]).get("rollback") == status
            and "incident_url" in world.task(task["task_id"])
        ),
        timeout_s=60,
    )
    return world.task(task["task_id"])


def issues(world: World, sha: str) -> list[Any]:
    """The issues about a merge."""
    found = world.github("/issues", state="all", labels="incident")
    return [one for one in found if sha in one["body"]]


def pulls_from(world: World, branch: str) -> list[Any]:
    """Every pull request, open or closed, of one branch."""
    return list(world.github("/pulls", state="all", head=f"acme:{branch}"))


def said(world: World) -> list[str]:
    """Everything that Slack was told, in order."""
    told = httpx.get(f"{world.addresses.github}/_sandbox/slack").raise_for_status().json()
    return [one["text"] for one in told]


def set_faults(world: World, **times: int | None) -> None:
    """Add faults; `clear_faults` takes all away."""
    body = {name: {"times": n} for name, n in times.items()}
    httpx.put(f"{world.addresses.github}/_sandbox/faults", json=body).raise_for_status()


def clear_faults(world: World) -> None:
    httpx.delete(f"{world.addresses.github}/_sandbox/faults").raise_for_status()


def site_is_well(world: World) -> bool:
    return httpx.get(f"{world.addresses.site}/healthz").is_success


def assert_rolled_back(world: World, redis: Redis, task: dict[str, Any], before: str) -> None:
    """Production is as if the merge had never been, and people know why, once."""
    assert (task["status"], task["failure_kind"]) == ("error", "unhealthy_deploy"), task
    assert task["state"] == "merged"
    sha = task["merge_sha"]
    task = ended(world, task, "healthy")
    assert world.document() == before
    assert site_is_well(world)
    assert 0 < task["trb_ms"] <= 30_000
    (pull,) = pulls_from(world, f"hotfix/rollback-{sha}")
    assert pull["html_url"] == task["rollback_pr_url"]
    assert pull["merged_at"] is not None
    (issue,) = issues(world, sha)
    labels = {label["name"] for label in issue["labels"]}
    assert (issue["html_url"], labels) == (
        task["incident_url"],
        {"P0", "incident", "auto-rollback"},
    )
    wait_until(lambda: len(pulls_from(world, f"reapply/{sha}")) == 1)
    (draft,) = pulls_from(world, f"reapply/{sha}")
    assert (draft["draft"], draft["state"]) == (True, "open")
    assert not redis.exists(keys.FREEZE)
    wait_until(lambda: len([text for text in said(world) if sha[:12] in text]) == 2)


def test_a_bad_deploy_is_undone_verified_and_told_once(rolling: World, redis: Redis) -> None:
    before = rolling.document()
    with rolling.fault("bad_deploy"):
        task = rolling.settle("How do I deploy to production?")
    assert_rolled_back(rolling, redis, task, before)


@pytest.mark.parametrize(
    ("faults", "question"),
    [
        ({"webhooks_lost": None}, "Which ports does the stack use?"),
        ({"slack_down": 2, "github_503": 2}, "How do I cancel a task?"),
        ({"open_applied_then_502": 2}, "How do I freeze merges?"),
        ({"merge_applied_then_500": 2}, "How does the rollback work?"),
    ],
)
def test_a_rollback_rides_out_what_passes_by_itself(
    rolling: World, redis: Redis, faults: dict[str, int | None], question: str
) -> None:
    before = rolling.document()
    set_faults(rolling, bad_deploy=1, **faults)
    try:
        task = rolling.settle(question)
        assert_rolled_back(rolling, redis, task, before)
    finally:
        clear_faults(rolling)


def test_of_many_tasks_in_a_bad_deploy_exactly_the_suspects_are_undone_as_one(
    rolling: World, redis: Redis
) -> None:
    questions = [
        "如何檢查 Vercel 部署狀態？",
        "如何創建告警規則？",
        "What does a declined task mean?",
        "Which metrics are kept in Redis?",
        "How do I lift the merge freeze?",
        "What is the system architecture?",
    ]
    opened = len(rollback_pulls(rolling))
    set_faults(rolling, bad_deploy=1)
    try:
        with rolling.latency(deploy_ms=1500):
            asked = [rolling.ask(one).raise_for_status().json()["task_id"] for one in questions]
            tasks = [rolling.wait(task_id) for task_id in asked]
            wait_until(lambda: not redis.exists(keys.FREEZE, keys.ROLLBACK_ACTIVE), timeout_s=30)
    finally:
        clear_faults(rolling)
    assert len(rollback_pulls(rolling)) == opened + 1
    assert site_is_well(rolling)
    kept = {entry.trace_id for entry in entries(rolling.document())}
    for task in tasks:
        undone = rolling.task(task["task_id"]).get("rollback") == "healthy"
        ended_as = (task["status"], task.get("failure_kind"))
        assert ended_as == (("error", "unhealthy_deploy") if undone else ("done", None)), task
        assert (task["task_id"] in kept) is not undone
    assert any(task["status"] == "error" for task in tasks)


def rollback_pulls(world: World) -> list[Any]:
    """Every pull request of a rollback."""
    found = world.github("/pulls", state="all")
    return [one for one in found if one["head"]["ref"].startswith("hotfix/rollback-")]


def test_blips_of_a_healthy_site_undo_nothing(rolling: World) -> None:
    with rolling.fault("flaky_health", times=3):
        task = rolling.settle("How are webhooks verified?")
    assert task["status"] == "done", task
    assert "rollback" not in task


@pytest.mark.parametrize(
    ("mode", "reason", "question"),
    [
        ("shadow", "would have rolled back", "What is the error budget?"),
        ("off", "switched off", "What is Phase 10?"),
        ("banana", "cannot be read", "What happens when the queue is full?"),
    ],
)
def test_where_rollback_is_not_on_there_is_only_an_incident(
    rolling: World, redis: Redis, mode: str, reason: str, question: str
) -> None:
    before = rolling.document()
    redis.set(keys.ROLLBACK_MODE, mode)
    with rolling.fault("bad_deploy"):
        task = rolling.settle(question)
    assert (task["status"], task["failure_kind"]) == ("error", "unhealthy_deploy"), task
    assert reason in task["error"]
    assert rolling.document() != before
    assert not redis.exists(keys.FREEZE)
    (issue,) = issues(rolling, task["merge_sha"])
    assert {label["name"] for label in issue["labels"]} == {"P0", "incident"}
    undo_by_the_health_check(rolling, redis, task, before)


def undo_by_the_health_check(world: World, redis: Redis, task: dict[str, Any], before: str) -> None:
    """Switched on again, two health checks at once see the same, and undo it once."""
    redis.delete(keys.ROLLBACK_MODE)
    for run in [world.start_prefect_run("health-check") for _ in range(2)]:
        assert world.wait_for_prefect_state(run)["type"] == "FAILED"
    task = ended(world, task, "healthy")
    assert world.document() == before
    assert len(pulls_from(world, f"hotfix/rollback-{task['merge_sha']}")) == 1
    assert world.wait_for_prefect_state(world.start_prefect_run("health-check"))["name"] == (
        "Healthy"
    )


def test_a_person_approves_a_rollback_and_what_was_merged_since_stays(
    rolling: World, redis: Redis
) -> None:
    redis.set(keys.ROLLBACK_MODE, "approval")
    before = rolling.document()
    with rolling.fault("bad_deploy"):
        task = rolling.settle("How do I integrate the API?")
    wait_until(lambda: rolling.task(task["task_id"]).get("rollback") == "waiting_for_approval")
    redis.delete(keys.FREEZE)  # somebody is impatient
    since = rolling.settle("How do I export my data?")
    assert (since["status"], since["failure_kind"]) == ("error", "unhealthy_deploy")
    assert since["state"] == "merged"
    (run,) = rolling.prefect("POST", "/flow_runs/filter", _suspended())
    resumed = rolling.prefect(
        "POST", f"/flow_runs/{run['id']}/resume", {"run_input": {"approve": True}}
    )
    assert resumed["status"] == "ACCEPT", resumed
    task = ended(rolling, task, "healthy")
    after = rolling.document()
    (kept,) = [one for one in entries(after) if one.trace_id == since["task_id"]]
    assert remove(after, kept.question_hash) == before
    assert site_is_well(rolling)


def test_what_a_person_has_broken_is_never_undone_by_us(rolling: World, redis: Redis) -> None:
    before, opened = rolling.document(), len(rollback_pulls(rolling))
    with rolling.fault("bad_deploy"):
        sha = rolling.commit_as_person(f"{before}\nA person's word.\n")
        wait_until(lambda: not site_is_well(rolling))
    run = rolling.wait_for_prefect_state(rolling.start_prefect_run("health-check"))
    assert run["name"] == "Unhealthy"
    assert "not merged by us" in run["message"]
    assert len(issues(rolling, sha)) == 1
    assert len(rollback_pulls(rolling)) == opened
    assert not redis.exists(keys.FREEZE)
    rolling.commit_as_person(before)
    wait_until(lambda: site_is_well(rolling))
    run = rolling.wait_for_prefect_state(rolling.start_prefect_run("health-check"))
    assert run["name"] == "Healthy"
    assert said(rolling)[-1].startswith("✅ Production is healthy again")


def test_what_a_rollback_does_not_heal_stays_frozen_and_says_so(
    rolling: World, redis: Redis
) -> None:
    with rolling.fault("bad_deploy", times=2):
        task = rolling.settle("What does a merge freeze do?")
        task = ended(rolling, task, "unhealthy")
    assert "production is not healthy after the rollback" in task["rollback_reason"]
    assert redis.hget(keys.FREEZE, "owner") == f"rollback:{task['merge_sha']}"
    (issue,) = issues(rolling, task["merge_sha"])
    assert "git revert" in issue["body"]
    assert pulls_from(rolling, f"reapply/{task['merge_sha']}") == []


def _suspended() -> dict[str, Any]:
    return {"flow_runs": {"state": {"type": {"any_": ["PAUSED"]}}}}
