"""The API as a process of its own: what it says at start, and to whom it opens."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from shiploop.stack.addresses import free_port
from tests.loopback import NO_TLS
from tests.until import wait_until
from tests.valkey import url_of

PROJECT = Path(__file__).resolve().parents[2]
CANARIES = {
    "GITHUB_TOKEN": "canary-of-the-token",
    "GITHUB_WEBHOOK_SECRET": "canary-of-the-webhook",
    "SHIPLOOP_SIGNING_KEY": "canary-of-the-signing-key",
    "SHIPLOOP_API_KEYS": '{"ci": "canary-of-the-api-key"}',
}


class Api:
    """A running `python -m api` and its log."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        self.process = process
        self.http = httpx.Client(base_url=url, verify=NO_TLS)
        self._log = log

    def answers(self) -> bool:
        try:
            return self.http.get("/openapi.json").is_success
        except httpx.TransportError:
            assert self.process.poll() is None, self.text()
            return False

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]

    def text(self) -> str:
        return self._log.read_text(encoding="utf-8")


def environment(redis: Redis, **changes: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONWARNINGS": "error",
        "REDIS_URL": url_of(redis),
        "GITHUB_REPO": "acme/docs",
        **CANARIES,
        **changes,
    }


@contextmanager
def running(redis: Redis, directory: Path, **changes: str) -> Iterator[Api]:
    """Run the API until the end of the block."""
    port, log = free_port(), directory / "api.log"
    variables = environment(redis, SHIPLOOP_API_PORT=str(port), **changes)
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "api"], cwd=PROJECT, env=variables, stdout=file, stderr=file
        )
    api = Api(process, f"http://127.0.0.1:{port}", log)
    try:
        wait_until(api.answers, timeout_s=30)
        yield api
    finally:
        process.terminate()
        process.wait(timeout=10)
        api.http.close()


def test_the_log_is_json_knows_each_request_and_holds_no_secret(
    redis: Redis, tmp_path: Path
) -> None:
    with running(redis, tmp_path) as api:
        question = {"question": "What of canary-of-the-token?"}
        headers = {"X-API-Key": "canary-of-the-api-key", "X-Request-ID": "r1"}
        answer = api.http.post("/api/agent/faq", json=question, headers=headers)
        assert answer.status_code == 202
        task_id = answer.json()["task_id"]
        redis.hset(f"agent:task:{task_id}", "status", "canary-of-the-token")
        headers["X-Request-ID"] = "r2"
        failed = api.http.get(f"/api/agent/tasks/{task_id}", headers=headers)
        assert failed.status_code == 500
        api.http.get("/canary-of-the-webhook?key=canary-of-the-signing-key", headers=headers)
    assert "canary" not in api.text()
    lines = api.lines()
    assert {line["process"] for line in lines} == {"api"}
    (taken,) = (line for line in lines if line["message"] == "the request is taken")
    assert (taken["trace_id"], taken["request_id"]) == (task_id, "r1")
    (wrong,) = (line for line in lines if "exception" in line)
    assert wrong["request_id"] == "r2"
    assert "ValueError" in wrong["exception"]


def test_without_keys_the_log_says_that_only_loopback_is_served(
    redis: Redis, tmp_path: Path
) -> None:
    with running(redis, tmp_path, SHIPLOOP_API_KEYS="") as api:
        assert api.http.get("/api/agent/tasks").status_code == 200
    (warning, *_) = api.lines()
    assert warning["level"] == "warning"
    assert "SHIPLOOP_API_KEYS" in warning["message"]
    assert "loopback" in warning["message"]


def test_with_keys_it_opens_to_others(redis: Redis, tmp_path: Path) -> None:
    with running(redis, tmp_path, SHIPLOOP_API_HOST="0.0.0.0") as api:  # noqa: S104
        assert api.http.get("/api/agent/tasks").status_code == 401
    assert not [line for line in api.lines() if line["level"] == "warning"]


def test_without_keys_it_does_not_open_to_others(redis: Redis) -> None:
    variables = environment(redis, SHIPLOOP_API_KEYS="", SHIPLOOP_API_HOST="0.0.0.0")  # noqa: S104
    done = subprocess.run(
        [sys.executable, "-m", "api"], cwd=PROJECT, env=variables, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert all(json.loads(line)["process"] == "api" for line in done.stderr.splitlines())
    assert "set SHIPLOOP_API_KEYS too" in done.stderr
    assert "canary" not in done.stderr


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_those_who_follow_a_task_do_not_keep_it_from_stopping(
    redis: Redis, tmp_path: Path, signal_number: signal.Signals
) -> None:
    with running(redis, tmp_path, SHIPLOOP_API_KEYS="") as api:
        asked = api.http.post("/api/agent/faq", json={"question": "How do I begin?"})
        with api.http.stream("GET", f"{asked.headers['location']}/events") as stream:
            next(stream.iter_lines())
            api.process.send_signal(signal_number)
            assert api.process.wait(timeout=8) in (0, -signal_number)


@pytest.mark.parametrize(("proxies", "second"), [("127.0.0.1", 202), ("192.0.2.1", 429)])
def test_only_a_proxy_that_is_named_tells_the_address_of_its_clients(
    redis: Redis, tmp_path: Path, proxies: str, second: int
) -> None:
    limit = {"SHIPLOOP_RATE_LIMIT_PER_ADDRESS": "1/hour", "SHIPLOOP_API_KEYS": ""}
    with running(redis, tmp_path, FORWARDED_ALLOW_IPS=proxies, **limit) as api:
        answers = [
            api.http.post(
                "/api/agent/faq",
                json={"question": f"How do I reach {client}?"},
                headers={"X-Forwarded-For": client},
            )
            for client in ("198.51.100.1", "198.51.100.2")
        ]
    assert [answer.status_code for answer in answers] == [202, second]
