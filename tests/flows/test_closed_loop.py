"""The promises of the closed loop, each fault through the whole stack."""

from datetime import datetime
from typing import Any

import pytest

from shiploop.agents.faq.document.document import entries, find, remove
from tests.until import wait_until
from tests.world import World

pytestmark = pytest.mark.xdist_group("world")


def assert_shipped_once(world: World, task: dict[str, Any], before: str) -> None:
    """Done, with one pull request, one merge of the FAQ alone, and no branch left.

    Every other byte of the FAQ stands as it stood before.
    """
    assert task["status"] == "done", task
    (pull,) = world.pull_requests(task["task_id"])
    assert pull["merged_at"] is not None
    assert world.merges(task["task_id"]) == [task["merge_sha"]]
    assert world.changed_paths(task["merge_sha"]) == ["docs/FAQ.md"]
    assert world.branches(task["task_id"]) == []
    after = world.document()
    (entry,) = [one for one in entries(after) if one.trace_id == task["task_id"]]
    assert entry.question == task["question"]
    assert remove(after, entry.question_hash) == before


def assert_not_shipped(world: World, task: dict[str, Any], kind: str, before: str) -> None:
    """Ended as this kind of failure, with one pull request at most, and nothing merged."""
    assert (task["status"], task.get("failure_kind")) == ("error", kind), task
    assert len(world.pull_requests(task["task_id"])) == 1
    assert world.merges(task["task_id"]) == []
    assert world.document() == before


def comments(world: World, pull: dict[str, Any]) -> str:
    """Everything that was said on a pull request."""
    said = world.github(f"/issues/{pull['number']}/comments")
    return "\n".join(comment["body"] for comment in said)


def test_a_question_is_merged_deployed_and_live(world: World) -> None:
    before = world.document()
    with world.latency(ci_ms=0):
        task = world.settle("What is the worker heartbeat mechanism?")
    assert_shipped_once(world, task, before)
    assert 0 < task["tte_ms"] < 60_000
    assert next(iter(task["stages_ms"])) == "queued"
    assert world.reads(task["entry_url"], task["question"])


def test_a_question_that_the_documents_do_not_answer_is_declined(world: World) -> None:
    before = world.document()
    task = world.settle("How do I reset my password?")
    assert task["status"] == "declined"
    assert "do not answer" in task["reason"]
    assert world.pull_requests(task["task_id"]) == []
    assert world.document() == before


def test_a_declined_question_names_the_closest_sections(world: World) -> None:
    task = world.settle("How do I change the colours of the dashboard?")
    assert task["status"] == "declined"
    closest = {section["title"]: section for section in task["closest"]}
    assert closest["Dashboard"] == {
        "path": "docs/dashboard.md",
        "anchor": "dashboard",
        "title": "Dashboard",
    }
    assert "docs/dashboard.md#dashboard" in task["reason"]


def test_a_declined_question_may_be_asked_again_at_once(world: World) -> None:
    first = world.settle("How do I change my password?")
    again = world.ask("How do I change my password?").json()
    assert not again["duplicate"]
    assert again["task_id"] != first["task_id"]
    assert world.wait(again["task_id"])["status"] == "declined"


def test_a_declined_question_is_answered_once_the_documents_are(world: World) -> None:
    question = "How do I brew an espresso?"
    assert world.settle(question)["status"] == "declined"
    page = "# Espresso\n\n## Brew an espresso\n\nPress the button of the machine.\n"
    world.commit_as_person(page, path="docs/espresso.md")
    # Within the test's patience, which is far less than the timer of the documents.
    wait_until(lambda: world.settle(question)["status"] == "done")


@pytest.mark.parametrize(
    ("question", "anchor"),
    [
        ("How can I cancel a running task?", "how-do-i-cancel-a-task-543cb980"),
        ("Who can merge an answer?", "who-may-merge-an-answer"),
    ],
)
def test_a_question_that_the_faq_answers_in_other_words_is_pointed_there(
    world: World, question: str, anchor: str
) -> None:
    before = world.document()
    task = world.settle(question)
    assert task["status"] == "declined"
    assert "the FAQ answers this already" in task["reason"]
    assert task["entry_url"].endswith(f"#{anchor}")
    assert world.reads(task["entry_url"], "merge")
    assert world.pull_requests(task["task_id"]) == []
    assert world.document() == before


def test_the_same_question_again_is_the_same_task(world: World) -> None:
    task = world.settle("What is Phase 10?")
    again = world.ask("what is PHASE 10 ?!")
    assert again.status_code == 200
    assert again.json() == {"task_id": task["task_id"], "status": "done", "duplicate": True}


