"""Pull requests that look like ours, and webhooks that look like GitHub's, and are not."""

import hashlib
import hmac
import json
import uuid
from typing import Any

import httpx
import pytest

from tests.loopback import loopback
from tests.until import wait_until
from tests.world import REPOSITORY, World

pytestmark = pytest.mark.xdist_group("world")


def test_a_copy_of_our_pull_request_by_somebody_else_is_never_merged_by_us(world: World) -> None:
    with world.latency(ci_ms=3000):
        task_id = world.ask("What is signed in a pull request?").json()["task_id"]
        wait_until(lambda: bool(world.pull_requests(task_id)))
        (ours,) = world.pull_requests(task_id)
        # The most that can be copied: the branch, the title, the body and its signature.
        world.write_as_person("PATCH", f"/pulls/{ours['number']}", state="closed")
        copy = world.write_as_person(
            "POST",
            "/pulls",
            title=ours["title"],
            body=ours["body"],
            head=ours["head"]["ref"],
            base="main",
        )
        assert copy["user"]["login"] != ours["user"]["login"]
        task = world.wait(task_id)
    assert (task["status"], task["failure_kind"]) == ("error", "merge_refused"), task
    assert world.merges(task_id) == []
    assert not world.github(f"/pulls/{copy['number']}")["merged"]


def test_our_words_on_a_branch_of_somebody_elses_are_left_alone(world: World) -> None:
    task = world.settle("How does a runner hold a lease?")
    assert task["status"] == "done", task
    (ours,) = world.pull_requests(task["task_id"])
    head = world.github("/git/ref/heads/main")["object"]["sha"]
    world.write_as_person("POST", "/git/refs", ref="refs/heads/mallory", sha=head)
    world.commit_as_person(f"{world.document()}\nMallory was here.\n", branch="mallory")
    copy = world.write_as_person(
        "POST", "/pulls", title=ours["title"], body=ours["body"], head="mallory", base="main"
    )
    other = world.settle("Which rollback modes are there?")
    assert other["status"] == "done", other
    assert not world.github(f"/pulls/{copy['number']}")["merged"]
    assert "Mallory" not in world.document()


def test_a_webhook_that_tells_of_a_green_check_merges_nothing_by_itself(world: World) -> None:
    """Signed as GitHub's are: whoever knows the secret, or a delivery that is not so any more."""
    with world.fault("ci_red"), world.latency(ci_ms=2500):
        task_id = world.ask("How is the error budget spent?").json()["task_id"]
        wait_until(lambda: bool(world.pull_requests(task_id)))
        (pull,) = world.pull_requests(task_id)
        sha = pull["head"]["sha"]
        check_run = {"head_sha": sha, "name": "faq-gate", "conclusion": "success"}
        status = {"sha": sha, "context": "faq-gate", "state": "success"}
        for event, told in (("check_run", {"check_run": check_run}), ("status", status)):
            assert deliver_webhook(world, event, told).status_code == 202
        task = world.wait(task_id)
    assert (task["status"], task["failure_kind"]) == ("error", "ci_failed"), task
    assert world.merges(task_id) == []


def test_a_webhook_that_tells_of_a_deploy_makes_nothing_live_by_itself(world: World) -> None:
    with world.fault("deploy_never_live"):
        task_id = world.ask("What does the error budget tell?").json()["task_id"]
        wait_until(lambda: "merge_sha" in world.task(task_id))
        told = {
            "deployment": {"sha": world.task(task_id)["merge_sha"]},
            "deployment_status": {"state": "success"},
        }
        assert deliver_webhook(world, "deployment_status", told).status_code == 202
        task = world.wait(task_id)
    assert (task["status"], task["failure_kind"]) == ("error", "never_live"), task


def deliver_webhook(world: World, event: str, told: dict[str, Any]) -> httpx.Response:
    """Send a webhook of this repository that carries the right signature."""
    body = json.dumps({"repository": {"full_name": REPOSITORY}, **told}).encode()
    secret = world.environment["GITHUB_WEBHOOK_SECRET"].encode()
    headers = {
        "x-github-event": event,
        "x-github-delivery": str(uuid.uuid4()),
        "x-hub-signature-256": f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}",
    }
    return loopback.post(f"{world.addresses.api}/webhooks/github", content=body, headers=headers)
