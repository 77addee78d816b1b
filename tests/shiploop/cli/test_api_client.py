"""The command line's view of the API: events, cut connections, refusals."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from shiploop.cli.api_client import ApiClient, ApiRefused, TaskEvent, outcome_line, stage_lines
from tests.scripted_server import Reply, ScriptedServer, scripted_server

BEGUN = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TASK = "0d9c9f2e-0000-4000-8000-000000000000"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as running:
        yield running


@pytest.fixture
def api(server: ScriptedServer) -> Iterator[ApiClient]:
    with closing(ApiClient(server.url, "a-key-of-sixteen", resume_pause_s=0)) as client:
        yield client


def sent(*events: tuple[str, dict[str, str]], first: int = 1) -> Reply:
    """A stream that tells these events, numbered from `first`, and ends."""
    number = count(first)
    told = [
        f"event: {kind}\nid: {next(number)}-0\n"
        f"data: {json.dumps({'kind': kind, 'at': BEGUN.isoformat(), 'changes': changes})}\n\n"
        for kind, changes in events
    ]
    return Reply(200, ": ping\n\n" + "".join(told), {"Content-Type": "text/event-stream"})


def event(kind: str, after_s: float, **changes: str) -> TaskEvent:
    return TaskEvent("1-0", kind, BEGUN + timedelta(seconds=after_s), changes)


def test_every_event_is_told_up_to_the_one_that_settles(
    server: ScriptedServer, api: ApiClient
) -> None:
    stage = ("stage", {"stage": "drafting"})
    server.replies.append(sent(("queued", {}), stage, ("settled", {"status": "done"})))
    told = list(api.follow(TASK))
    assert [each.kind for each in told] == ["queued", "stage", "settled"]
    assert (told[1].event_id, told[1].at, told[1].changes) == ("2-0", BEGUN, stage[1])
    assert server.requests == [f"GET /api/agent/tasks/{TASK}/events"]


def test_a_stream_that_ends_early_is_resumed_after_the_last_event(
    server: ScriptedServer, api: ApiClient
) -> None:
    server.replies.extend(
        [sent(("queued", {}), ("running", {})), Reply(503), sent(("settled", {}), first=3)]
    )
    told = [each.event_id for each in api.follow(TASK)]
    assert told == ["1-0", "2-0", "3-0"]
    resumed_from = [headers.get("Last-Event-ID") for headers in server.headers]
    assert resumed_from == [None, "2-0", "2-0"]


def test_an_event_that_was_cut_in_the_middle_is_told_once(
    server: ScriptedServer, api: ApiClient
) -> None:
    whole, cut = sent(("queued", {})), sent(("settled", {}), first=2)
    server.replies.extend([Reply(200, whole.body + cut.body[:-20]), cut])
    assert [each.event_id for each in api.follow(TASK)] == ["1-0", "2-0"]


def test_a_server_that_hangs_up_each_time_is_given_up(
    server: ScriptedServer, api: ApiClient
) -> None:
    with pytest.raises(ApiRefused, match=f"lost sight of task {TASK}.*shiploop status"):
        list(api.follow(TASK))
    assert 10 < len(server.requests) < 100


def test_an_unknown_task_is_not_asked_for_again(server: ScriptedServer, api: ApiClient) -> None:
    problem = {"title": "No such task", "detail": f"No task {TASK}.", "status": 404}
    server.replies.append(Reply(404, json.dumps(problem)))
    with pytest.raises(ApiRefused, match=rf"No such task: No task {TASK}\. \(404\)"):
        list(api.follow(TASK))
    assert len(server.requests) == 1


@pytest.mark.parametrize("reply", [Reply(200, "<html>"), Reply(404, "<html>"), Reply(500, "[]")])
def test_another_server_at_the_address_is_no_shiploop(
    server: ScriptedServer, api: ApiClient, reply: Reply
) -> None:
    server.replies.append(reply)
    with pytest.raises(ApiRefused, match="is no shiploop"):
        api.task(TASK)


def test_a_parked_task_is_followed_no_further_and_one_that_went_on_is(
    server: ScriptedServer, api: ApiClient
) -> None:
    server.replies.append(sent(("queued", {}), ("waiting", {"waiting_for": "review"})))
    assert [each.kind for each in api.follow(TASK)] == ["queued", "waiting"]
    server.replies.append(sent(("waiting", {}), ("goes_on", {}), ("settled", {})))
    assert [each.kind for each in api.follow(TASK)] == ["waiting", "goes_on", "settled"]


def test_the_key_is_sent_along_when_following(server: ScriptedServer, api: ApiClient) -> None:
    server.replies.append(sent(("settled", {})))
    list(api.follow(TASK))
    assert server.headers[0]["X-API-Key"] == "a-key-of-sixteen"


def test_stages_are_told_with_the_seconds_since_the_question_was_accepted() -> None:
    events = [
        event("queued", 0, status="queued"),
        event("running", 0.1, status="running"),
        event("stage", 0.15, stage="drafting"),
        event("noted", 0.4, pr_url="http://github/pull/1"),
        event("cancel_requested", 12.5),
        event("settled", 13, status="error"),
    ]
    assert list(stage_lines(iter(events))) == [
        "  0.00 s  queued",
        "  0.15 s  drafting",
        " 12.50 s  cancelling",
    ]


@pytest.mark.parametrize(
    ("task", "line"),
    [
        ({"status": "done", "entry_url": "http://site/faq#a"}, "done http://site/faq#a"),
        ({"status": "declined", "reason": "no document says so"}, "declined: no document says so"),
        (
            {"status": "error", "failure_kind": "ci_failed", "error": "red: lint"},
            "error ci_failed: red: lint",
        ),
    ],
)
def test_each_outcome_has_its_line(task: dict[str, str], line: str) -> None:
    assert outcome_line(task) == line
