"""GitHub's published schemas, and what the sandbox says on a tour over all its routes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import GraphQLSchema, build_schema

from tests.fidelity.fetch import (
    GRAPHQL,
    RECORDINGS,
    REST,
    WEBHOOK_EXAMPLES,
    WEBHOOKS,
    Schema,
    fetch,
    npm_is_installed,
)
from tests.fidelity.openapi import RestDescription, WebhookDescription
from tests.fidelity.sandbox_process import AppKeys, Delivery, receiving, running_sandbox
from tests.fidelity.tour import tour
from tests.fidelity.tourist import DEADLINE_S, Exchange, Tourist
from tests.loopback import NO_TLS
from tests.until import until

# The last event of each kind that the tour must have heard of before it is over.
_LAST_EVENTS = {"deployment_status", "issue_comment", "check_suite"}


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything that the sandbox sent on a tour."""

    exchanges: tuple[Exchange, ...]
    deliveries: tuple[Delivery, ...]


def fetched(schema: Schema) -> Path:
    """Return a schema's file; without npm the test is skipped."""
    if not (schema.path.exists() or npm_is_installed()):
        pytest.skip(f"npm is not installed, so {schema.package} cannot be fetched")
    return fetch(schema)


@pytest.fixture(scope="session")
def github_schema() -> GraphQLSchema:
    """GitHub's full GraphQL schema."""
    return build_schema(fetched(GRAPHQL).read_text(), assume_valid_sdl=True)


@pytest.fixture(scope="session")
def rest_description() -> RestDescription:
    """GitHub's description of its REST API."""
    return RestDescription(fetched(REST))


@pytest.fixture(scope="session")
def webhook_description() -> WebhookDescription:
    """GitHub's description of its webhooks."""
    return WebhookDescription(fetched(WEBHOOKS))


@dataclass(frozen=True, slots=True)
class Example:
    """A webhook that GitHub has sent; `number` tells those of one event apart."""

    event: str
    number: int
    payload: dict[str, Any]


@pytest.fixture(scope="session")
def webhook_examples() -> list[Example]:
    """Every example of a webhook that Octokit has collected."""
    collected = json.loads(fetched(WEBHOOK_EXAMPLES).read_text())
    return [
        Example(of["name"], number, payload)
        for of in collected
        for number, payload in enumerate(of["examples"])
    ]


@pytest.fixture(scope="session")
def recorded_at_github() -> tuple[Exchange, ...]:
    """What api.github.com answered to others, years ago."""
    return tuple(
        Exchange(
            each["method"].upper(), each["path"].partition("?")[0], each["status"], each["response"]
        )
        for schema in RECORDINGS
        for each in json.loads(fetched(schema).read_text())
    )


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    """A tour, recorded."""
    keys = AppKeys.generate()
    with (
        receiving() as receiver,
        running_sandbox(tmp_path_factory.mktemp("sandbox"), keys) as url,
        httpx.Client(base_url=url, timeout=10, trust_env=False, verify=NO_TLS) as client,
    ):
        tourist = Tourist(client, keys.private)
        # Checks turn green after a moment, without running: its jobs are not what is judged here.
        client.put("/_sandbox/latency", json={"ci_ms": 20}).raise_for_status()
        tour(tourist, receiver.url)
        until(
            lambda: {delivery.event for delivery in receiver.deliveries},
            lambda events: events >= _LAST_EVENTS,
            DEADLINE_S,
        )
        yield Recording(tuple(tourist.exchanges), tuple(receiver.deliveries))
