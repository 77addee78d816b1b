"""A task's pull request: opened, adopted or made again, and not where its change is there."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from shiploop.agents.faq.document.document import FAQ_PATH, find, insert, remove
from shiploop.agents.faq.document.entry import entry_id
from shiploop.bootstrap import Services, services
from shiploop.domain.delivery import messages
from shiploop.domain.delivery.change import Proposal, Source
from shiploop.domain.delivery.checks import Conclusion, KnownChecks
from shiploop.domain.delivery.provenance import signature_holds
from shiploop.domain.delivery.pull_request import (
    Base,
    HeadChecks,
    OwnPullRequest,
    PullRequest,
)
from shiploop.domain.delivery.task import Outcome, Status, Task, there_already
from shiploop.errors import RepositoryUnusable
from tasks.pull_request import open_pull_request, read_base, rebuild_pull_request
from tasks.shared.change import claim_of
from tasks.tidy_up import _tidy_branch
from tests.builders import a_check, a_proposal, a_request, an_entry
from tests.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess
from tests.tasks.conftest import ServicesWith

KEY = "a-signing-key"
PATHS = (FAQ_PATH,)
ANSWER = (
    "A worker heartbeat is written every five seconds.\n\n"
    "Source: [Guide › Heartbeats](guide.md#heartbeats)"
)
HEARTBEATS = Source("docs/guide.md", "heartbeats", "Guide › Heartbeats")
OF_VERSION_1 = f"v1:{'5e' * 32}"


@pytest.fixture
def ours(services_with: ServicesWith, sandbox: SandboxProcess) -> Services:
    return services_with(
        github_api_url=sandbox.url, signing_key=SecretStr(KEY), site_url="https://site.example"
    )


@pytest.fixture
def _on_a_later_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__RUN_COUNT", "2")


def asked(topic: str) -> tuple[Task, Proposal]:
    """A task of its own that was accepted, and what is proposed for it."""
    question, task_id = f"What is the worker heartbeat of {topic}?", str(uuid.uuid4())
    services().intake.accept(task_id, a_request(question), datetime.now(UTC), limit=100)
    task = services().tasks.load(task_id)
    assert task is not None
    proposal = a_proposal(question)
    content = {**proposal.content, "trace_id": task_id, "answer": ANSWER}
    return task, replace(proposal, content=content, evidence=(HEARTBEATS,))


def opened(task: Task, proposal: Proposal) -> OwnPullRequest:
    own = open_pull_request.fn(task, proposal, read_base.fn(PATHS))
    assert isinstance(own, OwnPullRequest)
    return own


def newest_pull(task: Task) -> PullRequest:
    pull = services().github.find_pull_request(messages.branch_name(task)).pull
    assert pull is not None
    return pull


def pulls_of(sandbox: SandboxProcess, task: Task) -> list[str]:
    """The states of all pull requests of a task, the oldest first."""
    head = f"acme:{messages.branch_name(task)}"
    listed = sandbox.read("/pulls", state="all", head=head)
    return [pull["state"] for pull in sorted(listed, key=lambda pull: int(pull["number"]))]


def answer_in_other_words(sandbox: SandboxProcess, topic: str) -> str:
    """Put an entry on main that says the same; returns the anchor of it."""
    entry = an_entry(f"What's the heartbeat of the worker of {topic}?")
    document = services().github.read_base(PATHS).files[FAQ_PATH] or ""
    sandbox.commit({FAQ_PATH: insert(document, entry).encode()})
    return entry_id(entry)


def make_branch(sandbox: SandboxProcess, task: Task, base: Base) -> None:
    """Make the task's branch, as an attempt does that dies before it has committed to it."""
    sandbox.http.post(
        f"{sandbox.url}/repos/{REPOSITORY}/git/refs",
        json={"ref": f"refs/heads/{messages.branch_name(task)}", "sha": base.head_sha},
        headers={"authorization": f"Bearer {BOT_TOKEN}"},
    ).raise_for_status()


def assert_there_already(outcome: OwnPullRequest | Outcome, anchor: str) -> None:
    assert isinstance(outcome, Outcome)
    assert outcome.status is Status.DECLINED
    assert outcome.reason.startswith("the FAQ answers this already: ")
    assert outcome.entry_url == f"https://site.example/faq#{anchor}"


