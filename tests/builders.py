"""Values for tests: each builder makes a good one, and takes what should differ."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from shiploop.agents.faq.document.document import Entry, entry_id, insert
from shiploop.agents.faq.question import Question, check_question
from shiploop.domain.delivery.change import Proposal, Source
from shiploop.domain.delivery.checks import Check, ChecksState, ChecksVerdict, Conclusion
from shiploop.domain.delivery.github_text import title_text
from shiploop.domain.delivery.merge_gate import MergeFacts
from shiploop.domain.delivery.pull_request import Mergeable, PullRequest, PullRequestState
from shiploop.domain.delivery.task import Status, Task, TaskRequest
from shiploop.domain.delivery.task_record import RECORD_VERSION, TaskRecord
from shiploop.domain.production.rollback import RollbackCase
from shiploop.domain.production.rollback_policy import Suspect

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ACTIONS = 15368  # the number of GitHub Actions among GitHub's apps
TASK_ID = "550e8400-e29b-41d4-a716-446655440000"


def a_question(text: str = "What is the worker heartbeat mechanism?") -> Question:
    question = check_question(text)
    assert isinstance(question, Question), question
    return question


def a_request(text: str = "What is the worker heartbeat mechanism?") -> TaskRequest:
    question = a_question(text)
    return TaskRequest("faq", {"question": question.text}, question.hash, question.text)


def a_task(text: str = "What is the worker heartbeat mechanism?", task_id: str = TASK_ID) -> Task:
    request = a_request(text)
    return Task(
        task_id=task_id,
        agent=request.agent,
        request=request.fields,
        dedupe_key=request.dedupe_key,
        title=request.title,
        accepted_at=NOON,
        deadline_at=NOON + timedelta(minutes=10),
    )


def a_task_record(**changes: Any) -> TaskRecord:
    """A task that was just accepted."""
    request = a_request()
    record = TaskRecord(
        task_id=TASK_ID,
        trace_id=TASK_ID,
        version=RECORD_VERSION,
        agent=request.agent,
        request=request.fields,
        dedupe_key=request.dedupe_key,
        title=request.title,
        status=Status.QUEUED,
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(record, **changes)


def an_entry(text: str = "What is the worker heartbeat mechanism?", **changes: Any) -> Entry:
    question = a_question(text)
    entry = Entry(question.text, question.hash, question.slug, TASK_ID, "It beats every 5 s.")
    return replace(entry, **changes)


def below(entry: Entry, document: str) -> str:
    """What stands below an entry in a document once it is inserted there."""
    closing = f"<!-- /shiploop:entry {entry_id(entry)} -->"
    return insert(document, entry).partition(closing)[2].strip()


def a_proposal(text: str = "What is the worker heartbeat mechanism?", **changes: Any) -> Proposal:
    entry = an_entry(text)
    proposal = Proposal(
        agent="faq",
        title=f"Update FAQ - {title_text(text)}",
        summary=f"Adds the answer to: {title_text(text)}",
        content=asdict(entry),
        evidence=(Source("docs/workers.md", "heartbeats", "Workers › Heartbeats"),),
        generator="extractive",
    )
    return replace(proposal, **changes)


def a_pull_request(**changes: Any) -> PullRequest:
    pull = PullRequest(
        id="PR_1",
        number=7,
        url="http://127.0.0.1/acme/docs/pull/7",
        state=PullRequestState.OPEN,
        body="",
        author="shiploop-bot",
        head_ref=f"orchestrator/faq-{TASK_ID}",
        head_sha="a" * 40,
        paths=("docs/FAQ.md",),
        mergeable=Mergeable.MERGEABLE,
    )
    return replace(pull, **changes)


def a_check(conclusion: Conclusion | None, name: str = "faq-gate", **changes: Any) -> Check:
    """A check run of a workflow of GitHub Actions, the first of its suite."""
    ended = NOON + timedelta(minutes=1)
    check = Check(
        name,
        conclusion,
        id=1,
        app=ACTIONS,
        suite=1,
        workflow=7,
        event="pull_request",
        workflow_run=1,
        started_at=NOON,
        completed_at=None if conclusion is None else ended,
    )
    return replace(check, **changes)


def merge_facts(**changes: Any) -> MergeFacts:
    facts = MergeFacts(
        state=PullRequestState.OPEN,
        other_base=None,
        signature_holds=True,
        author="shiploop-bot",
        our_login="shiploop-bot",
        paths=("docs/FAQ.md",),
        our_paths=("docs/FAQ.md",),
        is_exact_edit=True,
        head_sha="a" * 40,
        written_sha="a" * 40,
        checks=ChecksVerdict(ChecksState.GREEN),
        freeze=None,
    )
    return replace(facts, **changes)


def a_suspect(sha: str, **changes: Any) -> Suspect:
    return replace(Suspect(sha, "Update FAQ", TASK_ID, committed_at=NOON), **changes)


def a_rollback_case(*shas: str, **changes: Any) -> RollbackCase:
    """A rollback of these merges, named by the first of them."""
    case = RollbackCase(
        lead_sha=shas[0],
        suspects=tuple(map(a_suspect, shas)),
        reason="site-home failing",
        evidence=("site-home failed 6 of 6 times: / answers 500",),
        live_sha=shas[-1],
        bad_live_at=NOON,
        detected_at=NOON,
        decided_at=NOON,
        needs_approval=False,
    )
    return replace(case, **changes)
