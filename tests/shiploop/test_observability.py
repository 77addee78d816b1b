"""Logs: one JSON object a line, with its trace, and without secrets."""

import contextvars
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from shiploop.observability import JsonFormatter, Redactor, bound_request, bound_trace

CANARY = "canary/with+odd=characters"
SECRETS = ("a-known-secret", CANARY, 'quoted "secret" \\ line\nbreak', "short")


class Lines(logging.Handler):
    """Keeps the lines that a process would have written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter("tests", Redactor(SECRETS)))
        self.written: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(json.loads(self.format(record)))


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler = Lines()
    log().addHandler(handler)
    log().setLevel(logging.INFO)
    yield handler
    log().removeHandler(handler)


def log() -> logging.Logger:
    return logging.getLogger("tests.of.logs")


def run(code: str) -> tuple[list[dict[str, Any]], subprocess.CompletedProcess[str]]:
    """Run a process; returns the lines of its log."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    return [json.loads(line) for line in done.stderr.splitlines()], done


def test_a_line_says_when_who_where_and_what(lines: Lines) -> None:
    log().warning("%d things", 3)
    (line,) = lines.written
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "warning",
        "process": "tests",
        "logger": "tests.of.logs",
        "message": "3 things",
    }


def test_every_line_within_a_trace_carries_it(lines: Lines) -> None:
    with bound_trace("t1"), bound_request("r1"):
        log().info("one")
        with bound_trace("t2"):
            log().info("two")
        log().info("three")
    log().info("four")
    traces = [(line.get("trace_id"), line.get("request_id")) for line in lines.written]
    assert traces == [("t1", "r1"), ("t2", "r1"), ("t1", "r1"), (None, None)]


def test_a_thread_that_copies_the_context_carries_the_trace(lines: Lines) -> None:
    with bound_trace("t1"):
        context = contextvars.copy_context()
    threads = [
        threading.Thread(target=context.run, args=[log().info, "copied"]),
        threading.Thread(target=log().info, args=["not copied"]),
    ]
    for thread in threads:
        thread.start()
        thread.join()
    assert [line.get("trace_id") for line in lines.written] == ["t1", None]


def test_a_line_stays_one_line(lines: Lines) -> None:
    log().info("first\nsecond\r\u2028third")
    record = logging.makeLogRecord({"msg": "first\nsecond"})
    assert "\n" not in JsonFormatter("tests", Redactor()).format(record)
    assert lines.written[0]["message"] == "first\nsecond\r\u2028third"


@pytest.mark.parametrize(
    "text",
    [
        "a-known-secret",
        f"https://example.org/?q={CANARY}",
        "https://example.org/?q=canary%2Fwith%2Bodd%3Dcharacters",
        repr({"value": SECRETS[2]}),
        json.dumps({"value": SECRETS[2]}),
        SECRETS[2],
    ],
)
def test_a_known_secret_is_hidden_however_it_is_written(lines: Lines, text: str) -> None:
    log().info("before %s after", text)
    message = lines.written[0]["message"]
    assert "[redacted]" in message
    assert message.startswith("before ")
    assert message.endswith(" after")
    assert not any(word in message for word in ("known-secret", "canary", "quoted", "break"))


def test_a_word_too_short_for_a_secret_is_left_alone(lines: Lines) -> None:
    log().info("in short, it works")
    assert lines.written[0]["message"] == "in short, it works"


@pytest.mark.parametrize(
    "text",
    [
        "ghp_CANARYcanaryCANARYcanaryCANARYcanary",
        "ghs_CANARYcanaryCANARYcanaryCANARYcanary",
        "github_pat_CANARYcanaryCANARY_canaryCANARYcanary",
        "sk-proj-CANARYcanaryCANARYcanary",
        "xoxb-CANARY-canary-CANARY",
        "https://hooks.slack.com/services/CANARY/canary/CANARY",
        "eyJCANARYcanary.eyJCANARYcanary.CANARY-canary_CANARY",
        "Authorization: Bearer CANARYcanaryCANARY",
        "authorization: basic Q0FOQVJZ=CANARY",
        "{'authorization': 'token CANARYcanary'}",
        "[(b'authorization', b'Bearer CANARY')]",
        "Headers({'x-api-key': 'CANARY'})",
        "X-API-Key: CANARY",
        "sent Bearer CANARYcanaryCANARY to it",
        '{"password": "CANARY", "user": "ada"}',
        "GITHUB_TOKEN=CANARY",
        "client_secret=CANARY&grant=x",
        "redis://:CANARY@127.0.0.1:6379/0",
        "postgresql://ada:CANARY@db/x",
        "-----BEGIN RSA PRIVATE KEY-----\nCANARY\nCANARY\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\\nCANARY\\nCANARY",
    ],
)
def test_what_looks_like_a_secret_is_hidden(lines: Lines, text: str) -> None:
    log().info("before %s", text)
    message = lines.written[0]["message"]
    assert "canary" not in message.casefold()
    assert message.startswith("before ")
    assert "[redacted]" in message


