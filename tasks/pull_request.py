"""Opens the pull request of a task, and makes it again on a new base after a conflict."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import prefect
from prefect.cache_policies import NO_CACHE

from shiploop.bootstrap import services
from shiploop.domain.delivery import messages
from shiploop.domain.delivery.adoption import (
    Adoption,
    BranchOnly,
    CommitOnly,
    Nothing,
    Opened,
    decide_adoption,
    holds_exactly,
)
from shiploop.domain.delivery.autonomy import LevelDecision, decide_level, kind_name
from shiploop.domain.delivery.change import AlreadyThere, Edited, Level, Proposal
from shiploop.domain.delivery.provenance import is_of_version_before, sign
from shiploop.domain.delivery.pull_request import (
    Base,
    Found,
    OwnPullRequest,
    PullRequest,
    PullRequestState,
    Written,
)
from shiploop.domain.delivery.rule_fates import Change, first_refusal, message_refusal
from shiploop.domain.delivery.task import FailureKind, Outcome, Stage, Task, declined, failed
from shiploop.domain.delivery.template import fill_template
from shiploop.errors import DraftsUnsupported, GitHubUncertain
from tasks.shared.change import (
    changes_of,
    claim_of,
    conclude_already_there,
    edit_of,
    edit_on,
    label_as_set,
    signing_keys,
    wording,
)
from tasks.shared.durability import RETRIED, on_first_attempt, remembered
from tasks.shared.formatters import adopt_push
from tasks.shared.stage import enter_stage


@prefect.task(name="read-base", cache_policy=NO_CACHE, **RETRIED)  # a resumed run wants the newest
def read_base(paths: tuple[str, ...] = ()) -> Base:
    """Read the branch that we merge into, and these files as they stand there."""
    return services().github.read_base(paths, services().settings.pull_request_template)


def refuse_by_rules(task: Task) -> Outcome | None:
    """The outcome of a task whose change could never be merged, by what is known of the rules."""
    if task.merge is not None:
        return None
    refused = first_refusal(services().rules.known(), Change.TASK)
    return failed(FailureKind.RULES, f"{refused.reason}. {refused.advice}") if refused else None


def _refuse_message(task: Task, proposal: Proposal) -> Outcome | None:
    headline, body = wording().of_commit(messages.commit_message(task, proposal))
    refused = message_refusal(services().rules.known(), Change.TASK, headline, body)
    return failed(FailureKind.RULES, f"{refused.reason}. {refused.advice}") if refused else None


@prefect.task(name="open-pull-request", **RETRIED, **remembered("open"))
def open_pull_request(task: Task, proposal: Proposal, base: Base) -> OwnPullRequest | Outcome:
    """Open the pull request, or adopt what an earlier attempt has done of it.

    What the agent's gate refuses is declined, and GitHub never sees it.
    """
    enter_stage(task, Stage.OPENING)
    found = _what_is_there(task, proposal)
    if isinstance(found, BranchOnly):
        base = replace(base, head_sha=found.head_sha, files=found.files)
    edited = edit_on(base, proposal)
    if isinstance(edited, AlreadyThere):
        return conclude_already_there(edited)
    if isinstance(found, Nothing) and (refusals := services().agents.check(proposal, base.files)):
        return declined("; ".join(refusals))
    if isinstance(found, Nothing) and (refused := _refuse_message(task, proposal)):
        return refused
    decided = _decide_level(proposal)
    own = _open(task, proposal, base, edited, found, decided)
    label_as_set(own.pull.number)
    services().tasks.note(task.task_id, datetime.now(UTC), **_known(own, proposal, decided))
    return own


def _decide_level(proposal: Proposal) -> LevelDecision:
    assessment = proposal.assessment
    ceiling, standing = services().autonomy.of(proposal.agent, assessment.kind)
    return decide_level(assessment, ceiling, standing)


def _known(own: OwnPullRequest, proposal: Proposal, decided: LevelDecision) -> dict[str, str]:
    pull = own.pull
    return {
        "pr_url": pull.url,
        "pull_id": pull.id,
        "state": pull.state.lower(),
        "generator": proposal.generator,
        "level": str(Level.SUGGEST if own.needs_review else Level.AUTO),
        "answer_kind": kind_name(proposal.assessment.kind),
        "reasons": json.dumps(decided.reasons, ensure_ascii=False),
    }


@prefect.task(name="rebuild-pull-request", **RETRIED, **remembered("rebuild", anew_after_wait=True))
def rebuild_pull_request(
    task: Task, proposal: Proposal, own: OwnPullRequest
) -> OwnPullRequest | Outcome:
    """Make the same edit on the newest base, unless a formatter has pushed: that is gone on with.

    A conflict needs no person to resolve it.
    """
    enter_stage(task, Stage.OPENING)
    github, paths = services().github, services().agents.reads(task)
    found = github.find_pull_request(own.pull.head_ref, paths)
    if (followed := adopt_push(proposal, own, found)) is not None:
        return followed
    base = github.read_base(paths)
    edited = edit_on(base, proposal)
    if isinstance(edited, AlreadyThere):
        return conclude_already_there(edited)
    if (written := found.written) is None:
        raise GitHubUncertain(f"the branch {own.pull.head_ref} is gone")
    head_sha = written.head_sha
    if _stands(written, base, proposal) and not _is_behind(found, base):
        services().facts.forget_conflict(head_sha)  # it conflicts with this base no more
    else:
        branch = messages.temporary_branch_name(task)
        message = wording().of_commit(messages.commit_message(task, proposal))
        head_sha = github.rebuild_branch(base, written, branch, changes_of(edited.files), message)
    return _rebuilt(own, base, head_sha)


def _rebuilt(own: OwnPullRequest, base: Base, head_sha: str) -> OwnPullRequest:
    return replace(
        own,
        pull=replace(own.pull, head_sha=head_sha),
        written_sha=head_sha,
        required_checks=base.required_checks,
        expected_apps=base.expected_apps,
        is_exact_edit=True,
        edit=own.edit + 1,
        earlier_heads=own.heads if head_sha != own.written_sha else own.earlier_heads,
    )


def _stands(written: Written, base: Base, proposal: Proposal) -> bool:
    """True when the edit is made on this base already, and its checks have begun.

    A head that conflicted when it was pushed never gets any, not even when a rollback has
    brought its own base back: it is written anew.
    """
    return (
        written.parent_files == base.files
        and holds_exactly(written, edit_of(proposal))
        and bool(services().facts.known(written.head_sha).checks.checks)
    )


def _is_behind(found: Found, base: Base) -> bool:
    """True where the branch has to be on the newest base, and is not."""
    told = services().rules.known().up_to_date or (found.pull is not None and found.pull.is_behind)
    return told and found.written is not None and found.written.parent_sha != base.head_sha


def _what_is_there(task: Task, proposal: Proposal) -> Adoption:
    if on_first_attempt():
        return Nothing()
    branch = messages.branch_name(task)
    found = services().github.find_pull_request(branch, services().agents.reads(task))
    if found.pull is not None and is_of_version_before(messages.signature_in(found.pull.body)):
        # What it has signed is not what we would sign: the task's change is opened anew.
        if found.pull.state is PullRequestState.OPEN:
            services().github.delete_branch(branch)  # GitHub closes what has lost its branch
            return Nothing()
        if found.pull.state is PullRequestState.CLOSED and found.written is None:
            return Nothing()  # an attempt that died has got so far
    return decide_adoption(found, edit_of(proposal))


def _open(
    task: Task,
    proposal: Proposal,
    base: Base,
    edited: Edited,
    found: Adoption,
    decided: LevelDecision,
) -> OwnPullRequest:
    suggested = decided.level is Level.SUGGEST
    own = partial(
        OwnPullRequest,
        our_login=base.viewer,
        paths=tuple(edited.files),
        required_checks=base.required_checks,
        expected_apps=base.expected_apps,
    )
    branch, body = messages.branch_name(task), _body(task, proposal, base, decided)
    match found:
        case Opened(pull, is_exact_edit):
            # A draft is held back, by us before or by a person.
            held = suggested or pull.is_draft
            return own(
                pull, written_sha=pull.head_sha, is_exact_edit=is_exact_edit, needs_review=held
            )
        case CommitOnly(repository_id, written_sha):
            pull = _create(repository_id, branch, proposal, body, decided.level)
            return own(pull, written_sha=written_sha, is_exact_edit=True, needs_review=suggested)
        case BranchOnly() | Nothing():
            message = wording().of_commit(messages.commit_message(task, proposal))
            changes = changes_of(edited.files)
            try:
                pull = services().github.open_pull_request(
                    base, branch, changes, message, body, draft=suggested
                )
            except DraftsUnsupported:
                pull = _create(base.repository_id, branch, proposal, body, decided.level)
            return own(pull, written_sha=pull.head_sha, is_exact_edit=True, needs_review=suggested)


def _create(
    repository_id: str, branch: str, proposal: Proposal, body: str, level: Level
) -> PullRequest:
    """Open a pull request for a branch that is there; with a label where drafts are not."""
    title = wording().of_title(messages.pull_request_title(proposal))
    create = partial(services().github.create_pull_request, repository_id, branch, title, body)
    if level is Level.AUTO:
        return create()
    try:
        return create(draft=True)
    except DraftsUnsupported:
        pull = create()
        services().github.label(pull.number, messages.SUGGESTED_LABEL)
        return pull


def _body(task: Task, proposal: Proposal, base: Base, decided: LevelDecision) -> str:
    signature = sign(signing_keys()[0], claim_of(task, proposal))
    body = messages.pull_request_body(task, proposal, signature, decided)
    return fill_template(base.template, body)
