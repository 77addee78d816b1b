"""The `shiploop` command, as a process of its own."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from redis import Redis

from shiploop.stack.addresses import free_port
from tests.loopback import loopback
from tests.scripted_server import Reply, ScriptedServer
from tests.world import World

COMMANDS = [
    *("approve", "ask", "autonomy", "cancel", "demo", "doctor", "drill", "freeze"),
    *("init", "prefect-password", "rollback", "rollback-mode", "silence", "simulate", "status"),
    *("unfreeze", "unsilence", "up"),
]
STAGES = ["queued", "drafting", "opening", "checking", "merging", "deploying", "verifying"]
ANY_PORTS = {
    f"SHIPLOOP_{part}_PORT": "0"
    for part in ("API", "PREFECT", "GITHUB", "SITE", "REDIS", "DASHBOARD")
}


def shiploop(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "shiploop.cli.main", *arguments],
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
    installed = Path(sys.executable).with_name("shiploop")
    shown = subprocess.run([installed, "--help"], capture_output=True, text=True)
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


@pytest.mark.parametrize(
    "arguments",
    [
        ["freeze", "a demo"],
        ["unfreeze"],
        ["rollback", "0" * 40, "--reason", "it is wrong"],
        ["rollback-mode"],
        ["rollback-mode", "off"],
    ],
)
def test_without_a_running_stack_nothing_is_done_by_hand(
    tmp_path: Path, arguments: list[str]
) -> None:
    done = shiploop(*arguments, SHIPLOOP_HOME=str(tmp_path), REDIS_URL="", PREFECT_API_URL="")
    assert done.returncode == 1
    assert "no stack runs here: start one with `make up`" in done.stderr
    assert "Traceback" not in done.stderr


def test_merges_are_frozen_and_go_on_by_hand(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    here = {"SHIPLOOP_HOME": str(tmp_path), "REDIS_URL": redis_url}
    assert "not frozen" in shiploop("unfreeze", **here).stdout
    assert shiploop("freeze", "a demo", **here).returncode == 0
    frozen = redis.hgetall("agent:freeze")
    assert frozen["reason"] == "a demo"
    assert str(frozen["owner"]).endswith(f"@{socket.gethostname()}")
    redis.hset("agent:freeze", "owner", "ada@laptop")
    again = shiploop("freeze", "holidays", **here)
    assert again.returncode == 1
    assert "frozen already by ada@laptop" in again.stderr
    assert "a demo" in shiploop("unfreeze", **here).stdout
    assert redis.exists("agent:freeze") == 0


def test_the_rollback_mode_is_shown_set_and_left_to_the_settings_again(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    here = {
        "SHIPLOOP_HOME": str(tmp_path),
        "REDIS_URL": redis_url,
        "SHIPLOOP_ROLLBACK": "approval",
    }
    assert shiploop("rollback-mode", **here).stdout.startswith("approval (SHIPLOOP_ROLLBACK")
    assert shiploop("rollback-mode", "shadow", **here).stdout == "shadow\n"
    assert redis.get("agent:rollback-mode") == "shadow"
    assert shiploop("rollback-mode", **here).stdout == "shadow\n"
    assert shiploop("rollback-mode", "sometimes", **here).returncode == 2
    assert shiploop("rollback-mode", "off", "--reset", **here).returncode == 2
    assert redis.get("agent:rollback-mode") == "shadow"
    assert shiploop("rollback-mode", "--reset", **here).stdout.startswith("approval")
    assert redis.exists("agent:rollback-mode") == 0


def test_a_rollback_that_is_asked_for_is_shown_with_where_to_watch_it(
    scripted: ScriptedServer, tmp_path: Path
) -> None:
    run_id = "550e8400-e29b-41d4-a716-446655440000"
    deployment = {"id": run_id, "name": "rollback", "flow_id": run_id}
    state = {"type": "SCHEDULED", "name": "Scheduled"}
    run = {"id": run_id, "flow_id": run_id, "name": "a-run", "state": state}
    no_csrf_token = Reply(404)
    scripted.replies.extend([Reply(200, json.dumps(deployment)), no_csrf_token])
    scripted.replies.append(Reply(200, json.dumps(run)))
    here = {"SHIPLOOP_HOME": str(tmp_path), "PREFECT_API_URL": f"{scripted.url}/api"}
    done = shiploop("rollback", "0" * 40, "--reason", "it is wrong", **here)
    assert done.returncode == 0, done.stderr
    shown_id, where = done.stdout.splitlines()
    assert shown_id == run_id
    assert where == f"watch it at {scripted.url}/runs/flow-run/{run_id}"


def test_a_rollback_wants_a_reason_and_a_merge(tmp_path: Path) -> None:
    here = {"SHIPLOOP_HOME": str(tmp_path), "PREFECT_API_URL": f"http://127.0.0.1:{free_port()}"}
    assert shiploop("rollback", "0" * 40, **here).returncode == 2
    unknown = shiploop("rollback", "main", "--reason", "it is wrong", **here)
    assert unknown.returncode == 1
    assert "neither the whole sha of a merge" in unknown.stderr


def test_a_setting_that_cannot_be_read_is_named_without_a_traceback() -> None:
    asked = shiploop("ask", "How?", SHIPLOOP_API_PORT="eight thousand")
    assert asked.returncode == 1
    assert "SHIPLOOP_API_PORT" in asked.stderr
    assert "Traceback" not in asked.stderr


@pytest.mark.xdist_group("patient-world")
def test_following_shows_every_stage_and_ends_with_the_live_entry(world: World) -> None:
    asked = beside(world, "ask", "--follow", "How do I check the configuration?")
    assert asked.returncode == 0, asked.stdout + asked.stderr
    task_id, *stages, outcome = asked.stdout.splitlines()
    assert told_stages(stages) == STAGES
    entry_url = world.task(task_id)["entry_url"]
    assert outcome == f"done {entry_url}"
    assert loopback.get(entry_url).is_success
    again = beside(world, "ask", "--follow", "How do I check the configuration?")
    assert (again.returncode, again.stdout) == (0, asked.stdout)


@pytest.mark.xdist_group("patient-world")
def test_following_a_question_that_is_declined_ends_with_the_reason(world: World) -> None:
    asked = beside(world, "ask", "--follow", "Who painted the ceiling of the Sistine Chapel?")
    assert asked.returncode == 1
    task_id, *_, outcome = asked.stdout.splitlines()
    assert outcome == f"declined: {world.task(task_id)['reason']}"


@pytest.mark.xdist_group("patient-world")
def test_following_a_task_that_fails_ends_with_the_kind_and_the_error(world: World) -> None:
    with world.fault("ci_red"):
        asked = beside(world, "ask", "--follow", "What raises an alert?")
    assert asked.returncode == 1
    task_id, *_, outcome = asked.stdout.splitlines()
    assert outcome == f"error ci_failed: {world.task(task_id)['error']}"


@pytest.mark.xdist_group("patient-world")
def test_a_settled_task_has_a_status_and_is_not_cancelled(world: World) -> None:
    task_id = world.settle("How do I create an alert rule?")["task_id"]
    shown = beside(world, "status", task_id)
    assert (shown.returncode, json.loads(shown.stdout)) == (0, world.task(task_id))
    cancelled = beside(world, "cancel", task_id)
    assert cancelled.returncode == 1
    assert "The task is settled: It ended as done. (409)" in cancelled.stderr


@pytest.mark.xdist_group("patient-world")
def test_the_demo_prints_one_json_object_and_leaves_nothing_running(
    world: World, tmp_path: Path
) -> None:
    shown = shiploop(
        "demo",
        "--json",
        **ANY_PORTS,
        SHIPLOOP_HOME=str(tmp_path),
        **world.prefect_environment,
    )
    assert shown.returncode == 0, shown.stderr
    result = json.loads(shown.stdout)
    assert (result["outcome"], result["github_calls"]) == ("done", 3)
    assert list(result["stages_ms"]) == STAGES
    assert result["pr_url"].endswith("/acme/shiploop-docs/pull/1")
    assert len(result["merge_sha"]) == 40
    with pytest.raises(httpx.ConnectError):
        loopback.get(result["entry_url"])


@pytest.mark.xdist_group("patient-world")
def test_a_rollback_started_by_hand_is_a_run_that_prefect_shows(world: World) -> None:
    unknown_task = "550e8400-e29b-41d4-a716-446655440000"
    done = beside(world, "rollback", unknown_task, "--reason", "it is wrong")
    assert done.returncode == 0, done.stderr
    run_id, where = done.stdout.splitlines()
    assert where == f"watch it at {world.addresses.prefect}/runs/flow-run/{run_id}"
    run = world.prefect("GET", f"/flow_runs/{run_id}")
    assert run["parameters"] == {"task_id": unknown_task, "reason": "it is wrong"}
    world.wait_for_prefect_state(run_id)