@pytest.mark.parametrize(
    "text",
    [
        "GET /api/agent/tasks/0d9c9f2e-0000-4000-8000-000000000000 404 in 1.2 ms",
        "the token is missing, wrong, or not allowed to do this",
        "merged as 0123456789abcdef0123456789abcdef01234567",
        "https://github.com/acme/docs/pull/7#issuecomment-1",
        "redis://127.0.0.1:6379/0 is away",
        "authorization failed: no such account",
        "3 tokens: 1 to read, 2 to write",
    ],
)
def test_what_is_no_secret_is_left_alone(lines: Lines, text: str) -> None:
    log().info(text)
    assert lines.written[0]["message"] == text


def test_tracebacks_are_told_without_secrets(lines: Lines) -> None:
    try:
        try:
            raise ValueError("a-known-secret")
        except ValueError as error:
            raise RuntimeError("with ghp_CANARYcanaryCANARYcanary") from error
    except RuntimeError:
        log().exception("it failed", stack_info=True)
    told = lines.written[0]["exception"]
    assert "ValueError: [redacted]" in told
    assert "RuntimeError: with [redacted]" in told
    assert "Stack (most recent call last)" in told
    assert "test_observability.py" in told


def test_all_that_a_process_says_is_json() -> None:
    lines, done = run(
        "import logging, threading, warnings\n"
        "from shiploop.observability import configure_logging\n"
        "configure_logging('p1', ['a-known-secret'])\n"
        "logging.getLogger('ours').info('told')\n"
        "logging.getLogger('ours').debug('not told')\n"
        "logging.getLogger('httpx').info('not told')\n"
        "warnings.warn('mind a-known-secret')\n"
        "def fail(): raise ValueError('a-known-secret')\n"
        "thread = threading.Thread(target=fail); thread.start(); thread.join()\n"
        "fail()\n"
    )
    assert done.returncode == 1
    assert "known-secret" not in done.stderr
    assert [(line["logger"], line["level"]) for line in lines] == [
        ("ours", "info"),
        ("py.warnings", "warning"),
        ("shiploop.observability", "critical"),
        ("shiploop.observability", "critical"),
    ]
    assert {line["process"] for line in lines} == {"p1"}
    assert all("ValueError: [redacted]" in line["exception"] for line in lines[2:])


def test_a_hook_for_uncaught_exceptions_that_came_later_stays() -> None:
    lines, done = run(
        "import sys\n"
        "from shiploop.observability import configure_logging\n"
        "configure_logging('p1')\n"
        "ours = sys.excepthook\n"
        "def theirs(*uncaught):\n"
        "    sys.stdout.write('seen')\n"
        "    ours(*uncaught)\n"
        "sys.excepthook = theirs\n"
        "configure_logging('p1', ['a-known-secret'])\n"
        "raise ValueError('a-known-secret')\n"
    )
    assert done.stdout == "seen"
    (line,) = lines
    assert "ValueError: [redacted]" in line["exception"]


def test_prefects_lines_are_ours_too_each_of_them_once() -> None:
    lines, done = run(
        "import logging, os\n"
        "os.environ['PREFECT_LOGGING_TO_API_ENABLED'] = 'false'\n"
        "import prefect\n"
        "from shiploop.observability import bound_trace, configure_logging\n"
        "configure_logging('runner')\n"
        "from prefect.logging.loggers import get_logger\n"
        "with bound_trace('t1'):\n"
        "    for name in ('flow_runs', 'task_runs', 'workers', 'client', '_internal'):\n"
        "        get_logger(name).error('from %s', name)\n"
        "    for name in ('uvicorn', 'uvicorn.error', 'fastapi'):\n"
        "        logging.getLogger(name).error('from %s', name)\n"
    )
    assert done.returncode == 0, done.stderr
    assert [line["logger"] for line in lines] == [
        "prefect.flow_runs",
        "prefect.task_runs",
        "prefect.workers",
        "prefect.client",
        "prefect._internal",
        "uvicorn",
        "uvicorn.error",
        "fastapi",
    ]
    assert {line["trace_id"] for line in lines} == {"t1"}
    assert done.stdout == ""
