"""PyGithub, which pages by the Link header and counts by its last page."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.clients.conftest import PAGE, World

if TYPE_CHECKING:
    from github import Github
    from github.Repository import Repository

pytestmark = pytest.mark.xdist_group("clients")


@pytest.fixture
def connect(world: World) -> Iterator[Callable[[str], "Github"]]:
    from github import Auth, Github  # here: only one worker of the suite shall load it

    opened: list[Github] = []

    def connect(token: str) -> Github:
        opened.append(
            Github(
                base_url=world.url,
                auth=Auth.Token(token),
                per_page=PAGE,
                retry=None,
                seconds_between_requests=0,
                seconds_between_writes=0,
            )
        )
        return opened[-1]

    yield connect
    for client in opened:
        client.close()


@pytest.fixture
def repository(connect: Callable[[str], "Github"], world: World) -> "Repository":
    return connect("bot-token").get_repo(f"{world.owner}/{world.name}")


def test_it_pages_through_every_issue(repository: "Repository", world: World) -> None:
    issues = repository.get_issues(
        creator="shiploop-bot"  # type: ignore[arg-type]  # a name, as its documentation says
    )
    assert [issue.title for issue in issues if issue.pull_request is None] == world.issues
    assert issues.totalCount == len(world.issues) + 2
    assert repository.get_pulls(state="all").totalCount == 2


def test_it_reads_a_pull_request_and_its_checks(repository: "Repository", world: World) -> None:
    pull = repository.get_pull(world.number)
    assert [file.filename for file in pull.get_files()] == ["docs/FAQ.md"]
    assert [comment.body for comment in pull.get_issue_comments()] == ["Looks good."]
    commit = next(iter(pull.get_commits()))
    assert commit.sha == world.head_sha
    checks = {run.name: run.conclusion for run in commit.get_check_runs()}
    assert checks == {"lint": "success", "faq-gate": "success"}
    assert [suite.conclusion for suite in commit.get_check_suites()] == ["success"]
    combined = commit.get_combined_status()
    contexts = [each.context for each in combined.statuses]
    assert (combined.state, contexts) == ("success", ["preview"])
    assert [each.number for each in commit.get_pulls()] == [world.number]


def test_it_merges_and_compares(repository: "Repository", world: World) -> None:
    pull = repository.get_pull(world.number)
    assert pull.is_merged() is False
    assert pull.merge(merge_method="squash", sha=world.head_sha).merged is True
    assert pull.is_merged() is True
    comparison = repository.compare(world.head_sha, "main")
    assert (comparison.status, comparison.ahead_by, comparison.behind_by) == ("diverged", 1, 1)
    assert repository.get_branch("main").protected is True


def test_it_reads_directories_and_files(repository: "Repository") -> None:
    root = repository.get_contents("")
    assert isinstance(root, list)
    assert ("docs", "dir") in [(entry.path, entry.type) for entry in root]
    faq = repository.get_contents("docs/FAQ.md", ref="main")
    assert not isinstance(faq, list)
    assert faq.decoded_content.startswith(b"# FAQ\n")


def test_it_opens_labels_and_closes_an_issue(repository: "Repository") -> None:
    repository.create_label("incident", "d73a4a", "Production is down")
    issue = repository.create_issue("Down", body="Since noon", labels=["incident"])
    issue.create_comment("Up again").create_reaction("rocket")
    issue.remove_from_labels("incident")
    issue.edit(state="closed", state_reason="not_planned")
    again = repository.get_issue(issue.number)
    assert (again.state, again.state_reason, list(again.labels)) == ("closed", "not_planned", [])


def test_it_is_refused_in_the_way_that_it_knows(
    repository: "Repository", connect: Callable[[str], "Github"]
) -> None:
    from github import BadCredentialsException, GithubException

    assert connect("bot-token").get_user().login == "shiploop-bot"
    with pytest.raises(BadCredentialsException):
        connect("wrong").get_user().login  # noqa: B018 - reading it is the call
    with pytest.raises(GithubException) as refused:
        repository.get_topics()
    assert refused.value.status == 501