def test_required_dco_sign_off_conventional_titles_and_labels_are_met(
    services_with: ServicesWith, sandbox: SandboxProcess
) -> None:
    """https://github.com/peter-evans/create-pull-request/issues/476, and its like."""
    services_with(
        github_api_url=sandbox.url,
        signing_key=SecretStr(KEY),
        commit_title="docs(faq): {title}",
        sign_off="Ada Bot <ada@example.com>",
        labels=("documentation", "bot"),
    )
    task, proposal = asked("a worded change")
    own = opened(task, proposal)
    title = f"docs(faq): {proposal.title}"
    pull = sandbox.read(f"/pulls/{own.pull.number}")
    assert (pull["title"], [each["name"] for each in pull["labels"]]) == (
        title,
        ["documentation", "bot"],
    )
    message = f"{title}\n\nTrace-Id: {task.task_id}\nSigned-off-by: Ada Bot <ada@example.com>"
    assert sandbox.read(f"/commits/{own.pull.head_sha}")["commit"]["message"] == message


@pytest.mark.usefixtures("ours")
def test_the_change_is_opened_signed_and_noted(sandbox: SandboxProcess) -> None:
    task, proposal = asked("an opened change")
    sandbox.reset()
    base = read_base.fn(PATHS)
    own = opened(task, proposal)
    assert "FindPullRequest" not in sandbox.operations()
    assert (own.our_login, own.paths, own.is_exact_edit, own.edit) == (
        "shiploop-bot",
        PATHS,
        True,
        1,
    )
    assert own.written_sha == own.pull.head_sha
    assert own.required_checks == ("faq-gate",)
    signature = messages.signature_in(own.pull.body)
    assert signature_holds((KEY.encode(),), claim_of(task, proposal), signature)
    written = services().github.find_pull_request(own.pull.head_ref, PATHS).written
    assert written is not None
    assert written.parent_files == base.files
    document = written.files[FAQ_PATH] or ""
    assert find(document, task.dedupe_key) is not None
    assert remove(document, task.dedupe_key) == base.files[FAQ_PATH]
    noted = services().tasks.read(task.task_id)
    assert noted is not None
    assert (noted.pr_url, noted.state) == (own.pull.url, "open")
    assert noted.generator == proposal.generator


@pytest.mark.usefixtures("ours")
def test_what_the_gate_refuses_is_declined_and_github_never_sees_it(
    sandbox: SandboxProcess,
) -> None:
    task, proposal = asked("a refused change")
    hostile = replace(proposal, content={**proposal.content, "answer": f"Ask @ops.\n\n{ANSWER}"})
    base = read_base.fn(PATHS)
    sandbox.reset()
    outcome = open_pull_request.fn(task, hostile, base)
    assert isinstance(outcome, Outcome)
    assert outcome.status is Status.DECLINED
    assert "an @ stands before a name" in outcome.reason
    assert "OpenPullRequest" not in sandbox.operations()


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (None, r"acme/docs@main: .* docs/FAQ\.md: add one, UTF-8 text"),
        ("# FAQ\n\n```sh\nmake demo\n", r"acme/docs@main: the entry cannot stand in the FAQ: .+"),
    ],
)
def test_files_that_the_edit_cannot_be_made_on_are_the_repositorys_fault(
    document: str | None, reason: str
) -> None:
    task, proposal = asked("a repository that is not fit for it")
    base = replace(read_base.fn(PATHS), files={FAQ_PATH: document})
    with pytest.raises(RepositoryUnusable, match=reason):
        open_pull_request.fn(task, proposal, base)


@pytest.mark.usefixtures("ours")
def test_what_the_base_holds_already_is_not_opened(sandbox: SandboxProcess) -> None:
    task, proposal = asked("a change there already")
    anchor = answer_in_other_words(sandbox, "a change there already")
    base = read_base.fn(PATHS)
    sandbox.reset()
    assert_there_already(open_pull_request.fn(task, proposal, base), anchor)
    assert "OpenPullRequest" not in sandbox.operations()


@pytest.mark.usefixtures("ours", "_on_a_later_attempt")
def test_what_the_branch_of_an_earlier_attempt_holds_already_is_not_opened(
    sandbox: SandboxProcess,
) -> None:
    task, proposal = asked("a branch there already")
    before = read_base.fn(PATHS)
    anchor = answer_in_other_words(sandbox, "a branch there already")
    base = read_base.fn(PATHS)
    make_branch(sandbox, task, base)
    outcome = open_pull_request.fn(task, proposal, before)
    assert_there_already(outcome, anchor)
    assert isinstance(outcome, Outcome)
    _tidy_branch(task, outcome, None)
    assert not sandbox.exists(messages.branch_name(task))


