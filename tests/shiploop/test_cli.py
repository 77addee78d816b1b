"""The `shiploop` command, as a process of its own."""

import os
import subprocess
import sys

import pytest

from tests.valkey import free_port

COMMANDS = ["ask", "status", "up", "demo"]


def shiploop(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "shiploop.cli", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def test_help_explains_every_command() -> None:
    shown = shiploop("--help")
    assert shown.returncode == 0
    listed = [line.split() for line in shown.stdout.partition("Commands:")[2].splitlines()]
    explained = {words[0] for words in listed if len(words) > 2}
    assert explained >= set(COMMANDS)


@pytest.mark.parametrize("arguments", [["ask", "How do I begin?"], ["status", "a-task"]])
def test_without_a_running_stack_it_says_what_to_do(arguments: list[str]) -> None:
    port = str(free_port())
    asked = shiploop(*arguments, SHIPLOOP_API_PORT=port)
    assert asked.returncode == 1
    assert f"127.0.0.1:{port}" in asked.stderr
    assert "`make up`" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_a_setting_that_cannot_be_read_is_named_without_a_traceback() -> None:
    asked = shiploop("ask", "How?", SHIPLOOP_API_PORT="eight thousand")
    assert asked.returncode == 1
    assert "SHIPLOOP_API_PORT" in asked.stderr
    assert "Traceback" not in asked.stderr
