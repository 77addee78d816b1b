"""Stopping a command that has a stack: once is enough, and more often does no harm."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]

# A stack that says where it is, and sends the signals that a test wants to its own process.
PROGRAM = """
import os, signal, sys
from shiploop.cli.stopping import Interrupted, Stop
from shiploop.stack.process import StackFailed

def send(*names):
    for name in names:
        os.kill(os.getpid(), signal.Signals[name])

class Stack:
    def __enter__(self):
        print("starting")
        send(*WHILE_STARTING)
        if stop.given_up.is_set() or FAILS:
            raise StackFailed("a part failed")
        return "addresses"

    def __exit__(self, *_):
        print("ending")
        send(*WHILE_ENDING)
        print("ended")

signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
stop = Stop()
stop.listen()
try:
    with stop.running(Stack()) as addresses, stop.interrupting():
        print(addresses)
        send(*WHILE_RUNNING)
        print("through")
except Interrupted as interrupt:
    print("exit code", interrupt.exit_code)
except StackFailed as error:
    print(error)
if stop.given_up.is_set():
    send("SIGINT", "SIGTERM")
"""


def told(
    while_starting: tuple[str, ...] = (),
    while_running: tuple[str, ...] = (),
    while_ending: tuple[str, ...] = (),
    fails: bool = False,
) -> tuple[list[str], str]:
    """What the program prints, and what it says on the way, with these signals."""
    given = (
        f"WHILE_STARTING, WHILE_RUNNING = {while_starting}, {while_running}\n"
        f"WHILE_ENDING, FAILS = {while_ending}, {fails}\n"
    )
    command = [sys.executable, "-u", "-c", given + PROGRAM]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(), done.stderr


def test_what_nobody_stops_comes_to_its_end() -> None:
    assert told() == (["starting", "addresses", "through", "ending", "ended"], "")


@pytest.mark.parametrize(("name", "exit_code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_stop_in_the_start_gives_the_start_up(name: str, exit_code: int) -> None:
    assert told(while_starting=(name, "SIGINT")) == (
        ["starting", f"exit code {exit_code}"],
        "stopping\n",
    )


def test_a_stop_ends_what_is_running_and_then_the_stack_as_a_whole() -> None:
    assert told(while_running=("SIGTERM",), while_ending=("SIGINT", "SIGTERM", "SIGINT")) == (
        ["starting", "addresses", "ending", "ended", "exit code 143"],
        "stopping\n",
    )


def test_a_stop_when_the_stack_ends_anyway_changes_nothing() -> None:
    assert told(while_ending=("SIGINT",)) == (
        ["starting", "addresses", "through", "ending", "ended"],
        "stopping\n",
    )


def test_a_part_that_fails_is_told_when_nobody_wanted_a_stop() -> None:
    assert told(fails=True) == (["starting", "a part failed"], "")


def test_what_the_process_was_told_to_ignore_is_not_heard() -> None:
    assert told(while_running=("SIGHUP",))[1] == ""


def test_a_command_without_a_stack_ends_with_a_word(tmp_path: Path) -> None:
    # What a shell starts in the background ignores Ctrl-C, and so would all that we start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        port = str(silent.getsockname()[1])
        asking = subprocess.Popen(
            [sys.executable, "-m", "shiploop.cli", "ask", "How do I begin?"],
            env={**os.environ, "SHIPLOOP_API_PORT": port, "SHIPLOOP_HOME": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with silent.accept()[0]:
            asking.send_signal(signal.SIGINT)
            assert asking.communicate(timeout=60) == ("", "interrupted\n")
    assert asking.returncode == 130


def test_ctrl_c_while_the_command_is_loaded_shows_no_traceback() -> None:
    interrupted = """
import sys
from shiploop.cli.__main__ import main

class CtrlC:
    def find_spec(self, name, *_):
        if name == "shiploop.cli.main":
            raise KeyboardInterrupt

sys.meta_path.insert(0, CtrlC())
main()
"""
    command = [sys.executable, "-c", interrupted]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")
