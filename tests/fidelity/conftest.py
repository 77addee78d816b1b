"""GitHub's published schemas, fetched once."""

from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema

from tests.fidelity.fetch import GRAPHQL, REST, WEBHOOKS, Schema, fetch, npm_is_installed
from tests.fidelity.openapi import RestDescription, WebhookDescription


def _fetched(schema: Schema) -> Path:
    if not (schema.path.exists() or npm_is_installed()):
        pytest.skip(f"npm is not installed, so {schema.package} cannot be fetched")
    return fetch(schema)


@pytest.fixture(scope="session")
def github_schema() -> GraphQLSchema:
    """GitHub's full GraphQL schema."""
    return build_schema(_fetched(GRAPHQL).read_text(), assume_valid_sdl=True)


@pytest.fixture(scope="session")
def rest_description() -> RestDescription:
    """GitHub's description of its REST API."""
    return RestDescription(_fetched(REST))


@pytest.fixture(scope="session")
def webhook_description() -> WebhookDescription:
    """GitHub's description of its webhooks."""
    return WebhookDescription(_fetched(WEBHOOKS))