def test_red_checks_leave_the_pull_request_open_and_labelled(world: World) -> None:
    before = world.document()
    with world.fault("ci_red"):
        task = world.settle("How do I cancel a task?")
    assert_not_shipped(world, task, "ci_failed", before)
    (pull,) = world.pull_requests(task["task_id"])
    assert pull["state"] == "open"
    assert [label["name"] for label in pull["labels"]] == ["ci-failed"]
    assert "faq-gate" in comments(world, pull)


@pytest.mark.parametrize(
    ("fault", "question"),
    [
        ("ci_never_ends", "How long does Redis keep a task?"),
        ("ci_absent", "What happens when the queue is full?"),
    ],
)
def test_checks_that_do_not_end_in_time_close_the_pull_request(
    world: World, fault: str, question: str
) -> None:
    before = world.document()
    with world.fault(fault):
        task = world.settle(question)
    assert_not_shipped(world, task, "ci_timeout", before)
    (pull,) = world.pull_requests(task["task_id"])
    assert pull["state"] == "closed"
    assert "ci_timeout" in comments(world, pull)
    assert world.branches(task["task_id"]) == []


@pytest.mark.parametrize(
    ("fault", "times", "question"),
    [
        ("github_503", 3, "How do I integrate the API?"),
        ("open_applied_then_502", 1, "How do I take my data along?"),
        ("merge_applied_then_500", 1, "How do I deploy to production?"),
        ("base_moved", 2, "What is the system architecture?"),
        ("webhooks_duplicated", None, "What does a rollback take back?"),
    ],
)
def test_what_passes_by_itself_is_ridden_out(
    world: World, fault: str, times: int | None, question: str
) -> None:
    before = world.document()
    with world.fault(fault, times):
        task = world.settle(question)
    assert_shipped_once(world, task, before)


def test_a_conflict_is_resolved_by_the_same_edit_on_the_new_base(world: World) -> None:
    with world.fault("conflict"):
        task = world.settle("How are webhooks verified?")
    after = world.document()
    parent = world.parent_document(task["merge_sha"])
    assert parent != after
    assert_shipped_once(world, task, before=parent)


def test_a_head_that_somebody_moved_is_not_merged(world: World) -> None:
    before = world.document()
    with world.fault("head_moved"):
        task = world.settle("What is the error budget?")
    assert_not_shipped(world, task, "merge_refused", before)
    (pull,) = world.pull_requests(task["task_id"])
    assert pull["state"] == "closed"
    assert "pushed" in comments(world, pull)


def test_a_lost_webhook_costs_five_seconds_at_most(world: World) -> None:
    before = world.document()
    with world.fault("webhooks_lost", times=None), world.latency(ci_ms=200):
        task = world.settle("Which ports does the stack use?")
    assert_shipped_once(world, task, before)
    assert green_to_merged_s(world, task) <= 5.0


def test_questions_at_the_same_time_all_arrive(world: World) -> None:
    questions = [
        "如何檢查 Vercel 部署狀態？",
        "如何創建告警規則？",
        "What does a declined task mean?",
        "Which metrics are kept in Redis?",
        "What is the storage and engine?",
    ]
    accepted = [world.ask(question).raise_for_status().json()["task_id"] for question in questions]
    tasks = [world.wait(task_id) for task_id in accepted]
    after = world.document()
    ends = [(task["status"], task.get("failure_kind"), task.get("error")) for task in tasks]
    assert ends == [("done", None, None)] * len(tasks)
    for task in tasks:
        assert len(world.pull_requests(task["task_id"])) == 1
        assert len(world.merges(task["task_id"])) == 1
        assert any(entry.trace_id == task["task_id"] for entry in entries(after))


@pytest.mark.parametrize(
    "question",
    [
        "# What is the worker heartbeat?",
        "What does `last_heartbeat` of the worker heartbeat mean?",
        "What is the worker heartbeat mechanism of Redis <!-- entry -->?",
        "What is the worker heartbeat mechanism in Redis [skip ci]?",
        "@everyone how does the worker heartbeat mechanism of a runner work in Redis?",
        "Fix #1: what is the worker heartbeat mechanism?",
    ],
)
def test_a_hostile_question_ships_as_harmless_text(world: World, question: str) -> None:
    issue = world.open_issue("An issue that nobody may close")
    before = world.document()
    task = world.settle_approved(question)
    assert_shipped_once(world, task, before)
    assert world.github(f"/issues/{issue}")["state"] == "open"
    assert world.notifications() == []
    assert find(world.document(), entries(before)[0].question_hash) == entries(before)[0]


def green_to_merged_s(world: World, task: dict[str, Any]) -> float:
    """From the end of the required check to the merge."""
    (pull,) = world.pull_requests(task["task_id"])
    runs = world.github(f"/commits/{pull['head']['sha']}/check-runs")["check_runs"]
    (gate,) = [run for run in runs if run["name"] == "faq-gate"]
    merged_at = datetime.fromisoformat(task["merged_at"])
    return (merged_at - datetime.fromisoformat(gate["completed_at"])).total_seconds()
