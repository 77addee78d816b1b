"""The GitHub client over HTTP against the sandbox GitHub."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.clients.github.client import GitHub
from shiploop.clients.github.graphql_answer import GraphQLAnswer
from shiploop.domain.delivery.checks import CheckKind, Conclusion, KnownChecks
from shiploop.domain.delivery.pull_request import (
    Base,
    Mergeable,
    PullRequest,
    PullRequestState,
    Written,
)
from shiploop.domain.limits import MAX_CHECK_PAGES
from shiploop.errors import (
    GitHubNotFound,
    GitHubRefused,
    GitHubUnauthorized,
    GitHubUncertain,
    RepositoryUnusable,
)
from tests.builders import ACTIONS
from tests.sandbox_process import (
    FAQ,
    REPOSITORY,
    SandboxProcess,
    new_branch,
)
from tests.until import wait_until

MESSAGE = ("Update FAQ - more", "Trace-Id: 1")
PATHS = (FAQ_PATH,)


def found_branch(github: GitHub, branch: str) -> Written:
    written = github.find_pull_request(branch, PATHS).written
    assert written is not None
    return written


def found_pull(github: GitHub, branch: str) -> PullRequest:
    pull = github.find_pull_request(branch).pull
    assert pull is not None
    return pull


def faq(document: str) -> dict[str, bytes | None]:
    """The change that makes this the FAQ."""
    return {FAQ_PATH: document.encode()}


def open_conflict(sandbox: SandboxProcess) -> tuple[Base, PullRequest]:
    """A pull request at whose place another one has been merged."""
    github = sandbox.client()
    base, pull = sandbox.open_green("\n## A question?\n\nOurs.\n")
    _, rival = sandbox.open_green("\n## Another question?\n\nTheirs.\n")
    github.merge(rival.number, rival.head_sha, MESSAGE)
    wait_until(lambda: found_pull(github, pull.head_ref).mergeable is Mergeable.CONFLICTING)
    return base, pull


def test_reading_the_base_gives_head_files_login_and_required_checks(
    sandbox: SandboxProcess,
) -> None:
    base = sandbox.client().read_base(PATHS)
    assert base.head_sha == sandbox.read("/git/ref/heads/main")["object"]["sha"]
    assert str(base.files[FAQ_PATH]).startswith(FAQ)
    assert base.viewer == "shiploop-bot"
    assert base.required_checks == ("faq-gate",)
    assert base.place == f"{REPOSITORY}@main"
    assert sandbox.operations().count("ReadBase") == 1


def test_several_files_are_read_in_one_call_and_none_where_there_is_no_text(
    sandbox: SandboxProcess,
) -> None:
    place = new_branch()
    there, empty, binary, gone = (f"{place}/{name}" for name in ("a b é.md", "empty", "x", "gone"))
    sandbox.commit({there: b"Here.\n", empty: b"", binary: b"\xff\0\xfe"})
    sandbox.reset()
    base = sandbox.client().read_base((gone, there, FAQ_PATH, empty, binary, "docs"))
    assert sandbox.operations() == ["ReadBase"]
    assert list(base.files) == [gone, there, FAQ_PATH, empty, binary, "docs"]
    assert (base.files[there], base.files[empty]) == ("Here.\n", "")
    assert str(base.files[FAQ_PATH]).startswith(FAQ)
    assert [base.files[path] for path in (gone, binary, "docs")] == [None, None, None]


def test_the_base_is_read_without_any_file_too(sandbox: SandboxProcess) -> None:
    base = sandbox.client().read_base()
    assert base.head_sha == sandbox.read("/git/ref/heads/main")["object"]["sha"]
    assert base.files == {}


def test_a_branch_is_read_with_the_files_of_its_head_and_of_its_parent(
    sandbox: SandboxProcess,
) -> None:
    github, added, branch = sandbox.client(), new_branch(), new_branch()
    base = github.read_base(PATHS)
    document = f"{base.files[FAQ_PATH]}\nTwo files.\n"
    changes = {FAQ_PATH: document.encode(), added: b"New.\n"}
    github.open_pull_request(base, branch, changes, MESSAGE, "")
    written = github.find_pull_request(branch, (added, FAQ_PATH)).written
    assert written is not None
    assert written.files == {added: "New.\n", FAQ_PATH: document}
    assert written.parent_files == {added: None, FAQ_PATH: base.files[FAQ_PATH]}


def test_a_document_that_graphql_cuts_off_is_read_whole(sandbox: SandboxProcess) -> None:
    github = sandbox.client()
    large = "# FAQ\n\n" + "Ein Absatz über etwas, 中文 too.\n\n" * 20_000
    pull = github.open_pull_request(github.read_base(), "large", faq(large), ("Grow", ""), "")
    found = github.find_pull_request("large", PATHS)
    assert found.pull is not None
    assert found.pull == replace(pull, mergeable=found.pull.mergeable)
    assert found.written is not None
    assert found.written.files == {FAQ_PATH: large}


def test_a_base_branch_that_is_not_there_is_named_with_its_setting(
    sandbox: SandboxProcess,
) -> None:
    github = GitHub(sandbox.client()._transport, REPOSITORY, "trunk")
    with pytest.raises(RepositoryUnusable, match=r"acme/docs@trunk .* SHIPLOOP_BASE_BRANCH"):
        github.read_base()


def test_a_repository_that_is_not_there_is_not_found(sandbox: SandboxProcess) -> None:
    github = GitHub(sandbox.client()._transport, "acme/nothing", "main")
    with pytest.raises(GitHubNotFound):
        github.read_base()
    with pytest.raises(GitHubNotFound):
        github.clone_url()


def test_one_call_opens_branch_commit_and_pull_request(sandbox: SandboxProcess) -> None:
    base = sandbox.client().read_base()
    sandbox.reset()
    branch = new_branch()
    pull = sandbox.client().open_pull_request(
        base, branch, faq(f"{FAQ}\nMore.\n"), MESSAGE, "a body"
    )
    assert sandbox.operations() == ["OpenPullRequest"]
    assert pull.state is PullRequestState.OPEN
    assert (pull.author, pull.head_ref) == ("shiploop-bot", branch)
    assert (pull.paths, pull.body) == (("docs/FAQ.md",), "a body")
    commit = sandbox.read(f"/commits/{pull.head_sha}")["commit"]
    assert commit["message"] == "Update FAQ - more\n\nTrace-Id: 1"
    assert sandbox.read(f"/pulls/{pull.number}")["title"] == "Update FAQ - more"


def test_opening_twice_is_uncertain_and_leaves_one_pull_request(sandbox: SandboxProcess) -> None:
    base, pull = sandbox.open()
    with pytest.raises(GitHubUncertain, match="createRef"):
        sandbox.client().open_pull_request(base, pull.head_ref, faq("other"), MESSAGE, "")
    head = f"acme:{pull.head_ref}"
    (listed,) = sandbox.read("/pulls", state="all", head=head)
    assert listed["head"]["sha"] == pull.head_sha


def test_a_token_that_may_only_read_cannot_open(sandbox: SandboxProcess) -> None:
    base = sandbox.client().read_base()
    with pytest.raises(GitHubUnauthorized):
        sandbox.client("eve-token").open_pull_request(base, new_branch(), faq("x"), MESSAGE, "")


def test_an_opened_pull_request_whose_answer_was_lost_is_found(sandbox: SandboxProcess) -> None:
    base, branch = sandbox.client().read_base(PATHS), new_branch()
    sandbox.set_faults(open_applied_then_502=1)
    document = f"{base.files[FAQ_PATH]}\nLost.\n"
    with pytest.raises(GitHubUncertain, match="502"):
        sandbox.client().open_pull_request(base, branch, faq(document), MESSAGE, "a body")
    found = sandbox.client().find_pull_request(branch, PATHS)
    assert found.pull is not None
    assert found.pull.state is PullRequestState.OPEN
    assert found.written is not None
    assert found.written.files == {FAQ_PATH: document}
    assert found.written.parent_files == base.files
    assert found.repository_id == base.repository_id


def test_nothing_is_found_of_a_task_that_has_done_nothing(sandbox: SandboxProcess) -> None:
    found = sandbox.client().find_pull_request(new_branch())
    assert (found.written, found.pull) == (None, None)


def test_a_pull_request_is_created_on_a_branch_that_has_its_commit(
    sandbox: SandboxProcess,
) -> None:
    base, first = sandbox.open()
    github = sandbox.client()
    github.close_pull_request(first.number)
    assert found_pull(github, first.head_ref).state is PullRequestState.CLOSED
    second = github.create_pull_request(base.repository_id, first.head_ref, "A title", "a body")
    assert second.number > first.number
    assert second.head_sha == first.head_sha
    assert found_pull(github, first.head_ref) == second or second.mergeable is Mergeable.UNKNOWN


def test_creating_a_second_pull_request_for_a_branch_is_uncertain(sandbox: SandboxProcess) -> None:
    base, pull = sandbox.open()
    with pytest.raises(GitHubUncertain, match="createPullRequest"):
        sandbox.client().create_pull_request(base.repository_id, pull.head_ref, "A title", "")


def test_a_merge_is_one_squash_commit_with_our_words(sandbox: SandboxProcess) -> None:
    base, pull = sandbox.open_green()
    sha = sandbox.client().merge(pull.number, pull.head_sha, ("Headline", "Trace-Id: 2"))
    commit = sandbox.read(f"/commits/{sha}")
    assert commit["commit"]["message"] == f"Headline (#{pull.number})\n\nTrace-Id: 2"
    assert [parent["sha"] for parent in commit["parents"]] == [base.head_sha]
    merged = found_pull(sandbox.client(), pull.head_ref)
    assert (merged.state, merged.merge_sha) == (PullRequestState.MERGED, sha)
    assert merged.merged_at is not None


def test_a_merge_before_the_checks_are_green_is_refused_with_405(sandbox: SandboxProcess) -> None:
    sandbox.set_ci_ms(60_000)
    _, pull = sandbox.open("\n## Too early?\n\nYes.\n")
    with pytest.raises(GitHubRefused, match="faq-gate") as refused:
        sandbox.client().merge(pull.number, pull.head_sha, MESSAGE)
    assert refused.value.status == 405


def test_a_merge_of_a_head_that_has_moved_is_refused_with_409(sandbox: SandboxProcess) -> None:
    _, pull = sandbox.open_green("\n## Moved?\n\nYes.\n")
    sandbox.set_faults(head_moved=1)
    with pytest.raises(GitHubRefused) as refused:
        sandbox.client().merge(pull.number, pull.head_sha, MESSAGE)
    assert refused.value.status == 409


def test_a_merge_while_the_base_moves_is_refused_with_405_and_works_again(
    sandbox: SandboxProcess,
) -> None:
    _, pull = sandbox.open_green("\n## Base moved?\n\nYes.\n")
    sandbox.set_faults(base_moved=1)
    with pytest.raises(GitHubRefused, match="Base branch was modified") as refused:
        sandbox.client().merge(pull.number, pull.head_sha, MESSAGE)
    assert refused.value.status == 405
    assert sandbox.client().merge(pull.number, pull.head_sha, MESSAGE)


@pytest.mark.parametrize(
    ("token", "error"),
    [("nobody's", GitHubUnauthorized), ("eve-token", GitHubUnauthorized)],
)
def test_a_merge_by_the_wrong_token_is_unauthorized(
    sandbox: SandboxProcess, token: str, error: type[Exception]
) -> None:
    _, pull = sandbox.open()
    with pytest.raises(error):
        sandbox.client(token).merge(pull.number, pull.head_sha, MESSAGE)


def test_a_merge_of_a_pull_request_that_is_not_there_is_not_found(sandbox: SandboxProcess) -> None:
    with pytest.raises(GitHubNotFound):
        sandbox.client().merge(999_999, "a" * 40, MESSAGE)


def test_a_merge_whose_answer_was_lost_is_uncertain_and_done(sandbox: SandboxProcess) -> None:
    _, pull = sandbox.open_green("\n## Lost?\n\nNo.\n")
    sandbox.set_faults(merge_applied_then_500=1)
    with pytest.raises(GitHubUncertain, match="500"):
        sandbox.client().merge(pull.number, pull.head_sha, MESSAGE)
    assert found_pull(sandbox.client(), pull.head_ref).state is PullRequestState.MERGED


def test_the_poll_tells_which_head_conflicts(sandbox: SandboxProcess) -> None:
    github = sandbox.client()
    _, well = sandbox.open()
    _, pull = open_conflict(sandbox)
    heads = github.poll_checks([well.id, pull.id])
    assert [head.sha for head in heads if head.conflicting] == [pull.head_sha]


def test_a_branch_is_rebuilt_on_the_new_base_after_a_conflict(sandbox: SandboxProcess) -> None:
    github = sandbox.client()
    _, pull = open_conflict(sandbox)
    base, temporary = github.read_base(PATHS), new_branch()
    document = f"{base.files[FAQ_PATH]}\n## A question?\n\nOurs.\n"
    written = found_branch(github, pull.head_ref)
    sha = github.rebuild_branch(base, written, temporary, faq(document), MESSAGE)
    rebuilt = found_pull(github, pull.head_ref)
    assert rebuilt.state is PullRequestState.OPEN
    assert (rebuilt.number, rebuilt.head_sha) == (pull.number, sha)
    assert not sandbox.exists(temporary)
    assert found_branch(github, pull.head_ref).parent_files == base.files
    wait_until(lambda: conclusions(github, pull) == {"faq-gate": Conclusion.SUCCESS})
    github.merge(pull.number, sha, MESSAGE)
    assert github.read_base(PATHS).files == {FAQ_PATH: document}


def test_a_temporary_branch_that_a_crash_left_behind_is_no_obstacle(
    sandbox: SandboxProcess,
) -> None:
    github = sandbox.client()
    base, pull = sandbox.open()
    _, left_behind = sandbox.open()
    written = found_branch(github, pull.head_ref)
    sha = github.rebuild_branch(base, written, left_behind.head_ref, faq("# New\n"), MESSAGE)
    assert found_pull(github, pull.head_ref).head_sha == sha
    assert not sandbox.exists(left_behind.head_ref)


def test_a_comment_and_labels_are_added(sandbox: SandboxProcess) -> None:
    github = sandbox.client()
    _, pull = sandbox.open()
    github.comment(pull.number, "It ended so.")
    github.label(pull.number, "ci-failed", "P0")
    (comment,) = sandbox.read(f"/issues/{pull.number}/comments")
    assert comment["body"] == "It ended so."
    labels = sandbox.read(f"/pulls/{pull.number}")["labels"]
    assert [label["name"] for label in labels] == ["ci-failed", "P0"]


def test_deleting_a_branch_deletes_it_and_once_more_is_harmless(sandbox: SandboxProcess) -> None:
    _, pull = sandbox.open()
    sandbox.client().delete_branch(pull.head_ref)
    assert not sandbox.exists(pull.head_ref)
    sandbox.client().delete_branch(pull.head_ref)


def test_deleting_a_branch_without_the_right_to_is_an_error(sandbox: SandboxProcess) -> None:
    _, pull = sandbox.open()
    with pytest.raises(GitHubUnauthorized):
        sandbox.client("eve-token").delete_branch(pull.head_ref)
    assert sandbox.exists(pull.head_ref)


def test_a_commit_contains_itself_and_its_ancestors_only(sandbox: SandboxProcess) -> None:
    github = sandbox.client()
    base, pull = sandbox.open()
    assert github.contains(pull.head_sha, base.head_sha)
    assert github.contains(base.head_sha, base.head_sha)
    assert not github.contains(base.head_sha, pull.head_sha)
    _, other = sandbox.open("\n## Beside?\n\nYes.\n")
    assert not github.contains(other.head_sha, pull.head_sha)
    with pytest.raises(GitHubNotFound):
        github.contains("f" * 40, base.head_sha)


def test_one_poll_reads_the_checks_of_many_pull_requests(sandbox: SandboxProcess) -> None:
    _, first = sandbox.open_green()
    sandbox.set_ci_ms(60_000)
    _, second = sandbox.open("\n## Still running?\n\nYes.\n")
    github = sandbox.client()
    wait_until(lambda: conclusions(github, second) == {"faq-gate": None})
    heads = {head.sha: head.checks for head in github.poll_checks([first.id, second.id])}
    assert heads.keys() == {first.head_sha, second.head_sha}
    (green,), (running,) = heads[first.head_sha].checks, heads[second.head_sha].checks
    assert (green.conclusion, running.conclusion) == (Conclusion.SUCCESS, None)
    assert green.app == running.app == ACTIONS
    assert green.workflow == running.workflow is not None
    assert green.workflow_run != running.workflow_run
    assert (green.run_is_over, running.run_is_over) == (True, False)


def test_checks_of_several_apps_are_read_from_as_many_pages_as_there_are(
    sandbox: SandboxProcess,
) -> None:
    _, pull = sandbox.open_green()
    other = sandbox.install_app("other-ci")
    for number in range(250):
        other.report(pull.head_sha, f"other-{number}", "success")
    sandbox.status(pull.head_sha, "faq-gate", "failure")
    sandbox.reset()
    (head,) = sandbox.client().poll_checks([pull.id])
    assert len(head.checks.checks) == 252
    assert {check.app for check in head.checks.checks} == {ACTIONS, other.id, None}
    assert (head.checks.unreadable, head.checks.complete) == (0, True)
    assert head.checks.checks[-1].kind is CheckKind.STATUS
    assert sandbox.operations() == ["PollChecks", "MoreChecks", "MoreChecks"]


class Endless:
    """A GitHub whose list of checks never ends."""

    def __init__(self) -> None:
        self.pages = 0

    def rest(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        raise AssertionError(f"nothing is asked by REST: {method} {path}")

    def graphql(self, document: str, variables: Mapping[str, object]) -> GraphQLAnswer:
        self.pages += 1
        page = {"hasNextPage": True, "endCursor": str(self.pages)}
        status = {"__typename": "StatusContext", "context": f"{self.pages}", "state": "SUCCESS"}
        rollup = {"contexts": {"pageInfo": page, "nodes": [status]}}
        commit = {"id": "C_1", "oid": "a" * 40, "statusCheckRollup": rollup}
        pull = {
            "baseRefName": "main",
            "mergeable": "MERGEABLE",
            "commits": {"nodes": [{"commit": commit}]},
        }
        return GraphQLAnswer({"nodes": [pull], "node": commit}, ())


def test_a_list_of_checks_that_never_ends_is_read_so_far_and_never_whole() -> None:
    endless = Endless()
    (head,) = GitHub(endless, REPOSITORY, "main").poll_checks(["PR_1"])
    assert endless.pages == len(head.checks.checks) == MAX_CHECK_PAGES
    assert not head.checks.complete


def test_checks_that_github_hides_from_a_token_are_counted(sandbox: SandboxProcess) -> None:
    _, pull = sandbox.open_green()
    _, other = sandbox.open_green("\n## Seen?\n\nYes.\n")
    sandbox.set_faults(checks_hidden=1)
    hidden, seen = sandbox.client().poll_checks([pull.id, other.id])
    assert (hidden.sha, hidden.checks) == (pull.head_sha, KnownChecks(unreadable=1))
    assert (seen.checks.unreadable, len(seen.checks.checks)) == (0, 1)


def test_a_ruleset_names_checks_and_their_app_to_everybody(sandbox: SandboxProcess) -> None:
    rules = {"required_status_checks": [{"context": "lint", "integration_id": ACTIONS}]}
    with sandbox.ruleset(rules):
        base = sandbox.client().read_base()
    assert base.required_checks == ("faq-gate", "lint")
    assert base.expected_apps == (("lint", ACTIONS),)


def test_protection_names_the_app_to_administrators_only(sandbox: SandboxProcess) -> None:
    with sandbox.protected(checks=[{"context": "faq-gate", "app_id": ACTIONS}]):
        assert sandbox.client("ada-token").read_base().expected_apps == (("faq-gate", ACTIONS),)
        assert sandbox.client().read_base().expected_apps == ()


def test_failed_jobs_are_run_again(sandbox: SandboxProcess) -> None:
    github = sandbox.client()
    sandbox.set_faults(ci_flaky=1)
    _, pull = sandbox.open()
    wait_until(lambda: conclusions(github, pull) == {"faq-gate": Conclusion.FAILURE})
    (head,) = github.poll_checks([pull.id])
    (failed,) = head.checks.checks
    assert failed.workflow_run is not None
    sandbox.set_ci_ms(500)
    github.rerun_failed_jobs(failed.workflow_run)
    github.rerun_failed_jobs(failed.workflow_run)  # somebody else was quicker: as good
    wait_until(lambda: conclusions(github, pull) == {"faq-gate": Conclusion.SUCCESS})
    with pytest.raises(GitHubUnauthorized, match="cannot be retried"):
        github.rerun_failed_jobs(failed.workflow_run)
    with pytest.raises(GitHubNotFound):
        github.rerun_failed_jobs(999_999)
    with pytest.raises(GitHubUnauthorized):
        sandbox.client("eve-token").rerun_failed_jobs(failed.workflow_run)


def conclusions(github: GitHub, pull: PullRequest) -> dict[str, Conclusion | None]:
    """How the checks of one pull request stand."""
    (head,) = github.poll_checks([pull.id])
    return {check.name: check.conclusion for check in head.checks.checks}


def test_a_poll_goes_on_without_a_pull_request_that_is_gone(sandbox: SandboxProcess) -> None:
    _, pull = sandbox.open_green()
    facts = sandbox.client().poll_checks([pull.id, "PR_nothing"])
    assert [fact.sha for fact in facts] == [pull.head_sha]


def test_several_files_are_written_and_deleted_in_one_commit(sandbox: SandboxProcess) -> None:
    place, branch = new_branch(), new_branch()
    changed, added, gone = (f"{place}/{name}" for name in ("changed", "added", "gone"))
    sandbox.commit({changed: b"before\n", gone: b"here\n"})
    github = sandbox.client()
    base = github.read_base()
    sandbox.reset()
    pull = github.open_pull_request(
        base, branch, {changed: b"\xff\0after", added: b"", gone: None}, MESSAGE, ""
    )
    assert sandbox.operations() == ["OpenPullRequest"]
    assert set(pull.paths) == {changed, added, gone}
    commit = sandbox.read(f"/commits/{pull.head_sha}")
    assert [parent["sha"] for parent in commit["parents"]] == [base.head_sha]
    assert {file["filename"]: file["status"] for file in commit["files"]} == {
        changed: "modified",
        added: "added",
        gone: "removed",
    }


def test_a_draft_is_opened_for_a_person_to_finish(sandbox: SandboxProcess) -> None:
    github = sandbox.client()
    for draft in (True, False):
        pull = github.open_pull_request(
            github.read_base(), new_branch(), {new_branch(): b"1\n"}, MESSAGE, "", draft=draft
        )
        assert sandbox.read(f"/pulls/{pull.number}")["draft"] is draft


def test_a_draft_cannot_be_merged(sandbox: SandboxProcess) -> None:
    github = sandbox.client()
    pull = github.open_pull_request(
        github.read_base(), new_branch(), {new_branch(): b"1\n"}, MESSAGE, "", draft=True
    )
    with pytest.raises(GitHubRefused) as refused:
        github.merge(pull.number, pull.head_sha, MESSAGE)
    assert refused.value.status == 405
