"""What becomes of a task, and of a rollback, under the rules of a repository: pure, no I/O.

docs/settings-of-your-repository.md is this file as a table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from shiploop.domain.delivery.rules import BranchRules, MergeMethod, OwnBranch, Pattern, Rule
from shiploop.domain.delivery.task import WaitingFor


class Change(StrEnum):
    """What is to be merged."""

    TASK = "task"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class Obeyed:
    """It is done as the rule asks; `how` is a sentence."""

    rule: Rule
    how: str


@dataclass(frozen=True, slots=True)
class Parked:
    """Somebody has to do something first, for whom it is waited; `reason` ends a sentence."""

    rule: Rule
    waiting_for: WaitingFor
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It can never be met. `reason` is a sentence, `advice` another on what to change."""

    rule: Rule
    reason: str
    advice: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Whether it is asked for is not known: GitHub's own words decide, once."""

    rule: Rule


Fate = Obeyed | Parked | Refused | Unread

_BYPASS: Final = "put shiploop's account on the bypass list"


def fates(rules: BranchRules, change: Change) -> tuple[Fate, ...]:
    """What becomes of a change by each rule that asks for something, or that is not known."""
    known = (fate for rule in Rule for fate in _fates_by(rules, rule, change))
    unread = (Unread(rule) for rule in Rule if rule in rules.unknown)
    return (*known, *unread)


def first_refusal(rules: BranchRules, change: Change) -> Refused | None:
    """Why a change can never be merged, None where nothing is known to forbid it."""
    return next((fate for fate in fates(rules, change) if isinstance(fate, Refused)), None)


def review_asked_for(rules: BranchRules) -> Parked | None:
    """For which person a task has to wait before it can be merged, whatever its checks say."""
    parked = {fate.rule: fate for fate in fates(rules, Change.TASK) if isinstance(fate, Parked)}
    # A code owner is somebody in particular: that is told before how many there have to be.
    return parked.get(Rule.CODE_OWNERS) or parked.get(Rule.REVIEWS)


def message_refusal(
    rules: BranchRules, change: Change, headline: str, body: str, number: int = 1
) -> Refused | None:
    """Why a change with this commit message can never be merged.

    `number` is that of its pull request, which the message of a squash commit ends its headline
    with: one that is not known yet may be any.
    """
    merged = headline if rules.method is MergeMethod.REBASE else f"{headline} (#{number})"
    texts = [(f"{merged}\n\n{body}", each) for each in rules.messages]
    if rules.merge_queue and rules.method is MergeMethod.MERGE:
        texts = []  # of a queue's merge commit the message is GitHub's own
    texts += [(f"{headline}\n\n{body}", each) for each in own_branch(rules, change).messages]
    for text, pattern in texts:
        if pattern.allows(text) is False:
            reason = f"the rules ask that commit messages {pattern}, and ours begins {headline!r}"
            advice = f"Set SHIPLOOP_COMMIT_TITLE to match, change that pattern, or {_BYPASS}."
            return Refused(Rule.MESSAGES, reason, advice)
    return None


def own_branch(rules: BranchRules, change: Change) -> OwnBranch:
    """What is asked of the branch that such a change is made on."""
    match change:
        case Change.TASK:
            return rules.of_tasks
        case Change.ROLLBACK:
            return rules.of_rollbacks
        case never:
            assert_never(never)


def _fates_by(rules: BranchRules, rule: Rule, change: Change) -> Iterator[Fate]:
    match rule:
        case Rule.CHECKS | Rule.DEPLOYMENTS | Rule.LINEAR_HISTORY | Rule.SIGNATURES:
            yield from _obeyed(rules, rule)
        case Rule.MERGE_QUEUE | Rule.UP_TO_DATE:
            yield from _by_queue(rules, rule)
        case Rule.REVIEWS | Rule.CODE_OWNERS | Rule.LAST_PUSH | Rule.CONVERSATIONS:
            yield from _by_people(rules, rule)
        case Rule.MERGE_METHODS:
            if not rules.merge_queue:
                yield _by_method(rules)
        case Rule.UPDATES:
            yield from _by_updates(rules)
        case Rule.CREATIONS | Rule.BRANCH_NAMES | Rule.FORCE_PUSHES:
            yield from _by_own_branch(own_branch(rules, change), rule, _prefix_setting(change))
        case Rule.MESSAGES:
            asked = (*rules.messages, *own_branch(rules, change).messages)
            yield from _by_patterns(rule, asked, "commit messages")
        case Rule.EMAILS:
            yield from _by_patterns(rule, rules.emails, "e-mail addresses of commits")
        case Rule.OTHERS:
            if rules.others:
                yield Unread(rule)
        case never:
            assert_never(never)


