"""What the terminal shows of a question: asked, followed to its end, and in the demo."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from rich.console import Console

from shiploop.cli.api_client import ApiClient, ApiRefused
from shiploop.cli.demo import QUESTION, DemoResult, ask_and_watch, show_result
from shiploop.domain.timestamps import iso_ms
from tests.builders import NOON, TASK_ID
from tests.scripted_server import Reply, ScriptedServer
from tests.snapshots.conftest import ReadsAs
from tests.snapshots.story import ENTRY_URL, NEWER_SHA, REPOSITORY_URL
from tests.snapshots.terminal import COLUMNS, Terminal, terminal

_STAGES_MS: Final = {
    "queued": 633,
    "drafting": 77,
    "opening": 112,
    "checking": 695,
    "merging": 26,
    "deploying": 164,
    "verifying": 37,
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the API tells of a task: the stages it went through, and how it ended."""

    stages: tuple[str, ...]
    task: Mapping[str, Any]
    cancelled: bool = False

    def replies(self) -> list[Reply]:
        """The answers to who asks, follows and looks."""
        asked = {"task_id": TASK_ID, "status": "queued", "duplicate": False}
        return [
            Reply(202, json.dumps(asked)),
            Reply(200, self._stream(), {"Content-Type": "text/event-stream"}),
            Reply(200, json.dumps(self.task)),
        ]

    def _stream(self) -> str:
        at = NOON
        told: list[tuple[str, datetime, dict[str, str]]] = [("queued", at, {})]
        for stage in self.stages:
            at += timedelta(milliseconds=_STAGES_MS.get(_before(stage), 0))
            told.append(("stage", at, {"stage": stage}))
        if self.cancelled:
            told.append(("cancel_requested", at, {}))
        told.append(("settled", at + timedelta(milliseconds=40), {}))
        return "".join(
            f"id: {number}-0\ndata: "
            f"{json.dumps({'kind': kind, 'at': iso_ms(at), 'changes': changes})}\n\n"
            for number, (kind, at, changes) in enumerate(told, 1)
        )


def _before(stage: str) -> str:
    names = list(_STAGES_MS)
    return names[names.index(stage) - 1]


def a_task(status: str, *stages: str, **fields: Any) -> dict[str, Any]:
    """A task as `GET /api/agent/tasks/{task_id}` shows it."""
    return {
        "task_id": TASK_ID,
        "trace_id": TASK_ID,
        "status": status,
        "question": QUESTION,
        "created_at": iso_ms(NOON),
        "updated_at": iso_ms(NOON + timedelta(seconds=1.744)),
        "stage": stages[-1],
        "stages_ms": {
            name: took for name, took in _STAGES_MS.items() if name in ("queued", *stages)
        },
        **fields,
    }


_ALL: Final = tuple(_STAGES_MS)[1:]
_UP_TO_CHECKING: Final = _ALL[:3]
_PULL: Final = {"pr_url": f"{REPOSITORY_URL}/pull/7", "generator": "extractive"}
DONE: Final = Told(
    _ALL,
    a_task(
        "done",
        *_ALL,
        **_PULL,
        state="merged",
        merge_sha=NEWER_SHA,
        merged_at=iso_ms(NOON + timedelta(seconds=1.536)),
        tte_ms=1536,
        entry_url=ENTRY_URL,
        reason="merged and verified live",
    ),
)
DECLINED: Final = Told(
    _ALL[:1],
    a_task(
        "declined",
        *_ALL[:1],
        reason="the documents do not answer this question; closest: docs/guide.md#heartbeats",
        closest=[
            {"path": "docs/guide.md", "anchor": "heartbeats", "title": "Guide: Heartbeats"},
        ],
    ),
)
RED: Final = Told(
    _UP_TO_CHECKING,
    a_task(
        "error",
        *_UP_TO_CHECKING,
        **_PULL,
        state="open",
        failure_kind="ci_failed",
        error="checks failed: faq-gate",
    ),
)
CANCELLED: Final = Told(
    _UP_TO_CHECKING,
    a_task(
        "error",
        *_UP_TO_CHECKING,
        **_PULL,
        state="closed",
        failure_kind="cancelled",
        error="cancelled on request",
    ),
    cancelled=True,
)


