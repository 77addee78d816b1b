"""A task as it is read from its hash: every field, those of the version before as well."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from shiploop.domain.delivery.change import Level, Source
from shiploop.domain.delivery.task import FailureKind, Merge, Stage, Status, WaitingFor
from shiploop.domain.delivery.task_record import TaskRecord, read_task_record
from shiploop.domain.production.rollback import RollbackStatus
from tests.builders import NOON, TASK_ID

QUESTION = "What is the worker heartbeat mechanism?"
HASH = "0f" * 32
PULL = "http://127.0.0.1/acme/docs/pull/7"

# What the version before this one has stored of a task that it has rolled back.
OF_VERSION_1 = {
    "task_id": TASK_ID,
    "trace_id": TASK_ID,
    "status": "error",
    "question": QUESTION,
    "question_hash": HASH,
    "slug": "what-is-the-worker-heartbeat-mechanism",
    "created_at": "2026-11-22T12:00:00.000Z",
    "updated_at": "2026-11-22T12:02:00.000Z",
    "prefect_run_id": "7b0c2f0e-6c1c-4b43-8b52-6f5c5d1a9d3e",
    "worker_id": "runner-1-4711-a1b2c3",
    "stages_entered": "drafting@2026-11-22T12:00:00.200Z opening@2026-11-22T12:00:02.200Z",
    "model": "gpt-4.1-mini",
    "tokens_in": "512",
    "tokens_out": "40",
    "cost_usd": "0.000269",
    "generator": "model",
    "pr_url": PULL,
    "state": "merged",
    "merge_sha": "f" * 40,
    "merged_at": "2026-11-22T12:00:03.000Z",
    "tte_ms": "3000",
    "ended_at": "2026-11-22T12:00:09.000Z",
    "settled_at": "2026-11-22T12:00:09.100Z",
    "failure_kind": "unhealthy_deploy",
    "error": "site-home failed 6 of 6 times",
    "rollback": "healthy",
    "rollback_reason": "production is healthy again",
    "rollback_pr_url": f"{PULL}8",
    "incident_url": "http://127.0.0.1/acme/docs/issues/79",
    "trb_ms": "41234",
}
ACCEPTED = {
    "task_id": TASK_ID,
    "trace_id": TASK_ID,
    "version": "2",
    "status": "queued",
    "question": "Notes of release 2.1",
    "agent": "notes",
    "request": '{"release": "2.1", "parts": [1, 2]}',
    "dedupe_key": "2.1",
    "dedupe": "agent:notes:hash:2.1",
    "created_at": "2026-11-22T12:00:00.000Z",
    "updated_at": "2026-11-22T12:00:00.000Z",
}


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_record_of_the_version_before_is_read_as_the_faqs() -> None:
    assert read_task_record(OF_VERSION_1) == TaskRecord(
        task_id=TASK_ID,
        trace_id=TASK_ID,
        version=1,
        agent="faq",
        request={"question": QUESTION},
        dedupe_key=HASH,
        title=QUESTION,
        status=Status.ERROR,
        created_at=NOON,
        updated_at=after(120),
        prefect_run_id="7b0c2f0e-6c1c-4b43-8b52-6f5c5d1a9d3e",
        runner_id="runner-1-4711-a1b2c3",
        stages_entered=((Stage.DRAFTING, after(0.2)), (Stage.OPENING, after(2.2))),
        generator="model",
        model="gpt-4.1-mini",
        tokens_in=512,
        tokens_out=40,
        cost_usd=0.000269,
        pr_url=PULL,
        state="merged",
        merge_sha="f" * 40,
        merged_at=after(3),
        tte_ms=3000,
        ended_at=after(9),
        settled_at=after(9.1),
        failure_kind=FailureKind.UNHEALTHY_DEPLOY,
        error="site-home failed 6 of 6 times",
        rollback=RollbackStatus.HEALTHY,
        rollback_pr_url=f"{PULL}8",
        rollback_reason="production is healthy again",
        incident_url="http://127.0.0.1/acme/docs/issues/79",
        trb_ms=41234,
    )


def test_a_record_has_the_request_as_it_was_made() -> None:
    record = read_task_record(ACCEPTED)
    assert (record.version, record.agent, record.dedupe_key) == (2, "notes", "2.1")
    assert record.request == {"release": "2.1", "parts": [1, 2]}
    assert record.title == "Notes of release 2.1"


def test_what_a_task_has_not_come_to_is_none() -> None:
    record = read_task_record(ACCEPTED)
    come_to = {one.name for one in fields(record) if getattr(record, one.name) is not None}
    assert come_to == set(ACCEPTED) - {"question", "dedupe"} | {
        *("title", "simulated", "stages_entered", "waits", "heads"),
        "branch_prefix",
    }
    assert (record.simulated, record.stages_entered, record.merge) == (False, (), None)


def test_how_often_and_for_what_it_was_parked_is_read() -> None:
    first, second = "2026-11-22T12:00:01.000Z", "2026-11-22T12:00:09.000Z"
    parked = {
        "status": "waiting",
        "waiting_for": "review",
        "waits": f"{first}/{second} {second}/",
        "expires_at": second,
        "heads": "aa bb",
        "level": "suggest",
        "answer_kind": "passage",
        "reasons": '["No heading says it."]',
        "approved_by": "ada",
    }
    record = read_task_record(ACCEPTED | parked)
    assert (record.status, record.waiting_for) == (Status.WAITING, WaitingFor.REVIEW)
    assert record.waits == ((after(1), after(9)), (after(9), None))
    assert record.deadline_from == record.expires_at == after(9)
    assert (record.heads, record.approved_by) == (("aa", "bb"), "ada")
    assert (record.level, record.kind) == (Level.SUGGEST, "passage")
    assert record.reasons == ("No heading says it.",)
    assert read_task_record(ACCEPTED).deadline_from == NOON


def test_what_only_some_tasks_have_is_read_as_well() -> None:
    record = read_task_record(
        ACCEPTED
        | {
            "status": "declined",
            "reason": "no document says",
            "closest": '[{"path": "a.md", "anchor": "b", "title": "A › B", "later": 1}]',
            "entry_url": "http://127.0.0.1/faq#a",
            "model_problem": "it took too long",
            "simulated": "1",
            "stage": "checking",
            "cancel_requested_at": "2026-11-22T12:00:05.000Z",
        }
    )
    assert (record.status, record.reason) == (Status.DECLINED, "no document says")
    assert record.closest == (Source("a.md", "b", "A › B"),)
    assert (record.simulated, record.stage) == (True, Stage.CHECKING)
    assert (record.entry_url, record.model_problem) == (
        "http://127.0.0.1/faq#a",
        "it took too long",
    )
    assert record.cancel_requested_at == datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC)


def test_declined_with_nothing_near_is_not_the_same_as_not_declined() -> None:
    assert read_task_record(ACCEPTED | {"closest": "[]"}).closest == ()
    assert read_task_record(ACCEPTED).closest is None


def test_fields_of_a_later_version_are_ignored() -> None:
    later = read_task_record(ACCEPTED | {"version": "3", "a_field_of_version_3": "x"})
    assert later == replace(read_task_record(ACCEPTED), version=3)


def test_a_merge_is_known_when_both_its_commit_and_its_time_are() -> None:
    assert read_task_record(OF_VERSION_1).merge == Merge("f" * 40, after(3))
    assert read_task_record(ACCEPTED | {"merge_sha": "f" * 40}).merge is None


@pytest.mark.parametrize("name", ["tokens_in", "tokens_out", "cost_usd"])
def test_what_an_agent_notes_keeps_no_task_from_being_read(name: str) -> None:
    assert read_task_record(ACCEPTED | {name: "many"}) == read_task_record(ACCEPTED)


@pytest.mark.parametrize(
    "wrong", [{"status": "no-such-status"}, {"created_at": "noon"}, {"request": "{"}]
)
def test_what_is_no_tasks_is_not_taken_for_one(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_task_record(ACCEPTED | wrong)
    with pytest.raises(KeyError):
        read_task_record({name: text for name, text in ACCEPTED.items() if name not in wrong})
