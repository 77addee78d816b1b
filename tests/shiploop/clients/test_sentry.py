"""Sentry: what a local receiver of its envelopes gets, over HTTP."""

import contextvars
import dataclasses
import gzip
import json
import logging
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import sentry_sdk

from shiploop.clients.sentry import Sentry, SentryMisconfigured, start_sentry
from shiploop.domain.delivery.task import FailureKind, Merge, Status, Task, declined, done, failed
from shiploop.observability import Redactor
from shiploop.stack.addresses import free_port
from tests.builders import a_task

REPOSITORY = "acme/docs"
CANARY = "canary-that-nobody-may-see"
ACCEPTED_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EXIT_TIMEOUT_S = 15.0


@dataclasses.dataclass(frozen=True, slots=True)
class Receiver:
    """Takes envelopes as Sentry does; what came in is there after `flush`."""

    dsn: str
    paths: list[str]
    bodies: list[bytes]

    def items(self, kind: str) -> list[dict[str, Any]]:
        """The payloads of one type, in the order in which they came."""
        sentry_sdk.flush(timeout=10)
        return [payload for body in self.bodies for each, payload in parsed(body) if each == kind]

    def events(self) -> list[dict[str, Any]]:
        return self.items("event")

    def metrics(self) -> list[dict[str, Any]]:
        return [metric for batch in self.items("trace_metric") for metric in batch["items"]]


def parsed(envelope: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """The (type, payload) of each item.

    Source: https://develop.sentry.dev/sdk/foundations/transport/envelopes/
    """
    _header, _, rest = envelope.partition(b"\n")
    while rest:
        line, _, rest = rest.partition(b"\n")
        header = json.loads(line)
        length = header.get("length", rest.find(b"\n"))
        yield header["type"], json.loads(rest[:length])
        rest = rest[length:].removeprefix(b"\n")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    paths: list[str] = []
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            bodies.append(gzip.decompress(body) if packed else body)
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Receiver(f"http://public@127.0.0.1:{server.server_port}/1", paths, bodies)
        server.shutdown()
        thread.join()


@pytest.fixture
def sentry(receiver: Receiver) -> Iterator[Sentry]:
    yield start_sentry(receiver.dsn, Redactor([CANARY]).redact)
    sentry_sdk.get_client().close(timeout=1)
    sentry_sdk.get_global_scope().set_client(None)


def task_of(question: str = "Where are the docs?") -> Task:
    deadline_at = ACCEPTED_AT + timedelta(minutes=10)
    task = a_task(question, task_id=str(uuid.uuid4()))
    return dataclasses.replace(task, accepted_at=ACCEPTED_AT, deadline_at=deadline_at)


@contextmanager
def failing_task(sentry: Sentry, task: Task) -> Iterator[None]:
    """A task that an error ends, which goes on to whoever started it."""
    with pytest.raises((RuntimeError, ValueError)), sentry.task(task, REPOSITORY):
        yield


def crumbs(event: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["category"], each["message"]) for each in event["breadcrumbs"]["values"]]


def fail(message: str) -> None:
    raise RuntimeError(message)


def merged(task: Task, ms: int) -> Merge:
    return Merge("a" * 40, task.accepted_at + timedelta(milliseconds=ms))


def test_an_error_comes_with_the_rfcs_breadcrumbs_under_the_tasks_id(
    sentry: Sentry, receiver: Receiver
) -> None:
    task = task_of()
    key = f"agent:task:{task.task_id}"
    with failing_task(sentry, task):
        sentry.status_updated(task, key, Status.RUNNING)
        sentry.executing(task)
        sentry.status_updated(task, key, Status.DONE, pr_url="https://github.example/pull/1")
        fail("what went wrong")
    (event,) = receiver.events()
    assert event["exception"]["values"][0]["value"] == "what went wrong"
    assert event["tags"]["trace_id"] == task.task_id
    assert event["contexts"]["trace"]["trace_id"] == uuid.UUID(task.task_id).hex
    assert event["release"].startswith("shiploop@")
    assert set(receiver.paths) == {"/api/1/envelope/"}
    assert crumbs(event) == [
        ("task", "Starting orchestrator task"),
        ("redis", "Updating task status to running"),
        ("orchestrator", "Executing orchestrator"),
        ("redis", "Updating task status to done"),
    ]
    ids = {"task_id": task.task_id, "trace_id": task.task_id}
    assert [each["data"] for each in event["breadcrumbs"]["values"]] == [
        {**ids, "question": task.title, "repo": REPOSITORY},
        {"redis_key": key, "task_id": task.task_id},
        ids,
        {"redis_key": key, "task_id": task.task_id, "pr_url": "https://github.example/pull/1"},
    ]