@pytest.mark.usefixtures("ours", "_on_a_later_attempt")
def test_what_an_earlier_attempt_has_opened_is_adopted(sandbox: SandboxProcess) -> None:
    task, proposal = asked("an adopted change")
    first = opened(task, proposal)
    again = opened(task, proposal)
    assert again.pull.number == first.pull.number
    assert (again.written_sha, again.is_exact_edit) == (first.written_sha, True)
    assert pulls_of(sandbox, task) == ["open"]


@pytest.mark.usefixtures("ours", "_on_a_later_attempt")
def test_a_branch_that_an_earlier_attempt_has_made_is_committed_to(sandbox: SandboxProcess) -> None:
    task, proposal = asked("a branch without a commit")
    base = read_base.fn(PATHS)
    make_branch(sandbox, task, base)
    # What is on main by now is no matter of the branch.
    answer_in_other_words(sandbox, "a branch without a commit")
    own = opened(task, proposal)
    assert own.is_exact_edit
    written = services().github.find_pull_request(own.pull.head_ref, PATHS).written
    assert written is not None
    assert written.parent_files == base.files
    assert pulls_of(sandbox, task) == ["open"]


@pytest.mark.usefixtures("ours")
def test_a_change_is_made_again_on_the_newest_base(sandbox: SandboxProcess) -> None:
    task, proposal = asked("a rebuilt change")
    own = opened(task, proposal)
    document = read_base.fn(PATHS).files[FAQ_PATH] or ""
    other = an_entry("How do I export my own data?")
    sandbox.commit({FAQ_PATH: insert(document, other).encode()})
    rebuilt = rebuild_pull_request.fn(task, proposal, own)
    assert isinstance(rebuilt, OwnPullRequest)
    assert (rebuilt.edit, rebuilt.is_exact_edit) == (2, True)
    assert rebuilt.pull.number == own.pull.number
    assert rebuilt.written_sha == rebuilt.pull.head_sha == newest_pull(task).head_sha
    assert rebuilt.written_sha != own.written_sha
    base = read_base.fn(PATHS)
    written = services().github.find_pull_request(own.pull.head_ref, PATHS).written
    assert written is not None
    assert written.parent_files == base.files
    assert remove(written.files[FAQ_PATH] or "", task.dedupe_key) == base.files[FAQ_PATH]


def test_a_change_that_stands_on_the_newest_base_with_its_checks_is_not_made_again(
    ours: Services, sandbox: SandboxProcess
) -> None:
    task, proposal = asked("a change that stands")
    own = opened(task, proposal)
    passed = KnownChecks((a_check(Conclusion.SUCCESS),))
    ours.facts.record([HeadChecks(own.pull.head_sha, passed)])
    sandbox.reset()
    stands = rebuild_pull_request.fn(task, proposal, own)
    assert stands == replace(own, edit=2)
    assert "CommitOnNewRef" not in sandbox.operations()


@pytest.mark.usefixtures("ours")
def test_a_change_that_came_to_the_base_meanwhile_is_not_made_again_and_closed(
    sandbox: SandboxProcess,
) -> None:
    task, proposal = asked("a change that others made meanwhile")
    own = opened(task, proposal)
    anchor = answer_in_other_words(sandbox, "a change that others made meanwhile")
    sandbox.reset()
    outcome = rebuild_pull_request.fn(task, proposal, own)
    assert_there_already(outcome, anchor)
    assert isinstance(outcome, Outcome)
    assert not {"CommitOnNewRef", "MoveBranch"} & set(sandbox.operations())
    _tidy_branch(task, outcome, own.pull.url)
    assert pulls_of(sandbox, task) == ["closed"]
    assert not sandbox.exists(own.pull.head_ref)
    (comment,) = sandbox.read(f"/issues/{own.pull.number}/comments")
    assert comment["body"].startswith("shiploop declined this question: ")


@pytest.mark.usefixtures("ours", "_on_a_later_attempt")
def test_what_is_declined_on_a_later_attempt_is_closed_though_nobody_has_noted_it(
    sandbox: SandboxProcess,
) -> None:
    """The runner died between GitHub's answer and our note of it."""
    task, proposal = asked("a change that nobody noted")
    own = opened(task, proposal)
    _tidy_branch(task, there_already("the FAQ answers this already", "https://site.example"), None)
    assert pulls_of(sandbox, task) == ["closed"]
    assert not sandbox.exists(own.pull.head_ref)


