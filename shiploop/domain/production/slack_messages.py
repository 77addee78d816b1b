"""Every word that we write about rollbacks and incidents in Slack.

The texts are plain, because our client escapes whatever it is given; `github_text` keeps what
strangers wrote on its own line, and without effect.
"""

from collections.abc import Iterator, Mapping, Sequence

from shiploop.domain.delivery.github_text import (
    address_text,
    reason_text,
    sha_text,
    title_text,
)
from shiploop.domain.production.rollback import RollbackCase, RollbackStatus
from shiploop.domain.production.rollback_ending import Ending
from shiploop.domain.production.rollback_messages import standing, why_not_over
from shiploop.domain.production.rollback_policy import Suspect


def rollback_started(case: RollbackCase, decide_at: str | None = None) -> str:
    """What is said when a rollback begins, or waits for a person to decide in the UI."""
    begins = f"Rolling production back{', as a person asked' if case.asked_by_person else ''}"
    if decide_at:
        begins = "Production is broken, and rolling it back waits for your approval"
    return _lines(
        f"🚨 {begins}: {reason_text(case.reason)}",
        *_named(case.suspects),
        *map(reason_text, case.evidence),
        "Merges are frozen until production is verified.",
        *([f"Approve or decline it: {address_text(decide_at)}"] if decide_at else []),
    )


def rollback_waits(case: RollbackCase, pull_url: str, asked: str) -> str:
    """What is said when the repository's rules ask that a person reviews a rollback."""
    return _lines(
        f"🚨 The rollback waits for a review: {reason_text(asked)}",
        f"Approve it: {address_text(pull_url)}",
        *_named(case.suspects),
    )


def rollback_ended(case: RollbackCase, ending: Ending, links: Mapping[str, str]) -> str:
    """What is said at a rollback's end."""
    sign = "✅" if ending.status is RollbackStatus.HEALTHY else "🚨"
    trb = ending.trb
    begun = "asked for" if case.asked_by_person else "broken"
    return _lines(
        f"{sign} {standing(ending.status)}",
        f"Reason: {reason_text(case.reason)}",
        *map(": ".join, why_not_over(ending)),
        *([f"It took {trb.total_ms / 1000:.1f} s from {begun} to healthy."] if trb else []),
        *(f"{title_text(name)}: {address_text(url)}" for name, url in links.items()),
        *([] if "Incident" in links else ["No issue about it could be opened on GitHub."]),
        *_named(case.suspects),
    )


def incident_raised(reason: str, issue_url: str, why_no_issue: str = "") -> str:
    """What is said of an incident without a rollback, whether or not there is an issue."""
    return _lines(
        f"🚨 Production incident: {reason_text(reason)}",
        "Nothing was rolled back: a person is needed.",
        address_text(issue_url) if issue_url else f"No issue is open: {reason_text(why_no_issue)}",
    )


def incident_resolved(issue_url: str) -> str:
    """What is said when production is healthy again after an incident."""
    issue = [address_text(issue_url)] if issue_url else []
    return _lines("✅ Production is healthy again.", *issue)


def _named(suspects: Sequence[Suspect]) -> Iterator[str]:
    for one in suspects[::-1]:
        yield f"• {sha_text(one.sha)[:12]} {title_text(one.headline)}"


def _lines(*lines: str) -> str:
    return "\n".join(lines)
