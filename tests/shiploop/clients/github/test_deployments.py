"""Deployments, read from the sandbox GitHub over HTTP."""

from shiploop.clients.github.auth import fixed_token
from shiploop.clients.github.deployments import Deployments
from shiploop.clients.github.transport import GitHubTransport
from shiploop.domain.delivery.webhook_facts import DeployState
from shiploop.domain.production.deployment import deployed_sha
from tests.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess, new_branch

SITE = "https://docs.example.com"


def reader(sandbox: SandboxProcess, *named: str) -> Deployments:
    transport = GitHubTransport(sandbox.http, sandbox.url, fixed_token(BOT_TOKEN))
    return Deployments(transport, REPOSITORY, SITE, named)


def committed(sandbox: SandboxProcess) -> str:
    return sandbox.commit({new_branch(): b"something\n"})


def test_the_newest_status_of_each_deployment_is_read_newest_first(
    sandbox: SandboxProcess,
) -> None:
    first, second, third = (committed(sandbox) for _ in range(3))
    sandbox.deploy(first, "in_progress", "success")
    sandbox.deploy(second, "in_progress", "failure")
    sandbox.deploy(third)
    sandbox.deploy(third, "success", environment="Preview")
    newest = reader(sandbox).newest()[:4]
    assert [(one.sha, one.environment, one.state) for one in newest] == [
        (third, "Preview", DeployState.SUCCESS),
        (third, "production", DeployState.PENDING),
        (second, "production", DeployState.FAILURE),
        (first, "production", DeployState.SUCCESS),
    ]
    assert [one.is_production for one in newest] == [False, True, True, True]


def test_a_preview_is_not_production_whatever_it_came_to(sandbox: SandboxProcess) -> None:
    live, preview = committed(sandbox), committed(sandbox)
    sandbox.deploy(live, "success")
    sandbox.deploy(preview, "success", environment="Preview")
    assert deployed_sha(reader(sandbox).of_production()) == live


def test_an_environment_that_was_named_is_production(sandbox: SandboxProcess) -> None:
    name = new_branch()  # nobody else deploys there
    sandbox.deploy(named := committed(sandbox), "success", environment=name)
    sandbox.deploy(committed(sandbox), "success")
    assert deployed_sha(reader(sandbox, name).of_production()) == named


def test_who_looks_again_at_once_shares_what_was_read(sandbox: SandboxProcess) -> None:
    ours = reader(sandbox)
    first = ours.newest()
    sandbox.deploy(committed(sandbox), "success")
    assert ours.newest() is first


def test_a_repository_that_may_not_be_read_has_none(sandbox: SandboxProcess) -> None:
    # As a fine-grained token without the right gets it: null, and the error beside it.
    transport = GitHubTransport(sandbox.http, sandbox.url, fixed_token(BOT_TOKEN))
    assert Deployments(transport, "nobody/nothing", SITE, ()).newest() == ()
