"""Opens the pull request of a task, and makes it again on a new base after a conflict."""

from dataclasses import replace
from datetime import UTC, datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from shiploop.agents.faq.answering.answer import Answer
from shiploop.agents.faq.document.document import FAQ_PATH, Entry
from shiploop.bootstrap import services
from shiploop.domain.delivery import messages
from shiploop.domain.delivery.adoption import (
    BranchOnly,
    CommitOnly,
    Nothing,
    Opened,
    decide_adoption,
    holds_exactly,
)
from shiploop.domain.delivery.provenance import sign
from shiploop.domain.delivery.pull_request import Base, Proposal, PullRequest, Written
from shiploop.domain.delivery.task import Outcome, Run, Stage
from shiploop.errors import GitHubUncertain
from tasks.shared.durability import RETRIED, on_first_attempt, remembered
from tasks.shared.entry import claim_of, entry_of, signing_keys, with_entry
from tasks.shared.gate import refusal_of
from tasks.shared.stage import enter_stage


@task(name="read-base", cache_policy=NO_CACHE, **RETRIED)  # a resumed run wants the newest
def read_base() -> Base:
    """Read the branch that we merge into, and the FAQ as it stands there."""
    return services().github.read_base()


@task(name="open-pull-request", **RETRIED, **remembered("open"))
def open_pull_request(run: Run, answer: Answer, base: Base) -> Proposal | Outcome:
    """Open the pull request, or adopt what an earlier attempt has done of it.

    What the gate refuses is declined, and GitHub never sees it.
    """
    enter_stage(run, Stage.OPENING)
    entry = entry_of(run, answer)
    match _what_is_there(run, entry):
        case Opened(pull, document_is_ours):
            proposal = Proposal(pull, base.viewer, pull.head_sha, document_is_ours)
        case CommitOnly(repository_id, written_sha):
            pull = _open_on_commit(run, answer, repository_id)
            proposal = Proposal(pull, base.viewer, written_sha, document_is_ours=True)
        case BranchOnly(head_sha, document):
            pull = _open(run, answer, replace(base, head_sha=head_sha, document=document))
            proposal = Proposal(pull, base.viewer, pull.head_sha, document_is_ours=True)
        case Nothing():
            if refused := refusal_of(run, answer, base.document):
                return refused
            pull = _open(run, answer, base)
            proposal = Proposal(pull, base.viewer, pull.head_sha, document_is_ours=True)
    pull = proposal.pull
    now = datetime.now(UTC)
    known = {"pr_url": pull.url, "state": pull.state.lower(), "generator": answer.generator}
    services().tasks.note(run.task_id, now, **known)
    return proposal


@task(name="rebuild-pull-request", **RETRIED, **remembered("rebuild"))
def rebuild_pull_request(run: Run, answer: Answer, proposal: Proposal) -> Proposal:
    """Make the same edit on the newest base: a conflict needs no person to resolve it."""
    enter_stage(run, Stage.OPENING)
    github, entry = services().github, entry_of(run, answer)
    base = github.read_base()
    written = github.find_pull_request(proposal.pull.head_ref).written
    if written is None:
        raise GitHubUncertain(f"the branch {proposal.pull.head_ref} is gone")
    head_sha = written.head_sha
    if not _stands(written, base, entry):
        temporary = messages.temporary_branch_name(run.task_id)
        changes = {FAQ_PATH: with_entry(base.document, entry).encode()}
        message = messages.commit_message(run)
        head_sha = github.rebuild_branch(base, written, temporary, changes, message)
    else:
        services().facts.forget_conflict(head_sha)  # it conflicts with this base no more
    return replace(
        proposal,
        pull=replace(proposal.pull, head_sha=head_sha),
        written_sha=head_sha,
        document_is_ours=True,
        edit=proposal.edit + 1,
    )


def _stands(written: Written, base: Base, entry: Entry) -> bool:
    """True when the edit is made on this base already, and its checks have begun.

    A head that conflicted when it was pushed never gets any, not even when a rollback has
    brought its own base back: it is written anew.
    """
    return (
        written.parent_document == base.document
        and holds_exactly(written, entry)
        and bool(services().facts.known(written.head_sha).conclusions)
    )


def _what_is_there(run: Run, entry: Entry) -> Nothing | BranchOnly | CommitOnly | Opened:
    if on_first_attempt():
        return Nothing()
    found = services().github.find_pull_request(messages.branch_name(run.task_id))
    return decide_adoption(found, entry)


def _open(run: Run, answer: Answer, base: Base) -> PullRequest:
    return services().github.open_pull_request(
        base,
        messages.branch_name(run.task_id),
        {FAQ_PATH: with_entry(base.document, entry_of(run, answer)).encode()},
        messages.commit_message(run),
        _body(run, answer),
    )


def _open_on_commit(run: Run, answer: Answer, repository_id: str) -> PullRequest:
    return services().github.create_pull_request(
        repository_id,
        messages.branch_name(run.task_id),
        messages.pull_request_title(run.question),
        _body(run, answer),
    )


def _body(run: Run, answer: Answer) -> str:
    sources = tuple(f"{source.path}#{source.anchor}" for source in answer.sources)
    return messages.pull_request_body(run, sources, sign(signing_keys()[0], claim_of(run, answer)))