def _obeyed(rules: BranchRules, rule: Rule) -> Iterator[Obeyed]:
    if rule is Rule.CHECKS and rules.checks:
        yield Obeyed(rule, f"It is merged once {', '.join(rules.checks)} passed.")
    elif rule is Rule.DEPLOYMENTS and rules.deployments:
        yield Obeyed(rule, f"It is merged once it is deployed to {', '.join(rules.deployments)}.")
    elif rule is Rule.LINEAR_HISTORY and rules.linear_history:
        yield Obeyed(rule, "It is never merged with a merge commit.")
    elif rule is Rule.SIGNATURES and rules.signatures:
        yield Obeyed(rule, "All that shiploop commits and merges is signed by GitHub.")


def _by_queue(rules: BranchRules, rule: Rule) -> Iterator[Obeyed]:
    if rule is Rule.MERGE_QUEUE and rules.merge_queue:
        by = f" by {rules.method}" if rules.queue_method else ""
        how = f"It is put into the merge queue of {rules.branch}, which merges it{by}"
        yield Obeyed(rule, f"{how} once the required checks passed on the merge group, too.")
    elif rule is Rule.UP_TO_DATE and rules.up_to_date and rules.merge_queue:
        yield Obeyed(rule, "The merge queue checks it on the newest base.")
    elif rule is Rule.UP_TO_DATE and rules.up_to_date:
        yield Obeyed(rule, "It is written anew on the new base, and checked again, before a merge.")


def _by_people(rules: BranchRules, rule: Rule) -> Iterator[Parked]:
    branch = rules.branch
    if rule is Rule.REVIEWS and rules.approvals:
        reviews = "an approving review" if rules.approvals == 1 else f"{rules.approvals} approvals"
        yield Parked(rule, WaitingFor.REVIEW, f"{branch} asks for {reviews}")
    elif rule is Rule.CODE_OWNERS and rules.code_owners:
        reason = f"{branch} asks for a review of the files' code owners"
        yield Parked(rule, WaitingFor.CODE_OWNER, reason)
    elif rule is Rule.LAST_PUSH and rules.last_push and rules.asks_for_review:
        reason = f"{branch} asks that somebody else approves the last push"
        yield Parked(rule, WaitingFor.REVIEW, reason)
    elif rule is Rule.CONVERSATIONS and rules.conversations:
        reason = f"{branch} asks that every conversation is resolved"
        yield Parked(rule, WaitingFor.CONVERSATIONS, reason)


def _by_method(rules: BranchRules) -> Obeyed | Refused:
    if rules.usable_methods:
        return Obeyed(Rule.MERGE_METHODS, f"It is merged by {rules.method}.")
    allowed = ", ".join(rules.methods) or "none"
    reason = f"{rules.branch} can be merged into by no method: {allowed} is allowed"
    if MergeMethod.MERGE in rules.methods and rules.linear_history:
        reason += ", and its history has to be linear"
    if MergeMethod.REBASE in rules.methods and rules.signatures:
        reason += ", and GitHub cannot sign what it rebases"
    return Refused(Rule.MERGE_METHODS, reason, "Allow squash merges.")


def _by_updates(rules: BranchRules) -> Iterator[Refused]:
    if rules.no_update:
        branch = rules.branch
        reason = f"the rules let nobody but some accounts, of which ours is none, update {branch}"
        advice = f"Let shiploop's account push to {branch}, or {_BYPASS}."
        yield Refused(Rule.UPDATES, reason, advice)


def _prefix_setting(change: Change) -> str:
    match change:
        case Change.TASK:
            return "SHIPLOOP_BRANCH_PREFIX"
        case Change.ROLLBACK:
            return "SHIPLOOP_ROLLBACK_BRANCH_PREFIX"
        case never:
            assert_never(never)


def _by_own_branch(own: OwnBranch, rule: Rule, setting: str) -> Iterator[Fate]:
    if rule is Rule.CREATIONS and (own.no_creation or own.no_update):
        verb = "create" if own.no_creation else "commit to"
        reason = f"the rules let nobody but some accounts {verb} branches such as {own.name}"
        yield Refused(rule, reason, f"Set {setting} to a name that may be, or {_BYPASS}.")
    elif rule is Rule.BRANCH_NAMES:
        for pattern in own.names:
            if pattern.allows(own.name) is False:
                reason = f"the rules ask that branch names {pattern}, and ours are {own.name}"
                yield Refused(rule, reason, f"Set {setting} to match it, or {_BYPASS}.")
                return
        yield from _by_patterns(rule, own.names, "branch names")
    elif rule is Rule.FORCE_PUSHES and own.no_force_push:
        reason = f"Force pushes to {own.name} are blocked, so a conflict with others ends it."
        yield Obeyed(rule, reason)


def _by_patterns(rule: Rule, asked: tuple[Pattern, ...], of: str) -> Iterator[Obeyed]:
    if asked:
        told = " and ".join(map(str, dict.fromkeys(asked)))
        yield Obeyed(rule, f"The rules ask that {of} {told}; what does not is refused.")
