"""People are told of an incident whatever GitHub says, and the issue follows when it can."""

from collections.abc import Iterator

import pytest

from shiploop.bootstrap import Services
from shiploop.domain.production.incident import ToDo
from shiploop.domain.production.rollback import RollbackStatus
from shiploop.domain.production.rollback_ending import Ending
from shiploop.errors import GitHubUnavailable
from shiploop.stores import keys
from tasks.incident import raise_incident
from tasks.rollback_end import tell_end
from tests.builders import NOON, a_rollback_case
from tests.sandbox_process import REPOSITORY, SandboxProcess
from tests.tasks.conftest import ServicesWith

SHA = "c" * 40


@pytest.fixture
def ours(services_with: ServicesWith, sandbox: SandboxProcess) -> Services:
    return services_with(github_api_url=sandbox.url)


@pytest.fixture
def without_issues(sandbox: SandboxProcess) -> Iterator[None]:
    """A repository whose issues are switched off, for the length of a test."""

    def switch(*, on: bool) -> None:
        sandbox.http.patch(
            f"{sandbox.url}/repos/{REPOSITORY}",
            json={"has_issues": on},
            headers={"authorization": "Bearer ada-token"},
        ).raise_for_status()

    switch(on=False)
    yield
    switch(on=True)


def told(ours: Services) -> list[str]:
    """Every notice that is queued, in order; it is taken off."""
    (channel,) = ours.channels
    channel.queue.create_group()
    items = channel.queue.take("tests", 100, 50)
    for item in items:
        channel.queue.drop(item)
    return [ours.notices.read(item.subject_id) or "" for item in items]


def about(sandbox: SandboxProcess, words: str) -> int:
    """How many issues there are about something."""
    return sum(words in issue["title"] for issue in sandbox.read("/issues", state="all"))


@pytest.mark.usefixtures("without_issues")
def test_where_issues_are_switched_off_people_are_told_and_github_is_asked_once(
    ours: Services, sandbox: SandboxProcess
) -> None:
    for _ in range(3):
        reason = f"{SHA[:12]} was merged and never went live"
        raise_incident(f"never-live-{SHA}", reason, to_do=ToDo.MEND_DEPLOY)
    (said,) = told(ours)
    assert "never went live" in said
    assert "Switch issues on" in said
    assert sandbox.operations().count("POST /repos/{owner}/{repo}/issues") == 1


def test_a_github_that_is_away_lets_people_be_told_at_once_and_the_issue_later(
    ours: Services, sandbox: SandboxProcess
) -> None:
    sandbox.set_faults(github_503=1)
    with pytest.raises(GitHubUnavailable):
        raise_incident("subject-1", "the site is away")
    (said,) = told(ours)
    assert "the site is away" in said
    assert "No issue is open: GitHub answered 503" in said
    raise_incident("subject-1", "the site is away")
    raise_incident("subject-1", "the site is away")
    assert told(ours) == []
    assert about(sandbox, "the site is away") == 1


def test_an_issue_whose_answer_is_lost_is_found_again(
    ours: Services, sandbox: SandboxProcess
) -> None:
    raise_incident("subject-2", "first seen")
    assert ours.redis.hdel(keys.incident("subject-2"), "issue_url") == 1
    raise_incident("subject-2", "first seen")
    assert about(sandbox, "first seen") == 1


def test_a_rollbacks_end_is_told_without_its_issue(ours: Services) -> None:
    case = a_rollback_case(SHA)
    ours.rollbacks.claim(case, NOON)
    tell_end.fn(case, Ending(RollbackStatus.STUCK, "checks failed"))
    (said,) = told(ours)
    assert "No issue about it could be opened on GitHub." in said
