"""A repository whose rules are set and taken back, as the tests of flows see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.loopback import loopback
from tests.until import until, wait_until
from tests.world import REPOSITORY, World

_STANDING = """
query ($id: ID!) {
  node(id: $id) { ... on PullRequest { isInMergeQueue mergeQueueEntry { state } } }
}
"""
MERGE = "PUT /repos/{owner}/{repo}/pulls/{number}/merge"


def operations(world: World) -> list[str]:
    told = loopback.get(f"{world.addresses.github}/_sandbox/requests").raise_for_status().json()
    return [each["operation"] for each in told]


def wait_until_read(world: World) -> None:
    """Until what was set before is known to the runner."""

    def reads() -> int:
        return sum("ReadProtection" in each for each in operations(world))

    begun = reads()
    wait_until(lambda: reads() >= begun + 2, timeout_s=60)


@contextmanager
def ruleset(
    world: World,
    kind: str,
    *,
    on: str = "~DEFAULT_BRANCH",
    bypass: str = "",
    role: int = 4,
    **parameters: object,
) -> Iterator[None]:
    """A ruleset of one rule, known to the runner, for the length of the block.

    Who may `bypass` it are all writers, or with the role 5 administrators.
    """
    actor = {"actor_type": "RepositoryRole", "actor_id": role, "bypass_mode": bypass}
    made = world.write_as_person(
        "POST",
        "/rulesets",
        name=kind,
        enforcement="active",
        bypass_actors=[actor] if bypass else [],
        conditions={"ref_name": {"include": [on], "exclude": []}},
        rules=[{"type": kind, "parameters": parameters}],
    )
    try:
        wait_until_read(world)
        yield
    finally:
        address = f"{world.addresses.github}/repos/{REPOSITORY}/rulesets/{made['id']}"
        headers = {"authorization": f"Bearer {world.admin_token}"}
        loopback.delete(address, headers=headers).raise_for_status()
        wait_until_read(world)


@contextmanager
def protection(world: World, **settings: object) -> Iterator[None]:
    body: dict[str, object] = {
        "required_status_checks": {"strict": False, "contexts": ["faq-gate"]},
        "enforce_admins": None,
        "required_pull_request_reviews": None,
        "restrictions": None,
    }
    world.write_as_person("PUT", "/branches/main/protection", **(body | settings))
    try:
        wait_until_read(world)
        yield
    finally:
        world.write_as_person("PUT", "/branches/main/protection", **body)
        wait_until_read(world)


@contextmanager
def methods(world: World, **allowed: bool) -> Iterator[None]:
    names = ("allow_squash_merge", "allow_rebase_merge", "allow_merge_commit")
    world.write_as_person("PATCH", "", **(dict.fromkeys(names, False) | allowed))
    try:
        wait_until_read(world)
        yield
    finally:
        world.write_as_person("PATCH", "", **(dict.fromkeys(names, False) | {names[0]: True}))
        wait_until_read(world)


def ask(world: World, line: str) -> str:
    url = f"{world.addresses.api}/api/agent/notes"
    return str(loopback.post(url, json={"line": line}).raise_for_status().json()["task_id"])


def settled(world: World, task_id: str) -> dict[str, Any]:
    over = ("done", "error", "declined")
    return until(lambda: world.task(task_id), lambda now: now["status"] in over, timeout_s=120)


def pulls(world: World, task_id: str) -> list[Any]:
    return list(world.github("/pulls", state="all", head=f"acme:orchestrator/notes-{task_id}"))


def graphql(world: World, document: str, **input_: object) -> Any:
    answer = loopback.post(
        f"{world.addresses.github}/graphql",
        json={"query": document, "variables": {"input": input_}},
        headers={"authorization": f"Bearer {world.admin_token}"},
    ).json()
    assert "errors" not in answer, answer
    return answer["data"]


def is_queued(world: World, pull: dict[str, Any]) -> bool:
    answer = loopback.post(
        f"{world.addresses.github}/graphql",
        json={"query": _STANDING, "variables": {"id": pull["node_id"]}},
        headers={"authorization": f"Bearer {world.admin_token}"},
    ).json()
    return bool(answer["data"]["node"]["isInMergeQueue"])


def queue(world: World, line: str) -> tuple[str, dict[str, Any]]:
    """A task whose pull request has got into the queue."""
    task_id = ask(world, line)
    (pull,) = until(lambda: pulls(world, task_id), bool, timeout_s=30)
    wait_until(lambda: is_queued(world, pull), timeout_s=30)
    return task_id, pull
