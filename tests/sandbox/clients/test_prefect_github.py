"""The queries that prefect-github builds; its own client can reach github.com alone."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from tests.sandbox.clients.conftest import World

pytestmark = pytest.mark.xdist_group("clients")


@dataclass(frozen=True, slots=True)
class Credentials:
    """In place of the block, whose client asks github.com."""

    url: str

    def get_client(self) -> Any:
        """The client that the block gives, for the sandbox."""
        from sgqlc.endpoint.http import HTTPEndpoint

        headers = {"Authorization": "Bearer bot-token"}
        return HTTPEndpoint(f"{self.url}/graphql", base_headers=headers)


@pytest.fixture
def credentials(world: World) -> Credentials:
    return Credentials(world.url)


def test_it_reads_a_repository_and_a_pull_request(world: World, credentials: Credentials) -> None:
    from prefect_github import repository  # here: it takes seconds to load

    asked = {"owner": world.owner, "name": world.name, "github_credentials": credentials}
    found = asyncio.run(
        repository.query_repository.fn(**asked, return_fields=["name_with_owner", "is_archived"])
    )
    assert found == {"nameWithOwner": "acme/shiploop-docs", "isArchived": False}
    fields = ["number", "head_ref_oid", "is_draft", "state"]
    pull = asyncio.run(
        repository.query_repository_pull_request.fn(
            **asked, number=world.number, return_fields=fields
        )
    )
    assert pull == {
        "number": world.number,
        "headRefOid": world.head_sha,
        "isDraft": False,
        "state": "OPEN",
    }


def test_it_opens_an_issue_and_lists_it(world: World, credentials: Credentials) -> None:
    from prefect_github import mutations, repository

    node = world.github.bot.get(world.github.repo).json()["node_id"]
    made = asyncio.run(
        mutations.create_issue.fn(node, "Down", [], [], [], credentials, return_fields=["title"])
    )
    assert made == {"title": "Down"}
    listed = asyncio.run(
        repository.query_repository_issues.fn(
            world.owner,
            world.name,
            labels=None,
            states=["OPEN"],
            github_credentials=credentials,
            last=1,
            return_fields=["title"],
        )
    )
    assert listed == {"nodes": [{"title": "Down"}]}


def test_it_is_told_what_the_sandbox_does_not_model(world: World, credentials: Credentials) -> None:
    from prefect_github import repository

    with pytest.raises(RuntimeError, match="Not modelled by the sandbox"):
        asyncio.run(repository.query_repository.fn(world.owner, world.name, credentials))
