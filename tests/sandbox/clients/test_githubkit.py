"""githubkit, which checks every answer against GitHub's description."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.clients.conftest import PAGE, World

if TYPE_CHECKING:
    from githubkit import GitHub

pytestmark = pytest.mark.xdist_group("clients")


@pytest.fixture
def client(world: World) -> Iterator["GitHub[Any]"]:
    from githubkit import GitHub  # here: only one worker of the suite shall load it

    made = GitHub(
        "bot-token", base_url=world.url, http_cache=False, trust_env=False, auto_retry=False
    )
    with made as client:
        yield client


def test_it_pages_through_every_issue(client: "GitHub[Any]", world: World) -> None:
    pages: Iterator[Any] = client.rest.paginate(
        client.rest.issues.list_for_repo,
        owner=world.owner,
        repo=world.name,
        creator="shiploop-bot",
        per_page=PAGE,
    )
    assert [issue.title for issue in pages if not issue.pull_request] == world.issues


def test_it_reads_a_pull_request_and_its_checks(client: "GitHub[Any]", world: World) -> None:
    pull = client.rest.pulls.get(world.owner, world.name, world.number).parsed_data
    assert (pull.head.sha, pull.mergeable_state) == (world.head_sha, "clean")
    checks = client.rest.checks.list_for_ref(world.owner, world.name, pull.head.sha).parsed_data
    assert {run.name for run in checks.check_runs} == {"lint", "faq-gate"}
    status = client.rest.repos.get_combined_status_for_ref(world.owner, world.name, pull.head.sha)
    assert status.parsed_data.state == "success"
    contents = client.rest.repos.get_content(world.owner, world.name, "docs").parsed_data
    assert isinstance(contents, list)
    assert [entry.name for entry in contents] == ["FAQ.md"]


def test_it_merges_and_compares(client: "GitHub[Any]", world: World) -> None:
    merged = client.rest.pulls.merge(
        world.owner, world.name, world.number, merge_method="squash", sha=world.head_sha
    )
    assert merged.parsed_data.merged is True
    basehead = f"{world.head_sha}...main"
    compared = client.rest.repos.compare_commits(world.owner, world.name, basehead)
    assert (compared.parsed_data.status, compared.parsed_data.ahead_by) == ("diverged", 1)


def test_it_opens_an_issue(client: "GitHub[Any]", world: World) -> None:
    issue = client.rest.issues.create(world.owner, world.name, title="Down").parsed_data
    assert client.rest.issues.get(world.owner, world.name, issue.number).parsed_data.title == "Down"


ISSUES = """
query Issues($owner: String!, $name: String!, $cursor: String) {
  repository(owner: $owner, name: $name) {
    issues(first: 2, after: $cursor, orderBy: {field: CREATED_AT, direction: DESC}) {
      nodes { title }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


def test_it_pages_by_cursors(client: "GitHub[Any]", world: World) -> None:
    variables = {"owner": world.owner, "name": world.name}
    titles = [
        node["title"]
        for page in client.graphql.paginate(ISSUES, variables)
        for node in page["repository"]["issues"]["nodes"]
    ]
    assert titles == world.issues


def test_it_is_refused_in_the_way_that_it_knows(client: "GitHub[Any]", world: World) -> None:
    from githubkit import GitHub
    from githubkit.exception import GraphQLFailed, RequestFailed

    with pytest.raises(RequestFailed) as refused:
        client.graphql("query { viewer { sponsors(first: 1) { totalCount } } }")
    assert refused.value.response.status_code == 501
    with pytest.raises(GraphQLFailed):
        client.graphql('query { repository(owner: "acme", name: "nothing") { id } }')
    with GitHub("wrong", base_url=world.url, trust_env=False) as wrong:
        with pytest.raises(RequestFailed) as unknown:
            wrong.rest.users.get_authenticated()
        assert unknown.value.response.status_code == 401
