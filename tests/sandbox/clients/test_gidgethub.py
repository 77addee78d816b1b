"""gidgethub, which is asynchronous and knows nothing but paths."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import gidgethub
import httpx
import pytest
from gidgethub.httpx import GitHubAPI

from tests.loopback import NO_TLS
from tests.sandbox.clients.conftest import PAGE, World

pytestmark = pytest.mark.xdist_group("clients")


@asynccontextmanager
async def connected(
    world: World,
    token: str = "bot-token",  # noqa: S107 - of the sandbox
) -> AsyncIterator[GitHubAPI]:
    async with httpx.AsyncClient(trust_env=False, verify=NO_TLS) as client:
        yield GitHubAPI(
            client,  # type: ignore[arg-type]  # httpx or httpx2; it names only the latter
            "shiploop",
            oauth_token=token,
            base_url=world.url,
        )


def test_it_pages_through_every_issue(world: World) -> None:
    async def titles() -> list[str]:
        path = f"/repos/{world.owner}/{world.name}/issues{{?creator,per_page}}"
        asked = {"creator": "shiploop-bot", "per_page": str(PAGE)}
        async with connected(world) as api:
            found = [issue async for issue in api.getiter(path, asked)]
        return [issue["title"] for issue in found if "pull_request" not in issue]

    assert asyncio.run(titles()) == world.issues


def test_it_checks_merges_and_compares(world: World) -> None:
    repository = f"/repos/{world.owner}/{world.name}"

    async def ship() -> tuple[set[str], Any]:
        async with connected(world) as api:
            runs = api.getiter(
                f"{repository}/commits/{world.head_sha}/check-runs", iterable_key="check_runs"
            )
            names = {run["name"] async for run in runs}
            merge = {"merge_method": "squash", "sha": world.head_sha}
            await api.put(f"{repository}/pulls/{world.number}/merge", data=merge)
            compared = await api.getitem(f"{repository}/compare/{world.head_sha}...main")
            return names, compared["status"]

    assert asyncio.run(ship()) == ({"lint", "faq-gate"}, "diverged")


def test_it_opens_an_issue_and_asks_by_graphql(world: World) -> None:
    document = "query Title($id: ID!) { node(id: $id) { ... on Issue { title } } }"

    async def title() -> Any:
        async with connected(world) as api:
            path = f"/repos/{world.owner}/{world.name}/issues"
            made = await api.post(path, data={"title": "Down"})
            endpoint = f"{world.url}/graphql"
            answer = await api.graphql(document, endpoint=endpoint, id=made["node_id"])
            return answer["node"]["title"]

    assert asyncio.run(title()) == "Down"


def test_it_is_refused_in_the_way_that_it_knows(world: World) -> None:
    async def ask(path: str, token: str) -> None:
        async with connected(world, token) as api:
            await api.getitem(path)

    with pytest.raises(gidgethub.BadRequest) as unknown:
        asyncio.run(ask("/user", "wrong"))
    assert unknown.value.status_code == 401
    with pytest.raises(gidgethub.GitHubBroken) as refused:
        asyncio.run(ask(f"/repos/{world.owner}/{world.name}/topics", "bot-token"))
    assert refused.value.status_code == 501
