"""Production that breaks and is mended, as the tests of rollbacks see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis

from shiploop.domain.delivery.autonomy import Levels
from shiploop.stores import keys
from shiploop.stores.autonomy import AutonomyStore
from tests.loopback import loopback
from tests.stacks import PATIENT_DEADLINE_S, running_world
from tests.until import until, wait_until
from tests.world import World


@contextmanager
def rolling_world(**changes: Any) -> Iterator[World]:
    """A stack of its own, seen to be healthy; `changes` are settings that differ."""
    with running_world(task_deadline_s=PATIENT_DEADLINE_S, **changes) as world:
        assert world.settle("What is the worker heartbeat mechanism?")["status"] == "done"
        yield world


@contextmanager
def redis_of(world: World) -> Iterator[Redis]:
    """The Redis of that stack; what a test has set there is taken back."""
    url = world.addresses.redis
    with Redis.from_url(url, decode_responses=True, legacy_responses=False) as client:
        yield client
        client.delete(keys.ROLLBACK_MODE, keys.FREEZE)
        AutonomyStore(client, Levels()).forgive("faq")


def forgive(world: World, *agents: str) -> None:
    """Let agents ship by themselves again, although production broke; else that of the FAQ."""
    with Redis.from_url(world.addresses.redis, decode_responses=True) as client:
        for agent in agents or ("faq",):
            AutonomyStore(client, Levels()).forgive(agent)


def ended(world: World, task: dict[str, Any], status: str) -> dict[str, Any]:
    """The task once its rollback has ended like this, and people were told."""
    wait_until(
        lambda: (
            world.task(task["task_id"]).get("rollback") == status
            and "incident_url" in world.task(task["task_id"])
        ),
        timeout_s=60,
    )
    forgive(world)
    return world.task(task["task_id"])


def approve(world: World) -> None:
    """Let the one rollback that waits for a person go on, as Prefect's UI does."""
    paused = {"flow_runs": {"state": {"type": {"any_": ["PAUSED"]}}}}
    wait_until(lambda: bool(world.prefect("POST", "/flow_runs/filter", paused)))
    (run,) = world.prefect("POST", "/flow_runs/filter", paused)
    path, said_yes = f"/flow_runs/{run['id']}/resume", {"run_input": {"approve": True}}
    # Prefect shows a run as suspended before it has stored what it asks; until then it refuses.
    resumed = until(
        lambda: world.prefect("POST", path, said_yes),
        lambda answer: "schema not found" not in str(answer["details"]),
    )
    assert resumed["status"] == "ACCEPT", resumed


def issues(world: World, sha: str) -> list[Any]:
    """The issues about a merge."""
    found = world.github("/issues", state="all", labels="incident")
    return [one for one in found if sha in one["body"]]


def pulls_from(world: World, branch: str) -> list[Any]:
    """Every pull request, open or closed, of one branch."""
    return list(world.github("/pulls", state="all", head=f"acme:{branch}"))


def rollback_pulls(world: World) -> list[Any]:
    """Every pull request of a rollback."""
    found = world.github("/pulls", state="all")
    return [one for one in found if one["head"]["ref"].startswith("hotfix/rollback-")]


def said(world: World) -> list[str]:
    """Everything that Slack was told, in order."""
    told = loopback.get(f"{world.addresses.github}/_sandbox/slack").raise_for_status().json()
    return [one["text"] for one in told]


def set_faults(world: World, **times: int | None) -> None:
    """Add faults; `clear_faults` takes all away."""
    body = {name: {"times": n} for name, n in times.items()}
    loopback.put(f"{world.addresses.github}/_sandbox/faults", json=body).raise_for_status()


def clear_faults(world: World) -> None:
    """Let nothing more go wrong."""
    loopback.delete(f"{world.addresses.github}/_sandbox/faults").raise_for_status()


def site_is_well(world: World) -> bool:
    """True while production says so."""
    return loopback.get(f"{world.addresses.site}/healthz").is_success


def assert_told_once(world: World, task: dict[str, Any]) -> None:
    """One revert, one P0 issue, one draft that re-applies, and a message at each end."""
    sha = task["merge_sha"]
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
    wait_until(lambda: len([text for text in said(world) if sha[:12] in text]) == 2)
