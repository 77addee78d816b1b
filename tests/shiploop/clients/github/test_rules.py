"""The rules of a repository, as the sandbox GitHub tells them over HTTP."""

import json
import threading
from collections.abc import Callable, Iterator

import pytest

from shiploop.clients.github.auth import fixed_token
from shiploop.clients.github.rules import Rules, rules_as_set
from shiploop.clients.github.transport import GitHubTransport
from shiploop.domain.delivery.rules import MergeMethod, Rule
from shiploop.errors import GitHubUnavailable
from shiploop.settings import Settings
from tests.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess
from tests.scripted_server import Reply, ScriptedServer
from tests.until import wait_until

MakeRule = Callable[..., None]


@pytest.fixture
def rules(sandbox: SandboxProcess) -> Rules:
    return rules_as(BOT_TOKEN, sandbox)


@pytest.fixture
def make_rule(sandbox: SandboxProcess) -> Iterator[MakeRule]:
    """Makes rulesets of one rule, which are gone after the test."""
    made: list[int] = []

    def make(
        kind: str, include: str = "~DEFAULT_BRANCH", bypass: str | None = None, **parameters: object
    ) -> None:
        actor = {"actor_type": "RepositoryRole", "actor_id": 4, "bypass_mode": bypass}
        body = {
            "name": kind,
            "enforcement": "active",
            "bypass_actors": [actor] if bypass else [],
            "conditions": {"ref_name": {"include": [include], "exclude": []}},
            "rules": [{"type": kind, "parameters": parameters}],
        }
        made.append(sandbox.administer("POST", "/rulesets", body).json()["id"])

    yield make
    for number in made:
        sandbox.administer("DELETE", f"/rulesets/{number}")


def rules_as(token: str, sandbox: SandboxProcess, refresh_s: float = 300) -> Rules:
    transport = GitHubTransport(sandbox.http, sandbox.url, fixed_token(token))
    return Rules(transport, REPOSITORY, "main", refresh_s)


def test_before_they_are_read_everything_is_unknown_and_nothing_is_asked(
    rules: Rules, sandbox: SandboxProcess
) -> None:
    known = rules.known()
    assert (known.branch, known.unknown) == ("main", frozenset(Rule))
    assert sandbox.operations() == []


def test_what_a_repository_asks_for_is_read(
    rules: Rules, sandbox: SandboxProcess, make_rule: MakeRule
) -> None:
    sandbox.administer("PATCH", "", {"allow_merge_commit": False, "allow_rebase_merge": False})
    make_rule("pull_request", required_approving_review_count=2)
    make_rule("creation", include="refs/heads/hotfix/**/*")
    read = rules.refresh()
    assert (read.approvals, read.checks, read.methods) == (2, ("faq-gate",), (MergeMethod.SQUASH,))
    assert (read.of_rollbacks.no_creation, read.of_tasks.no_creation) == (True, False)
    # Of classic protection the bot sees a part only.
    assert Rule.UP_TO_DATE in read.unknown
    assert rules.known() == read


def test_an_administrator_sees_all_of_it(sandbox: SandboxProcess) -> None:
    assert rules_as("ada-token", sandbox).refresh().unknown == frozenset()


def test_a_bypass_is_believed_until_github_says_otherwise(
    rules: Rules, make_rule: MakeRule
) -> None:
    make_rule("pull_request", bypass="pull_request", required_approving_review_count=1)
    assert Rule.REVIEWS in rules.refresh().bypassed
    rules.disprove_bypass()
    rules.refresh()
    assert Rule.REVIEWS not in rules.known().bypassed
    assert Rule.REVIEWS in rules.known().unknown


def test_to_look_again_and_again_reads_once(rules: Rules, sandbox: SandboxProcess) -> None:
    rules.look_again()
    reads = len(sandbox.operations())
    rules.look_again()
    assert len(sandbox.operations()) == reads


def test_they_are_kept_fresh(sandbox: SandboxProcess, make_rule: MakeRule) -> None:
    rules, stopping, told = rules_as(BOT_TOKEN, sandbox, 0.1), threading.Event(), threading.Event()
    loop = threading.Thread(target=rules.keep_fresh, args=[stopping, told])
    loop.start()
    try:
        wait_until(lambda: Rule.CHECKS not in rules.known().unknown)
        make_rule("required_linear_history")
        wait_until(lambda: rules.known().linear_history)
    finally:
        stopping.set()
        loop.join()


def test_rules_of_more_than_a_page_are_read_whole(
    scripted: ScriptedServer, sandbox: SandboxProcess
) -> None:
    page = [{"type": "required_signatures", "ruleset_id": 1}] * 100
    scripted.replies.extend(
        [
            Reply(200, json.dumps(page)),
            Reply(200, '[{"type": "required_linear_history", "ruleset_id": 1}]'),
            Reply(200, "[]"),
            Reply(403, '{"message": "Resource not accessible by integration"}'),
            Reply(200, '{"data": null, "errors": [{"type": "FORBIDDEN", "message": "no"}]}'),
        ]
    )
    transport = GitHubTransport(sandbox.http, scripted.url, fixed_token("token"))
    read = Rules(transport, REPOSITORY, "main", 300).refresh()
    assert (read.signatures, read.linear_history) == (True, True)
    assert read.unknown == frozenset(Rule)


def test_what_may_pass_leaves_them_as_they_were(rules: Rules, sandbox: SandboxProcess) -> None:
    before = rules.refresh()
    sandbox.set_faults(github_503=1)
    with pytest.raises(GitHubUnavailable):
        rules.refresh()
    assert rules.known() == before


def test_rules_are_read_for_branches_as_they_are_set_to_be_called(
    sandbox: SandboxProcess, make_rule: MakeRule
) -> None:
    make_rule("creation", include="refs/heads/bot/undo/**/*")
    settings = Settings(_env_file=None, branch_prefix="bot/", rollback_branch_prefix="bot/undo/")
    transport = GitHubTransport(sandbox.http, sandbox.url, fixed_token(BOT_TOKEN))
    read = rules_as_set(settings, transport, REPOSITORY).refresh()
    assert (read.of_rollbacks.no_creation, read.of_tasks.no_creation) == (True, False)
    assert read.of_tasks.name.startswith("bot/faq-")
