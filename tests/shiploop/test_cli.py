"""The `shiploop` command, as a process of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.valkey import free_port
from tests.world import World

COMMANDS = ["ask", "cancel", "demo", "doctor", "status", "up"]
STAGES = ["queued", "drafting", "opening", "checking", "merging", "deploying", "verifying"]
ANY_PORTS = {f"SHIPLOOP_{part}_PORT": "0" for part in ("API", "PREFECT", "GITHUB", "SITE", "REDIS")}


def shiploop(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "shiploop.cli", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def beside(world: World, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command where a stack runs whose ports nobody has chosen."""
    return shiploop(*arguments, SHIPLOOP_HOME=str(world.mirror.parent), SHIPLOOP_API_PORT="0")


def told_stages(printed: list[str]) -> list[str]:
    """The stages in lines such as `  0.17 s  drafting`."""
    shown = [re.fullmatch(r" *\d+\.\d\d s  (\w+)", line) for line in printed]
    return [match[1] for match in shown if match]


def test_help_explains_every_command_in_a_line() -> None:
    shown = shiploop("--help")
    assert shown.returncode == 0
    listed = [line.split() for line in shown.stdout.partition("Commands:\n")[2].splitlines()]
    assert [words[0] for words in listed] == COMMANDS
    assert [words for words in listed if len(words) < 3 or words[-1].endswith("...")] == []


@pytest.mark.parametrize(
    "arguments",
    [["ask", "How do I begin?"], ["ask", "--follow", "How?"], ["status", "a"], ["cancel", "a"]],
)
def test_without_a_running_stack_it_says_what_to_do(tmp_path: Path, arguments: list[str]) -> None:
    port = str(free_port())
    asked = shiploop(*arguments, SHIPLOOP_API_PORT=port, SHIPLOOP_HOME=str(tmp_path))
    assert asked.returncode == 1
    assert f"127.0.0.1:{port}" in asked.stderr
    assert "`make up`" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_a_setting_that_cannot_be_read_is_named_without_a_traceback() -> None:
    asked = shiploop("ask", "How?", SHIPLOOP_API_PORT="eight thousand")
    assert asked.returncode == 1
    assert "SHIPLOOP_API_PORT" in asked.stderr
    assert "Traceback" not in asked.stderr


@pytest.mark.xdist_group("world")
def test_following_shows_every_stage_and_ends_with_the_live_entry(world: World) -> None:
    asked = beside(world, "ask", "--follow", "What does declined mean for a task?")
    assert asked.returncode == 0, asked.stdout + asked.stderr
    task_id, *stages, outcome = asked.stdout.splitlines()
    assert told_stages(stages) == STAGES
    entry_url = world.task(task_id)["entry_url"]
    assert outcome == f"done {entry_url}"
    assert httpx.get(entry_url).is_success
    again = beside(world, "ask", "--follow", "What does declined mean for a task?")
    assert (again.returncode, again.stdout) == (0, asked.stdout)


@pytest.mark.xdist_group("world")
def test_following_a_question_that_is_declined_ends_with_the_reason(world: World) -> None:
    asked = beside(world, "ask", "--follow", "Who painted the ceiling of the Sistine Chapel?")
    assert asked.returncode == 1
    task_id, *_, outcome = asked.stdout.splitlines()
    assert outcome == f"declined: {world.task(task_id)['reason']}"


@pytest.mark.xdist_group("world")
def test_following_a_task_that_fails_ends_with_the_kind_and_the_error(world: World) -> None:
    with world.fault("ci_red"):
        asked = beside(world, "ask", "--follow", "How long is a declined task kept?")
    assert asked.returncode == 1
    task_id, *_, outcome = asked.stdout.splitlines()
    assert outcome == f"error ci_failed: {world.task(task_id)['error']}"


@pytest.mark.xdist_group("world")
def test_a_settled_task_has_a_status_and_is_not_cancelled(world: World) -> None:
    task_id = world.settle("What does declined mean for a task?")["task_id"]
    shown = beside(world, "status", task_id)
    assert (shown.returncode, json.loads(shown.stdout)) == (0, world.task(task_id))
    cancelled = beside(world, "cancel", task_id)
    assert cancelled.returncode == 1
    assert "The task is settled: It ended as done. (409)" in cancelled.stderr


@pytest.mark.xdist_group("world")
def test_the_demo_prints_one_json_object_and_leaves_nothing_running(
    world: World, tmp_path: Path
) -> None:
    shown = shiploop(
        "demo",
        "--json",
        **ANY_PORTS,
        SHIPLOOP_HOME=str(tmp_path),
        PREFECT_API_URL=f"{world.addresses.prefect}/api",
    )
    assert shown.returncode == 0, shown.stderr
    result = json.loads(shown.stdout)
    assert (result["outcome"], result["github_calls"]) == ("done", 3)
    assert list(result["stages_ms"]) == STAGES
    assert result["pr_url"].endswith("/acme/shiploop-docs/pull/1")
    assert len(result["merge_sha"]) == 40
    with pytest.raises(httpx.ConnectError):
        httpx.get(result["entry_url"])
