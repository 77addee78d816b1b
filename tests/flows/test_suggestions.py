"""What a person decides: a suggestion waits, holds nothing, and goes on when somebody has."""

from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from redis import Redis

from shiploop.stores import keys
from tests.loopback import loopback
from tests.rolling import redis_of, said
from tests.toy_agent.agent import PATH
from tests.until import until, wait_until
from tests.world import REPOSITORY, World

pytestmark = [pytest.mark.xdist_group("toy-world"), pytest.mark.timeout(180)]

READY = "mutation R($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) "
READY += "{ clientMutationId } }"
LONG_AGO = "2026-01-01T00:00:00.000Z"


@pytest.fixture(scope="module")
def world(toy_world: World) -> World:
    return toy_world


@pytest.fixture
def redis(world: World) -> Iterator[Redis]:
    with redis_of(world) as client:
        yield client


@pytest.fixture(scope="module")
def outsider(world: World) -> str:
    """The token of somebody who may only read."""
    url = f"{world.addresses.github}/_sandbox/people/eve"
    return str(loopback.post(url, json={"access": "read"}).raise_for_status().json()["token"])


def ask(world: World, line: str) -> str:
    url = f"{world.addresses.api}/api/agent/notes"
    return str(loopback.post(url, json={"line": line}).raise_for_status().json()["task_id"])


def suggest(world: World, line: str) -> dict[str, Any]:
    """A task that is parked."""
    task = world.wait(ask(world, line))
    assert task["status"] == "waiting", task
    return task


def settled(world: World, task: dict[str, Any]) -> dict[str, Any]:
    over = ("done", "error", "declined")
    return until(
        lambda: world.task(task["task_id"]), lambda now: now["status"] in over, timeout_s=60
    )


def pull_of(world: World, task: dict[str, Any]) -> Any:
    (pull,) = world.github("/pulls", state="all", head=f"acme:orchestrator/notes-{task['task_id']}")
    return pull


def write(world: World, method: str, path: str, token: str = "", **body: Any) -> Any:
    headers = {"authorization": f"Bearer {token or world.admin_token}"}
    url = f"{world.addresses.github}{path}"
    answer = loopback.request(method, url, json=body, headers=headers)
    return answer.raise_for_status().json()


def review(world: World, task: dict[str, Any], event: str = "APPROVE", token: str = "") -> Any:
    path = f"/repos/{REPOSITORY}/pulls/{pull_of(world, task)['number']}/reviews"
    return write(world, "POST", path, token, event=event, body="So it is.")


def say(world: World, task: dict[str, Any], what: str, **body: Any) -> Any:
    url = f"{world.addresses.api}/api/agent/tasks/{task['task_id']}/{what}"
    return loopback.post(url, json=body)


def poll(redis: Redis) -> None:
    """Let the slow poll come now."""
    redis.delete(keys.WAITING_POLL)


def test_a_writers_approval_merges_it_and_it_is_in_no_tte(world: World) -> None:
    task = suggest(world, "Maybe a first guess")
    assert (task["waiting_for"], task["level"], task["kind"]) == ("review", "suggest", "guess")
    assert task["reasons"] == ["A line that begins with Maybe is a guess."]
    pull = pull_of(world, task)
    assert (pull["draft"], pull["state"]) == (True, "open")
    assert "begins with Maybe is a guess" in pull["body"]
    assert f"shiploop approve {task['task_id']}" in pull["body"]
    review(world, task)
    told = loopback.get(f"{world.addresses.api}/api/agent/tasks/{task['task_id']}/events").text
    assert "event: waiting" in told
    task = settled(world, task)
    assert (task["status"], "tte_ms" in task, task["waited_ms"] > 0) == ("done", False, True)
    assert "Maybe a first guess" in world.file(PATH)
    assert pull_of(world, task)["draft"] is False
    numbers = loopback.get(f"{world.addresses.api}/api/metrics/agent").json()
    assert numbers["waiting"]["waited_ms"]["count"] >= 1
    assert "shiploop_waited_seconds_count" in loopback.get(f"{world.addresses.api}/metrics").text


