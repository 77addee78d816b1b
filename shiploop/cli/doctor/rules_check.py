"""The repository's rules, one finding each: what shiploop does about them, and what to change."""

from collections.abc import Iterator
from typing import Final

from shiploop.cli.doctor.diagnosis import Finding, Health
from shiploop.domain.delivery.rule_fates import (
    Change,
    Fate,
    Obeyed,
    Parked,
    Refused,
    fates,
    message_refusal,
)
from shiploop.domain.delivery.rules import BranchRules, Rule
from shiploop.domain.delivery.wording import Wording

_NAME: Final = "rules"
# How the messages of either begin, before they are worded as the repository words its own.
_MESSAGES: Final = {
    Change.TASK: ("Update FAQ - How do I begin?", ""),
    Change.ROLLBACK: ("🚨 Auto-rollback: production is unhealthy", ""),
}
# What is obeyed, and may stop a change all the same.
_TO_SEE_TO: Final = {
    Rule.FORCE_PUSHES: "Leave such branches out of that rule.",
    Rule.DEPLOYMENTS: "See that branches of rollbacks are deployed there as well, or they wait.",
}
_AS_IT_STANDS: Final = Wording()


def judge_rules(rules: BranchRules, wording: Wording = _AS_IT_STANDS) -> Iterator[Finding]:
    """Is there a rule that keeps an answer or a rollback from being merged?"""
    of_rollbacks = {fate.rule: fate for fate in _fates(rules, Change.ROLLBACK, wording)}
    for fate in _fates(rules, Change.TASK, wording):
        yield from _judge(fate, of_rollbacks.pop(fate.rule, None))
    for fate in of_rollbacks.values():
        yield from _judge(None, fate)
    if rules.others:
        what = f"{', '.join(rules.others)}: shiploop does not know what they ask for"
        advice = "See that they let its pull requests be merged: GitHub's own words decide."
        yield Finding(_NAME, Health.WARNING, what, advice)
    if rules.bypassed:
        named = ", ".join(sorted(rules.bypassed))
        yield Finding(_NAME, Health.OK, f"{named}: shiploop's account is on the bypass list")
    if rules.unknown:
        yield _unread(rules)


def _fates(rules: BranchRules, change: Change, wording: Wording) -> Iterator[Fate]:
    """What becomes of a change by each rule, and by those of messages of one that is so worded."""
    refused = message_refusal(rules, change, *wording.of_commit(_MESSAGES[change]))
    for fate in fates(rules, change):
        yield refused if refused and fate.rule is Rule.MESSAGES else fate


def _judge(task: Fate | None, rollback: Fate | None) -> Iterator[Finding]:
    match task, rollback:
        case (Refused() as refused, _):
            what = f"{refused.rule}: nothing is merged, because {refused.reason}"
            yield Finding(_NAME, Health.BROKEN, what, refused.advice)
        case (_, Refused() as refused):
            what = f"{refused.rule}: no rollback is merged, because {refused.reason}"
            yield Finding(_NAME, Health.BROKEN, what, refused.advice)
        case (Parked(rule=Rule.LAST_PUSH), _):
            return  # what is asked of reviews is told once
        case (Parked() as parked, _):
            what = f"{parked.rule}: answers wait, and a rollback too, because {parked.reason}"
            advice = (
                "See that somebody can approve while production is broken, or put shiploop's "
                "account on the bypass list."
            )
            yield Finding(_NAME, Health.WARNING, what, advice)
        case (Obeyed() as obeyed, _) if told := _TO_SEE_TO.get(obeyed.rule):
            yield Finding(_NAME, Health.WARNING, f"{obeyed.rule}: {_begun(obeyed.how)}", told)
        case (Obeyed() as obeyed, _):
            yield Finding(_NAME, Health.OK, f"{obeyed.rule}: {_begun(obeyed.how)}")
        case (None, Obeyed() as obeyed):
            yield Finding(_NAME, Health.OK, f"{obeyed.rule}: {_begun(obeyed.how)}")
        case _:
            return  # `_unread` names them all


def _begun(sentence: str) -> str:
    return (sentence[:1].lower() + sentence[1:]).removesuffix(".")


def _unread(rules: BranchRules) -> Finding:
    if rules.unknown >= frozenset(Rule):
        advice = "See that they let pull requests of shiploop's be merged: GitHub's words decide."
        return Finding(_NAME, Health.WARNING, "none could be read", advice)
    # So it is for every token but an administrator's: nothing is wrong with that.
    named = ", ".join(sorted(rules.unknown))
    what = f"{named}: not told to this token as a whole, so GitHub's own words decide"
    return Finding(_NAME, Health.OK, what)