@pytest.fixture
def here(
    tmp_path: Path, scripted: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    """A terminal beside a stack whose API answers as it is told."""
    monkeypatch.chdir(tmp_path)
    with terminal(tmp_path) as typed:
        typed.note_stack(api=scripted.url)
        typed.show(scripted.url, "http://127.0.0.1:8000")
        yield typed


FOLLOWED: Final = {
    "cli/ask_follow_done.txt": DONE,
    "cli/ask_follow_declined.txt": DECLINED,
    "cli/ask_follow_failed.txt": RED,
    "cli/ask_follow_cancelled.txt": CANCELLED,
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_a_followed_question_shows_this(
    name: str, here: Terminal, scripted: ScriptedServer, reads_as: ReadsAs
) -> None:
    scripted.replies.extend(FOLLOWED[name].replies())
    here.type("ask", "--follow", QUESTION)
    reads_as(name, here.seen())


ASKED, STATUS, CANCEL = "cli/ask.txt", "cli/status.txt", "cli/cancel.txt"


def test_a_question_shows_its_task(
    here: Terminal, scripted: ScriptedServer, reads_as: ReadsAs
) -> None:
    scripted.replies.append(DONE.replies()[0])
    here.type("ask", QUESTION)
    reads_as(ASKED, here.seen())


def test_a_status_is_all_that_is_known_of_a_task(
    here: Terminal, scripted: ScriptedServer, reads_as: ReadsAs
) -> None:
    scripted.replies.append(DECLINED.replies()[-1])
    here.type("status", TASK_ID)
    reads_as(STATUS, here.seen())


def a_problem(status: int, title: str, detail: str) -> Reply:
    """A refusal of the API; the files in problems/ show each of them."""
    return Reply(status, json.dumps({"title": title, "detail": detail, "status": status}))


def test_a_task_that_goes_on_is_cancelled_and_a_settled_one_is_not(
    here: Terminal, scripted: ScriptedServer, reads_as: ReadsAs
) -> None:
    settled = a_problem(409, "The task is settled", "It ended as done.")
    scripted.replies.extend([Reply(202), settled])
    here.type("cancel", TASK_ID)
    here.type("cancel", TASK_ID)
    reads_as(CANCEL, here.seen())


REFUSED, NO_SHIPLOOP, LOST = (
    "cli/error_refused_by_the_api.txt",
    "cli/error_no_shiploop.txt",
    "cli/error_lost_sight.txt",
)


def test_a_refusal_of_the_api_is_told_in_its_words(
    here: Terminal, scripted: ScriptedServer, reads_as: ReadsAs
) -> None:
    full = "Too many questions wait already. Ask again a little later."
    scripted.replies.append(a_problem(429, "The queue is full", full))
    here.type("ask", QUESTION)
    reads_as(REFUSED, here.seen())


def test_another_server_is_told_to_be_none_of_ours(
    here: Terminal, scripted: ScriptedServer, reads_as: ReadsAs
) -> None:
    scripted.replies.append(Reply(404, "<html>"))
    here.type("ask", QUESTION)
    reads_as(NO_SHIPLOOP, here.seen())


def test_a_task_that_is_lost_sight_of_may_be_looked_up(
    here: Terminal, scripted: ScriptedServer, reads_as: ReadsAs
) -> None:
    with (
        closing(ApiClient(scripted.url, resume_pause_s=0)) as api,
        pytest.raises(ApiRefused) as lost,
    ):
        list(api.follow(TASK_ID))
    here.see(f"Error: {lost.value}\n")
    reads_as(LOST, here.seen())


DEMOS: Final = {
    "cli/demo_done.txt": DONE,
    "cli/demo_failed.txt": RED,
    "cli/demo_declined.txt": DECLINED,
}


@pytest.mark.parametrize("name", DEMOS)
def test_the_demo_shows_this(
    name: str, here: Terminal, scripted: ScriptedServer, reads_as: ReadsAs
) -> None:
    scripted.replies.extend(DEMOS[name].replies())
    printed = io.StringIO()
    console = Console(file=printed, width=COLUMNS, color_system=None)
    with closing(ApiClient(scripted.url)) as api:
        task = ask_and_watch(api, QUESTION, console)
    show_result(a_result(task), task, console)
    here.see(printed.getvalue())
    reads_as(name, here.seen())


def a_result(task: Mapping[str, Any]) -> DemoResult:
    """What the demo sums up; the calls of a task are counted only where GitHub is the sandbox's."""
    return DemoResult(
        task_id=task["task_id"],
        pr_url=task.get("pr_url"),
        merge_sha=task.get("merge_sha"),
        entry_url=task.get("entry_url"),
        tte_ms=task.get("tte_ms"),
        stages_ms=task["stages_ms"],
        github_calls={"done": 3, "error": 2}.get(task["status"]),
        outcome=task["status"],
    )


TEXTS: Final = (*FOLLOWED, ASKED, STATUS, CANCEL, REFUSED, NO_SHIPLOOP, LOST, *DEMOS)