def opened_by_version_1(task: Task, proposal: Proposal, base: Base) -> PullRequest:
    """The pull request as version 1 has opened it: the same words, another signature."""
    edited = services().agents.edit(proposal, base.files)
    changes = {path: text.encode() for path, text in edited.files.items()}  # type: ignore[union-attr]
    message = messages.commit_message(task, proposal)
    body = messages.pull_request_body(task, proposal, OF_VERSION_1)
    return services().github.open_pull_request(
        base, messages.branch_name(task), changes, message, body
    )


@pytest.mark.usefixtures("ours", "_on_a_later_attempt")
def test_what_version_1_has_opened_is_closed_and_opened_anew(sandbox: SandboxProcess) -> None:
    task, proposal = asked("a change of version 1")
    before = opened_by_version_1(task, proposal, read_base.fn(PATHS))
    own = opened(task, proposal)
    assert own.pull.number > before.number
    assert pulls_of(sandbox, task) == ["closed", "open"]
    signature = messages.signature_in(newest_pull(task).body)
    assert signature_holds((KEY.encode(),), claim_of(task, proposal), signature)
    assert own.is_exact_edit
    assert own.written_sha == newest_pull(task).head_sha
    # From now on it is adopted like any other.
    assert opened(task, proposal).pull.number == own.pull.number


@pytest.mark.usefixtures("ours", "_on_a_later_attempt")
def test_who_dies_once_it_has_closed_what_version_1_had_opened_is_gone_on_from(
    sandbox: SandboxProcess,
) -> None:
    task, proposal = asked("a closed change of version 1")
    before = opened_by_version_1(task, proposal, read_base.fn(PATHS))
    services().github.delete_branch(before.head_ref)
    own = opened(task, proposal)
    assert own.pull.number > before.number
    assert pulls_of(sandbox, task) == ["closed", "open"]


@pytest.mark.usefixtures("ours", "_on_a_later_attempt")
def test_what_version_1_has_opened_and_somebody_has_closed_stays_closed(
    sandbox: SandboxProcess,
) -> None:
    task, proposal = asked("a change of version 1 that nobody wants")
    before = opened_by_version_1(task, proposal, read_base.fn(PATHS))
    services().github.close_pull_request(before.number)
    assert opened(task, proposal).pull.number == before.number
    assert pulls_of(sandbox, task) == ["closed"]


@pytest.mark.usefixtures("ours", "_on_a_later_attempt")
def test_what_version_1_has_opened_and_the_gate_refuses_is_closed_and_declined(
    sandbox: SandboxProcess,
) -> None:
    task, proposal = asked("a refused change of version 1")
    hostile = replace(proposal, content={**proposal.content, "answer": f"Ask @ops.\n\n{ANSWER}"})
    opened_by_version_1(task, hostile, read_base.fn(PATHS))
    outcome = open_pull_request.fn(task, hostile, read_base.fn(PATHS))
    assert isinstance(outcome, Outcome)
    assert outcome.status is Status.DECLINED
    assert pulls_of(sandbox, task) == ["closed"]


@pytest.mark.usefixtures("ours", "_on_a_later_attempt")
def test_what_version_1_has_merged_is_left_as_it_is(sandbox: SandboxProcess) -> None:
    task, proposal = asked("a merged change of version 1")
    base = read_base.fn(PATHS)
    pull = opened_by_version_1(task, proposal, base)
    sandbox.wait_until_green(base, pull)
    services().github.merge(pull.number, pull.head_sha, messages.commit_message(task, proposal))
    own = opened(task, proposal)
    assert (own.pull.number, own.pull.state, own.is_exact_edit) == (pull.number, "MERGED", True)
    assert sandbox.exists(own.pull.head_ref)


def test_a_pull_request_is_written_in_the_repositorys_template_and_stays_signed(
    services_with: ServicesWith, sandbox: SandboxProcess
) -> None:
    path = ".github/pull_request_template.md"
    sandbox.commit({path: b"## What\n\n{change}\n\n## Checklist\n\n- [x] It is read\n"})
    services_with(
        github_api_url=sandbox.url, signing_key=SecretStr(KEY), pull_request_template=path
    )
    task, proposal = asked("a change in a template")
    own = opened(task, proposal)
    body = sandbox.read(f"/pulls/{own.pull.number}")["body"]
    assert body.startswith("## What\n\nAdds the answer to: ")
    assert "- [x] It is read\n\ntrace-id: " in body
    signature = messages.signature_in(body)
    assert signature_holds([KEY.encode()], claim_of(task, proposal), signature)