def test_an_outsiders_approval_changes_nothing_and_an_objection_holds(
    world: World, outsider: str, redis: Redis
) -> None:
    task = suggest(world, "Maybe an outsider knows")
    review(world, task, token=outsider)
    review(world, task, "REQUEST_CHANGES")
    poll(redis)
    wait_until(lambda: not redis.sismember(keys.WAITING_HINTS, task["task_id"]))
    assert world.task(task["task_id"])["status"] == "waiting"
    assert say(world, task, "approve").status_code == 202
    wait_until(lambda: not redis.sismember(keys.WAITING_HINTS, task["task_id"]))
    assert world.task(task["task_id"])["status"] == "waiting"
    review(world, task)  # the same person, and her last word
    assert settled(world, task)["status"] == "done"


def test_what_a_person_closes_is_rejected_and_leaves_no_branch(world: World) -> None:
    task = suggest(world, "Maybe this is wrong")
    write(
        world,
        "PATCH",
        f"/repos/{REPOSITORY}/pulls/{pull_of(world, task)['number']}",
        state="closed",
    )
    task = settled(world, task)
    assert (task["status"], task["reason"]) == ("declined", "rejected")
    assert world.branches(task["task_id"]) == []
    assert "Maybe this is wrong" not in world.file(PATH)


def test_what_nobody_decides_on_expires(world: World, redis: Redis) -> None:
    task = suggest(world, "Maybe nobody cares")
    redis.hset(keys.task(task["task_id"]), "expires_at", LONG_AGO)
    redis.zadd(keys.WAITING, {task["task_id"]: 1})
    task = settled(world, task)
    assert (task["status"], task["reason"]) == ("declined", "expired")
    assert pull_of(world, task)["state"] == "closed"
    assert world.branches(task["task_id"]) == []


def test_it_is_approved_by_the_api_and_by_nobody_once_it_has_ended(world: World) -> None:
    task = suggest(world, "Maybe by the interface")
    url = f"{world.addresses.api}/api/agent/notes"
    again = loopback.post(url, json={"line": "Maybe by the interface"}).json()
    assert again == {"task_id": task["task_id"], "status": "waiting", "duplicate": True}
    assert [say(world, task, "approve").status_code for _ in range(2)] == [202, 202]
    assert settled(world, task)["status"] == "done"
    assert say(world, task, "feedback", right=True).json()["counted"] is True
    assert say(world, task, "feedback", right=True).json()["counted"] is False


def test_marked_as_ready_for_review_it_goes_on(world: World) -> None:
    task = suggest(world, "Maybe it is ready")
    node_id = pull_of(world, task)["node_id"]
    write(world, "POST", "/graphql", query=READY, variables={"id": node_id})
    assert settled(world, task)["status"] == "done"


def test_it_is_cancelled_while_it_waits(world: World) -> None:
    task = suggest(world, "Maybe not after all")
    url = f"{world.addresses.api}/api/agent/tasks/{task['task_id']}"
    assert loopback.delete(url).status_code == 202
    task = settled(world, task)
    assert (task["status"], task["failure_kind"]) == ("error", "cancelled")
    assert pull_of(world, task)["state"] == "closed"


def test_lost_webhooks_are_made_up_for(world: World, redis: Redis) -> None:
    task = suggest(world, "Maybe GitHub is silent")
    with world.fault("webhooks_lost", times=None):
        review(world, task)
        poll(redis)
        assert settled(world, task)["status"] == "done"


def test_an_approval_that_is_taken_back_parks_it_again(world: World, redis: Redis) -> None:
    task = suggest(world, "Maybe on second thoughts")
    with world.latency(ci_ms=4000):
        # Its first checks have passed long ago; a conflict has them run again.
        world.commit_as_person("# Notes\n\nBy hand.\n", path=PATH)
        made = review(world, task)
        wait_until(lambda: world.task(task["task_id"])["status"] == "running")
        number = pull_of(world, task)["number"]
        path = f"/repos/{REPOSITORY}/pulls/{number}/reviews/{made['id']}/dismissals"
        wait_until(lambda: world.task(task["task_id"]).get("stage") == "checking")
        write(world, "PUT", path, message="Not so fast")
        parked = until(
            lambda: world.task(task["task_id"]),
            lambda now: now["status"] not in ("queued", "running"),
        )
    assert parked["status"] == "waiting", parked
    assert world.merges(task["task_id"]) == []
    review(world, task)
    assert settled(world, task)["status"] == "done"
    assert "By hand." in world.file(PATH)
    assert len(world.merges(task["task_id"])) == 1