def test_tasks_side_by_side_share_neither_breadcrumbs_nor_ids(
    sentry: Sentry, receiver: Receiver
) -> None:
    threads, steps = 8, 20
    together = threading.Barrier(threads)
    tasks = [task_of(f"Question {number}?") for number in range(threads)]

    def work(task: Task) -> None:
        with failing_task(sentry, task):
            for step in range(steps):
                together.wait()
                sentry.breadcrumb("step", f"{task.task_id} {step}")
            fail(task.task_id)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, tasks))
    events = {event["tags"]["trace_id"]: event for event in receiver.events()}
    assert events.keys() == {task.task_id for task in tasks}
    for task_id, event in events.items():
        steps_taken = [("step", f"{task_id} {step}") for step in range(steps)]
        assert crumbs(event) == [("task", "Starting orchestrator task"), *steps_taken]
        assert event["exception"]["values"][0]["value"] == task_id
        assert event["contexts"]["trace"]["trace_id"] == uuid.UUID(task_id).hex


def test_a_thread_in_a_copy_of_its_context_belongs_to_the_task(
    sentry: Sentry, receiver: Receiver
) -> None:
    task, error = task_of(), RuntimeError("once")
    with sentry.task(task, REPOSITORY):

        def step() -> None:
            sentry.breadcrumb("step", "in another thread")
            sentry.capture(error)

        thread = threading.Thread(target=contextvars.copy_context().run, args=[step])
        thread.start()
        thread.join()
        sentry.capture(error)
    (event,) = receiver.events()
    assert event["tags"]["trace_id"] == task.task_id
    assert ("step", "in another thread") in crumbs(event)


def test_a_task_leaves_nothing_behind_for_the_next_one_in_its_thread(
    sentry: Sentry, receiver: Receiver
) -> None:
    for message in ("first", "second"):
        with failing_task(sentry, task_of()):
            sentry.breadcrumb("step", message)
            fail("the same words")
    first, second = receiver.events()
    assert crumbs(first)[1:] == [("step", "first")]
    assert crumbs(second)[1:] == [("step", "second")]


def test_an_error_that_passes_several_layers_is_one_event(
    sentry: Sentry, receiver: Receiver
) -> None:
    def inner() -> None:
        try:
            fail("deep down")
        except RuntimeError as error:
            sentry.capture(error)
            raise

    with failing_task(sentry, task_of()):
        try:
            inner()
        except RuntimeError as error:
            raise ValueError("on top") from error
    (event,) = receiver.events()
    assert event["exception"]["values"][0]["value"] == "deep down"


def test_an_error_that_every_attempt_meets_is_one_event(sentry: Sentry, receiver: Receiver) -> None:
    with sentry.task(task_of(), REPOSITORY):
        for _attempt in range(3):
            with pytest.raises(RuntimeError) as raised:
                fail("GitHub is away")
            sentry.capture(raised.value)
        sentry.capture(RuntimeError("something else"))
    values = [event["exception"]["values"][0]["value"] for event in receiver.events()]
    assert values == ["GitHub is away", "something else"]


def test_what_is_logged_as_an_error_is_no_event(sentry: Sentry, receiver: Receiver) -> None:
    with sentry.task(task_of(), REPOSITORY):
        logging.getLogger("steps").error("Task run failed, will be retried")
    assert receiver.events() == []


