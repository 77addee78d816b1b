"""What started a run is kept as long as the run, and takes little."""

from dataclasses import replace
from typing import Any

from sandbox.github.accounts import Account
from sandbox.github.workflow_events import Trigger
from sandbox.workflow_triggers import Event

ADA = Account(1, "ada")


def opened(number: int) -> Trigger:
    words: dict[str, Any] = {f"key_{each}": f"value {each * 7919}" for each in range(500)}
    payload = {**words, "number": number, "title": f"Answer question {number}"}
    event = Event("pull_request", "main", f"branch-{number}", ("FAQ.md",), "opened", payload)
    return Trigger(event, "0" * 40, f"refs/pull/{number}/merge", "1" * 40, ADA)


def test_a_packed_event_is_unpacked_as_it_was() -> None:
    alike: dict[str, bytes] = {}
    push = replace(opened(1), event=Event("push", "main", "main", (), payload={"ref": "main"}))
    triggers = [opened(1), opened(2), push, opened(3)]
    assert [each.pack(alike).unpack() for each in triggers] == triggers


def test_an_event_like_another_takes_a_few_bytes() -> None:
    alike: dict[str, bytes] = {}
    opened(1).pack(alike)
    assert len(opened(2).pack(alike).payload) < 200