def test_a_person_may_merge_it_by_hand(world: World) -> None:
    with world.fault("drafts_unsupported", times=None):  # a draft would have to be made ready first
        task = suggest(world, "Maybe I do it myself")
    path = f"/repos/{REPOSITORY}/pulls/{pull_of(world, task)['number']}/merge"
    headers = {"authorization": f"Bearer {world.admin_token}"}
    url, how = f"{world.addresses.github}{path}", {"merge_method": "squash"}
    wait_until(lambda: loopback.put(url, json=how, headers=headers).is_success)
    assert settled(world, task)["status"] == "done"
    assert len(world.merges(task["task_id"])) == 1


def test_parked_tasks_hold_no_slot(world: World, redis: Redis) -> None:
    tasks = [suggest(world, f"Maybe number {name}") for name in ("one", "two", "three", "four")]
    tasks += [suggest(world, f"Maybe letter {name}") for name in ("a", "b", "c", "d")]
    assert redis.xpending(keys.QUEUE, keys.QUEUE_GROUP)["pending"] == 0
    assert redis.xlen(keys.QUEUE) == 0
    assert redis.zcard(keys.WAITING) >= len(tasks)
    done = world.wait(ask(world, "Sure as eggs"))
    assert done["status"] == "done"
    assert done["tte_ms"] < 10_000
    for told in redis.scan_iter(keys.notice("suggestions-*")):
        redis.delete(told)  # of this hour, by the tests before
    for _ in range(2):
        poll(redis)
        wait_until(lambda: any("suggestions wait" in text for text in said(world)))
    assert len([text for text in said(world) if "suggestions wait" in text]) == 1
    for task in tasks:
        say(world, task, "approve")
    for task in tasks:
        assert settled(world, task)["status"] == "done"


def test_it_outlives_the_runner_that_parked_it_and_what_prefect_keeps_of_it(world: World) -> None:
    task = suggest(world, "Maybe later")
    world.change_prefect("DELETE", f"/flow_runs/{task['prefect_run_id']}", None)
    (runner,) = {
        process
        for process in psutil.process_iter()
        if "shiploop.runner" in process.cmdline()
        and process.environ().get("SHIPLOOP_HOME") == world.environment["SHIPLOOP_HOME"]
    }
    runner.kill()
    assert say(world, task, "approve").status_code == 202
    assert settled(world, task)["status"] == "done"


def test_without_drafts_it_is_an_ordinary_pull_request_with_a_label(world: World) -> None:
    with world.fault("drafts_unsupported", times=None):
        task = suggest(world, "Maybe without drafts")
    pull = pull_of(world, task)
    labels = [label["name"] for label in pull["labels"]]
    assert (pull["draft"], pull["state"], labels) == (False, "open", ["suggestion"])
    review(world, task)
    assert settled(world, task)["status"] == "done"


def test_harm_lowers_its_kind_and_people_switch_an_agent(world: World, redis: Redis) -> None:
    task = world.wait(ask(world, "Surely this is so"))
    assert (task["status"], task["level"]) == ("done", "auto")
    number = pull_of(world, task)["number"]
    write(world, "POST", f"/repos/{REPOSITORY}/issues/{number}/comments", body="/shiploop wrong")
    poll(redis)
    wait_until(lambda: redis.hget(keys.AUTONOMY, "harms|notes|line") == "1")
    lowered = suggest(world, "Surely that as well")
    assert "was called wrong on GitHub" in lowered["reasons"][-1]
    redis.delete(keys.AUTONOMY)
    redis.hset(keys.AUTONOMY, "switch|notes", "suggest")
    switched = suggest(world, "Surely by a switch")
    assert "as people have set it" in switched["reasons"][-1]
    redis.delete(keys.AUTONOMY)
    for task in (lowered, switched):
        say(world, task, "approve")
        assert settled(world, task)["status"] == "done"
