"""Pull requests that look like ours, and are not."""

import pytest

from tests.until import wait_until
from tests.world import World

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
    task = world.settle("How does a lease work?")
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
