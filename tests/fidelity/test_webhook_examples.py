"""Webhooks as GitHub has sent them become the right facts, whatever of them is missing."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from redis import Redis

from api.app import create_app
from shiploop.bootstrap import build
from shiploop.domain.delivery.webhook_facts import WEBHOOK_EVENTS, Fact, RulesFact, read_delivery
from shiploop.settings import Settings
from shiploop.stores import keys
from tests.fidelity.answers import places, with_value
from tests.fidelity.conftest import Example
from tests.valkey import url_of

pytestmark = pytest.mark.xdist_group("fidelity")  # one tour, one reading of large schemas

SECRET = "hook secret of the examples"
LINTER, CODERTOCAT = (
    "ec26c3e57ca3a959ca5aad62de7213c562f8c821",
    "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
)
DEPLOYED = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e"
# By event, one row an example: the words that its facts are told by.
FACTS: dict[str, list[set[str]]] = {
    "check_run": [
        {LINTER, "Octocoders-linter"},
        {LINTER, "Octocoders-linter", "failure"},
        {LINTER, "Octocoders-linter", "success"},
        {LINTER, "Octocoders-linter", "success"},
        {LINTER, "Octocoders-linter"},
        {LINTER, "Octocoders-linter"},
        {"API Review"},
        {"randscape"},
        {"randscape"},
    ],
    "deployment_status": [
        {DEPLOYED, "success"},
        {DEPLOYED, "in_progress"},
        {DEPLOYED, "success"},
        {DEPLOYED, "success"},
    ],
    # None is of a branch of ours. Two are closed, as what a merge queue has merged is as well.
    "pull_request": [{LINTER} if number in (3, 4) else set() for number in range(29)],
    "pull_request_review": [set()] * 4,
    "pull_request_review_thread": [set()] * 3,
    "status": [{CODERTOCAT, "default", "success"}] * 4,
    "push": [
        {"refs/tags/simple-tag", CODERTOCAT},
        set(),
        set(),
        set(),
        {"refs/heads/master", CODERTOCAT},
        {"refs/heads/master", CODERTOCAT},
        set(),
    ],
}

OF_RULES = {"branch_protection_rule", "repository", "repository_ruleset"}


def words(facts: tuple[Fact, ...]) -> set[str]:
    """Every text that facts hold."""
    told: set[str] = set()
    for fact in facts:
        fields = asdict(fact)
        fields |= fields.pop("check", {})
        told |= {str(value) for value in fields.values() if isinstance(value, str)}
    return told


def test_each_example_becomes_the_facts_that_it_tells_and_no_other(
    webhook_examples: list[Example],
) -> None:
    assert set(FACTS) | OF_RULES == WEBHOOK_EVENTS
    assert len(webhook_examples) == 329
    for example in webhook_examples:
        facts = read_delivery(example.event, example.payload)
        if example.event in OF_RULES:
            assert facts == (RulesFact(),)
            continue
        expected = FACTS.get(example.event)
        if expected is None:
            assert facts == (), example.event
            continue
        row = expected[example.number]
        assert len(facts) == bool(row)
        assert row <= words(facts), (example.event, example.number)


def test_a_run_that_is_not_over_has_no_conclusion(webhook_examples: list[Example]) -> None:
    running = [
        example
        for example in webhook_examples
        if example.event == "check_run" and example.payload["check_run"]["status"] != "completed"
    ]
    assert len(running) == 4
    for example in running:
        told = words(read_delivery("check_run", example.payload))
        assert not told & {"success", "failure", "neutral"}


@pytest.fixture
def client(redis: Redis) -> Iterator[TestClient]:
    """An API that takes these webhooks for those of its repository."""
    settings = Settings(
        _env_file=None,
        redis_url=url_of(redis),
        github_repo="Codertocat/Hello-World",
        github_token=SecretStr("unused"),
        github_webhook_secret=SecretStr(SECRET),
    )
    with TestClient(create_app(build(settings)), raise_server_exceptions=False) as client:
        yield client


def deliver(client: TestClient, event: str, delivery: str, payload: Any) -> int:
    """Deliver as GitHub does; returns the status."""
    body = json.dumps(payload).encode()
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "x-github-event": event,
        "x-github-delivery": delivery,
        "x-hub-signature-256": f"sha256={digest}",
        "content-type": "application/json",
    }
    return client.post("/webhooks/github", content=body, headers=headers).status_code


def test_the_api_takes_every_example_and_keeps_what_it_tells(
    client: TestClient, redis: Redis, webhook_examples: list[Example]
) -> None:
    for number, example in enumerate(webhook_examples):
        assert deliver(client, example.event, str(number), example.payload) == 202, example.event
    for subject in (LINTER, CODERTOCAT, "refs/heads/master"):
        assert redis.exists(keys.fact(subject)), subject


def test_no_delivery_is_an_error_of_pythons(
    client: TestClient, webhook_examples: list[Example]
) -> None:
    repository = {"full_name": "Codertocat/Hello-World"}
    strange: tuple[object, ...] = (None, "strange", 7, [], {}, [None])
    number = 0
    # There is no example of a ruleset's event, of which nothing is read.
    for event in sorted(WEBHOOK_EVENTS - {"repository_ruleset"}):
        example = next(one for one in webhook_examples if one.event == event)
        kept = {name: part for name, part in example.payload.items() if name != "sender"}
        amiss = [
            with_value(kept, path, value)
            for path in places(kept)
            if 1 <= len(path) <= 2 and path[0] != "repository"
            for value in strange
        ]
        for payload in amiss:
            number += 1
            status = deliver(
                client, event, f"amiss-{number}", {**payload, "repository": repository}
            )
            assert status in (202, 400), (event, payload)
