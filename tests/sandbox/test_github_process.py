"""The sandbox as a process: its start, its stop, and many clients at once."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.loopback import NO_TLS, loopback
from tests.sandbox.conftest import WORKFLOW
from tests.sandbox.github_driver import OPEN, REPOSITORY, SandboxGitHub
from tests.until import until, wait_until

CLIENTS = 60


@contextmanager
def _started(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    home, workflows = tmp_path / "home", tmp_path / "workflows"
    workflows.mkdir(exist_ok=True)
    slow = WORKFLOW.replace("echo passed", "sleep 60")
    (workflows / "slow.yml").write_text(slow, encoding="utf-8")
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--home", str(home)]
    command += ["--workflows", str(workflows), "--repo", REPOSITORY]
    environment = {**os.environ, "SANDBOX_TOKENS": "token:shiploop-bot:admin"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        try:
            wait_until(lambda: (home / "port").exists() and bool((home / "port").read_text()))
            yield process, f"http://127.0.0.1:{(home / 'port').read_text().strip()}"
        finally:
            process.kill()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_on_a_signal_with_its_children(tmp_path: Path, stop: int) -> None:
    with (
        _started(tmp_path) as (process, url),
        httpx.Client(base_url=url, trust_env=False, verify=NO_TLS) as bot,
    ):
        wait_until(lambda: bot.get("/_sandbox/healthz").status_code == 200)
        bot.headers["Authorization"] = "Bearer token"
        github = SandboxGitHub(url, tmp_path / "home", bot, bot, bot, bot)
        github.open("topic", "# FAQ\n")
        wait_until(lambda: github.checks("topic").get("faq-gate") == ("in_progress", None))
        family = psutil.Process(process.pid)
        children = until(lambda: family.children(recursive=True), bool)
        process.send_signal(stop)
        process.wait(timeout=10)
        wait_until(lambda: not any(child.is_running() for child in children))
        assert process.returncode == 0
        assert process.stdout is not None
        assert process.stdout.read() == b""


def test_a_slack_webhook_of_another_form_keeps_it_from_starting(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", "0", "--home", str(tmp_path)],
        env={**os.environ, "SANDBOX_SLACK_WEBHOOK": "https://hooks.slack.com/services/T0/B0/X"},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert finished.returncode == 1
    assert "SANDBOX_SLACK_WEBHOOK: a webhook is team/bot/secret" in finished.stderr


def test_it_begins_anew_at_each_start(tmp_path: Path) -> None:
    for _ in range(2):
        with _started(tmp_path) as (process, url):
            wait_until(lambda: loopback.get(f"{url}/{REPOSITORY}").status_code == 200)
            issues = f"{url}/repos/{REPOSITORY}/issues"
            headers = {"Authorization": "Bearer token"}
            made = loopback.post(issues, json={"title": "One"}, headers=headers)
            assert made.json()["number"] == 1
            process.terminate()
            assert process.wait(timeout=10) == 0
            (tmp_path / "home" / "port").unlink()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "sandbox", "--port", port, "--home", str(tmp_path)]
        started = subprocess.run(command, capture_output=True, text=True, check=False)
    assert started.returncode == 1
    assert port in started.stderr
    assert "Traceback" not in started.stderr


def test_many_clients_at_once_lose_nothing(github: SandboxGitHub) -> None:
    def ship(number: int) -> int:
        branch = f"topic-{number}"
        path = f"docs/{number}.md"
        while True:
            variables = github.open_variables(branch, f"# {number}\n", path=path)
            answer = github.graphql(OPEN, variables)
            if "errors" not in answer:
                break
        pull = answer["data"]["createPullRequest"]["pullRequest"]
        github.wait_green(branch)
        return github.merge(pull["number"], sha=pull["headRefOid"]).status_code

    with ThreadPoolExecutor(CLIENTS) as clients:
        assert set(clients.map(ship, range(CLIENTS))) == {200}
    compared = github.bot.get(f"{github.repo}/commits/main").json()
    titles = {f"docs/{number}.md" for number in range(CLIENTS)}
    assert {path for path in titles if github.file(path)} == titles
    assert len(compared["parents"]) == 1
