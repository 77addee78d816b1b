"""Whether a commit is live, where the site names none, another, or nothing of this repository."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from shiploop.bootstrap import Services
from shiploop.domain.delivery.webhook_facts import DeployFact, DeployState
from shiploop.domain.production.live import Live, NotLive, WhyNotLive
from tasks.shared.live_commit import await_live
from tests.sandbox_process import SandboxProcess, new_branch
from tests.scripted_server import Reply, ScriptedServer
from tests.tasks.conftest import ServicesWith

MANY = 1000  # more than any number of looks
SOON = timedelta(seconds=2)
LONG = timedelta(seconds=30)  # nothing that is tested takes so long


@pytest.fixture
def ours(
    services_with: ServicesWith, sandbox: SandboxProcess, scripted: ScriptedServer
) -> Services:
    return services_with(github_api_url=sandbox.url, site_url=scripted.url)


@pytest.fixture
def committed(sandbox: SandboxProcess) -> Callable[[], str]:
    return lambda: sandbox.commit({new_branch(): b"something\n"})


def names(site: ScriptedServer, sha: str | None) -> None:
    """What the site says from now on; nothing, as a static host's missing page."""
    reply = Reply(404, "<html>") if sha is None else Reply(200, f'{{"sha": "{sha}"}}')
    site.replies.clear()
    site.replies.extend([reply] * MANY)


def awaited(sha: str, patience: timedelta) -> Live | NotLive:
    return await_live(sha, datetime.now(UTC) + patience)


def why(sha: str, patience: timedelta) -> WhyNotLive:
    ended = awaited(sha, patience)
    assert isinstance(ended, NotLive), ended
    return ended.why


def live(sha: str, patience: timedelta) -> str:
    ended = awaited(sha, patience)
    assert isinstance(ended, Live), ended
    return ended.sha


def test_where_the_site_names_no_commit_the_platform_says_what_is_live(
    ours: Services, sandbox: SandboxProcess, scripted: ScriptedServer, committed: Callable[[], str]
) -> None:
    names(scripted, None)
    sha = committed()
    sandbox.deploy(sha, "in_progress", "success")
    assert live(sha, SOON) == sha


def test_a_later_commit_speaks_for_the_one_that_it_contains(
    ours: Services, sandbox: SandboxProcess, scripted: ScriptedServer, committed: Callable[[], str]
) -> None:
    names(scripted, None)
    sha, later = committed(), committed()
    sandbox.deploy(later, "success")
    assert live(sha, SOON) == later


def test_a_preview_is_not_live_however_well_it_went(
    ours: Services, sandbox: SandboxProcess, scripted: ScriptedServer, committed: Callable[[], str]
) -> None:
    names(scripted, None)
    sha = committed()
    sandbox.deploy(sha, "success", environment="Preview")
    ours.facts.record_delivery(new_branch(), [DeployFact(sha, "Preview", DeployState.SUCCESS)])
    assert why(sha, SOON) is WhyNotLive.LATE


def test_a_webhook_is_no_more_than_a_reason_to_ask(
    ours: Services, sandbox: SandboxProcess, scripted: ScriptedServer, committed: Callable[[], str]
) -> None:
    names(scripted, None)
    sha = committed()
    sandbox.deploy(sha, "in_progress")
    for state in DeployState:
        ours.facts.record_delivery(new_branch(), [DeployFact(sha, "production", state)])
    assert why(sha, SOON) is WhyNotLive.LATE


@pytest.mark.parametrize("state", ["failure", "error"])
def test_a_build_that_fails_is_known_at_once(
    ours: Services,
    sandbox: SandboxProcess,
    scripted: ScriptedServer,
    committed: Callable[[], str],
    state: str,
) -> None:
    older, sha = committed(), committed()
    names(scripted, older)
    sandbox.deploy(sha, "in_progress", state)
    ours.facts.record_delivery(new_branch(), [DeployFact(sha, "production", DeployState(state))])
    began = datetime.now(UTC)
    assert why(sha, LONG) is WhyNotLive.FAILED
    assert datetime.now(UTC) - began < LONG / 2


def test_a_site_that_serves_an_older_commit_is_not_overruled(
    ours: Services, sandbox: SandboxProcess, scripted: ScriptedServer, committed: Callable[[], str]
) -> None:
    older, sha = committed(), committed()
    names(scripted, older)
    sandbox.deploy(sha, "success")
    ended = awaited(sha, SOON)
    assert isinstance(ended, NotLive)
    assert ended.why is WhyNotLive.PINNED
    assert older[:12] in ended.reason


def test_who_goes_back_at_the_platform_has_pinned_production(
    ours: Services, sandbox: SandboxProcess, scripted: ScriptedServer, committed: Callable[[], str]
) -> None:
    names(scripted, None)
    older, sha = committed(), committed()
    sandbox.deploy(sha, "success")
    sandbox.deploy(older, "success")
    assert why(sha, SOON) is WhyNotLive.PINNED


def test_a_site_that_names_something_else_has_said_nothing(
    ours: Services, sandbox: SandboxProcess, scripted: ScriptedServer, committed: Callable[[], str]
) -> None:
    names(scripted, "f" * 40)
    sha = committed()
    sandbox.deploy(sha, "success")
    assert live(sha, SOON) == sha