def test_an_outcome_is_no_error_and_a_merged_task_has_its_tte(
    sentry: Sentry, receiver: Receiver
) -> None:
    task = task_of()
    merge = merged(task, 4321)
    with sentry.task(task, REPOSITORY):
        sentry.settled(task, done(merge, "https://site.example/faq#x"))
        sentry.settled(task, failed(FailureKind.NEVER_LIVE, "not live", merge))
        sentry.settled(task, failed(FailureKind.CI_FAILED, "checks failed: lint"))
        sentry.settled(task, declined("not in the documents"))
    kinds = ["none", "never_live"]
    assert receiver.events() == []
    metrics = receiver.metrics()
    assert [(each["name"], each["type"], each["unit"], each["value"]) for each in metrics] == [
        ("tte_ms", "distribution", "millisecond", 4321)
    ] * 2
    assert [each["attributes"]["failure_kind"]["value"] for each in metrics] == kinds
    assert {each["trace_id"] for each in metrics} == {uuid.UUID(task.task_id).hex}


def test_no_secret_leaves_the_process(sentry: Sentry, receiver: Receiver) -> None:
    minted = f"ghs_{'x' * 36}"
    header = f"Authorization: Bearer {minted}"
    with failing_task(sentry, task_of(CANARY)):
        local = [CANARY, minted]
        sentry.breadcrumb("step", f"with {CANARY}", header=header, nested={CANARY: local})
        try:
            fail(f"https://user:{CANARY}@host.example {header}")
        except RuntimeError as error:
            raise ValueError(f"top: {CANARY}") from error
    assert len(receiver.events()) == 1
    sent = b"".join(receiver.bodies)
    assert b"[redacted]" in sent
    assert CANARY.encode() not in sent
    assert minted.encode() not in sent
    assert b'"vars"' not in sent
    assert b'"user"' not in sent


def test_what_is_no_dsn_is_refused_without_being_repeated() -> None:
    with pytest.raises(SentryMisconfigured, match="SENTRY_DSN is not a DSN") as raised:
        start_sentry(f"ftp://{CANARY}", str)
    assert CANARY not in str(raised.value)


def run_python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _PROGRAM_HEAD + program, *arguments],
        capture_output=True,
        text=True,
        timeout=EXIT_TIMEOUT_S,
    )


_PROGRAM_HEAD = """
import sys, uuid
from datetime import UTC, datetime
from shiploop.clients.sentry import start_sentry
from shiploop.domain.delivery.task import Merge, Status, Task, done
now = datetime.now(UTC)
task = Task(str(uuid.uuid4()), "faq", {"question": "Where?"}, "0" * 64, "Where?", now, now)
def use(sentry):
    with sentry.task(task, "acme/docs"):
        sentry.status_updated(task, "key", Status.RUNNING)
        sentry.executing(task)
        sentry.capture(RuntimeError("captured"))
        sentry.settled(task, done(Merge("a" * 40, now), "https://site.example"))
"""


def test_without_a_dsn_nothing_is_even_loaded() -> None:
    ended = run_python("""
use(start_sentry(None, str))
assert not [name for name in sys.modules if name.startswith("sentry_sdk")]
""")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_what_is_captured_last_is_sent_before_the_process_ends(receiver: Receiver) -> None:
    ended = run_python("use(start_sentry(sys.argv[1], str))", receiver.dsn)
    assert (ended.returncode, ended.stderr) == (0, "")
    kinds = [kind for body in receiver.bodies for kind, _payload in parsed(body)]
    assert sorted(kinds) == ["event", "trace_metric"]


def test_a_crash_of_the_process_is_reported(receiver: Receiver) -> None:
    ended = run_python("start_sentry(sys.argv[1], str); raise RuntimeError('crash')", receiver.dsn)
    assert ended.returncode == 1
    (event,) = receiver.events()
    assert event["exception"]["values"][0]["value"] == "crash"


def test_a_sentry_that_is_away_disturbs_nobody() -> None:
    dsn = f"http://public@127.0.0.1:{free_port()}/1"
    ended = run_python("use(start_sentry(sys.argv[1], str))", dsn)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_sentry_that_never_answers_holds_up_only_the_end_and_not_for_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        dsn = f"http://public@127.0.0.1:{silent.getsockname()[1]}/1"
        began_at = time.monotonic()
        ended = run_python(
            """
import time
sentry, began_at = start_sentry(sys.argv[1], str), time.monotonic()
for _ in range(50):
    use(sentry)
assert time.monotonic() - began_at < 2.0
""",
            dsn,
        )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert time.monotonic() - began_at < 10.0
