"""Every word that we write about rollbacks on GitHub.

Reasons, evidence and headlines may hold what strangers wrote: `title_text` makes all of it
harmless.
"""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, assert_never

from shiploop.domain.delivery.github_text import title_text
from shiploop.domain.production.rollback import (
    TRB_TARGETS_S,
    Reverted,
    RollbackCase,
    RollbackStatus,
    TrbSplit,
    missed_targets,
    trb_by_target,
)
from shiploop.domain.production.rollback_policy import Suspect
from shiploop.domain.timestamps import iso_ms

ISSUE_LABELS: Final = ("P0", "incident", "auto-rollback")


def rollback_branch(lead_sha: str) -> str:
    """The branch of a rollback: there `faq-gate` needs only the smoke job."""
    return f"hotfix/rollback-{lead_sha}"


def reapply_branch(lead_sha: str) -> str:
    """The branch on which a person finishes what was rolled back."""
    return f"reapply/{lead_sha}"


def rollback_title(case: RollbackCase) -> str:
    """The title of the rollback's pull request (RFC 4.2.2), and of its squash commit."""
    return f"🚨 Auto-rollback: {title_text(case.reason)}"


def rollback_commit(case: RollbackCase) -> tuple[str, str]:
    """Headline and body of the commit, with a trailer for each commit that it takes back."""
    trailers = "\n".join(f"Rolls-Back: {one.sha}" for one in case.suspects[::-1])
    return rollback_title(case), f"{title_text(case.reason)}\n\n{trailers}"


def rollback_body(case: RollbackCase) -> str:
    """The body of the rollback's pull request."""
    return (
        f"**Reason**: {title_text(case.reason)}\n\n"
        f"**Live when it was found**: {title_text(case.live_sha)}, {iso_ms(case.detected_at)}\n\n"
        f"{list_commits('Reverted commits', case.suspects)}{list_evidence(case.evidence)}"
        "An automated rollback after a failed health check. shiploop merges it when its smoke "
        "check is green, and verifies production after it.\n"
    )


def reapply_title(case: RollbackCase) -> str:
    """The title of the draft that puts back what was taken back."""
    if len(case.suspects) == 1:
        return f"Re-apply: {title_text(case.suspects[0].headline)}"
    return f"Re-apply {len(case.suspects)} changes that were rolled back"


def reapply_body(case: RollbackCase, issue_url: str) -> str:
    """The body of that draft, for the person who finishes it."""
    return (
        "Puts back what was rolled back, as it was. It broke production: "
        f"{title_text(case.reason)}\n\nIncident: <{issue_url}>\n\n"
        f"{list_commits('Rolled back', case.suspects)}"
        "- [ ] Find out why it broke production (see the incident)\n"
        "- [ ] Mend it on this branch\n"
        "- [ ] Mark this pull request as ready, and let every check pass\n"
    )


def issue_title(case: RollbackCase) -> str:
    """The title of the rollback's one issue."""
    return f"🚨 Production rollback: {title_text(case.reason)}"


def issue_body(
    case: RollbackCase,
    status: RollbackStatus,
    reverted: Reverted | None,
    trb: TrbSplit | None,
    timeline: Sequence[tuple[datetime, str]],
    links: Mapping[str, str],
) -> str:
    """The rollback's issue; `links` maps what each is called to its URL."""
    by = f"**Rolled back by**: <{reverted.pull_url}>\n\n" if reverted else ""
    return (
        f"<!-- shiploop:incident {case.lead_sha} -->\n**{standing(status)}**\n\n"
        f"**Reason**: {title_text(case.reason)}\n\n{by}"
        f"{list_commits('Reverted commits' if reverted else 'Suspected commits', case.suspects)}"
        f"{list_evidence(case.evidence)}"
        f"{_timeline(timeline)}{_trb_table(trb)}{list_links(links)}"
        f"{_checklist(case, status, reverted)}"
    )


def manual_commands(case: RollbackCase, base: str = "main") -> tuple[str, ...]:
    """What a person types to roll back by hand (RFC 4.4), a command each, newest commit first."""
    # With the prefix of our own branches it has their fast lane.
    branch = shlex.quote(rollback_branch(f"manual-{case.lead_sha}"))
    reason = title_text(case.reason)
    title = shlex.quote(f"Manual rollback: {reason}")
    shas = " ".join(shlex.quote(one.sha) for one in case.suspects[::-1])
    return (
        "git log --oneline -10",
        f"git checkout {shlex.quote(base)}",
        f"git pull origin {shlex.quote(base)}",
        f"git checkout -b {branch}",
        f"git revert --no-edit {shas}",
        "git push origin HEAD",
        f"gh pr create --title {title} --body {shlex.quote(reason)} --base {shlex.quote(base)}",
        f"gh pr merge {branch} --squash --delete-branch",
        "shiploop unfreeze",
    )


def standing(status: RollbackStatus) -> str:
    """How a rollback stands, in a sentence."""
    match status:
        case RollbackStatus.REQUESTED:
            return "The rollback is about to begin."
        case RollbackStatus.WAITING_FOR_APPROVAL:
            return "The rollback waits for a person's approval in Prefect's UI."
        case RollbackStatus.REVERTING:
            return "The rollback is being merged."
        case RollbackStatus.VERIFYING:
            return "The rollback is merged, and production is being verified."
        case RollbackStatus.HEALTHY:
            return "Rolled back, and production was verified healthy."
        case RollbackStatus.UNHEALTHY:
            return "Rolled back, and production is not healthy. Merges stay frozen."
        case RollbackStatus.STUCK:
            return "The rollback is stuck: a person has to finish it. Merges stay frozen."
        case RollbackStatus.DECLINED:
            return "A person has declined the rollback: nothing was taken back."
        case _ as never:
            assert_never(never)


def _checklist(case: RollbackCase, status: RollbackStatus, reverted: Reverted | None) -> str:
    text = "**Action required**\n\n- [ ] Investigate the root cause\n- [ ] Verify production\n"
    if reverted:
        text += (
            "- [ ] Mend what was taken back and re-apply it, with every check, through the "
            f"draft pull request of `{reapply_branch(title_text(case.lead_sha))}`\n"
        )
    if status.ended and status is not RollbackStatus.HEALTHY:
        already = " (with other commits: these are taken back already)" if reverted else ""
        commands = "\n".join(manual_commands(case))
        text += f"- [ ] Bring production back by hand{already}\n\n```sh\n{commands}\n```\n"
    return text


def _timeline(timeline: Sequence[tuple[datetime, str]]) -> str:
    rows = "".join(
        f"| {iso_ms(at)} | {title_text(what).replace('|', '｜')} |\n" for at, what in timeline
    )
    return f"**Timeline**\n\n| UTC | |\n| --- | --- |\n{rows}\n"


def _trb_table(trb: TrbSplit | None) -> str:
    if trb is None:
        return ""
    rows = "".join(
        f"| {name} | {_seconds(took_ms)} | {TRB_TARGETS_S[name]} s |\n"
        for name, took_ms in trb_by_target(trb).items()
    )
    missed = ", ".join(missed_targets(trb)) or "none"
    return (
        f"**Time to roll back**\n\n| | took | target |\n| --- | --- | --- |\n{rows}\n"
        f"Missed: {missed}. Reverting took {_seconds(trb.revert_ms)}, deploying "
        f"{_seconds(trb.deploy_ms)}, verifying {_seconds(trb.verify_ms)}.\n\n"
    )


def list_commits(title: str, suspects: Sequence[Suspect]) -> str:
    """The section of a text that lists commits, with whose they are."""
    return _section(f"{title}, newest first", map(_commit, suspects[::-1]))


def _commit(one: Suspect) -> str:
    whose = f"task {title_text(one.task_id)}" if one.task_id else "not merged by shiploop"
    return f"{title_text(one.sha)} {title_text(one.headline)} ({whose})"


def list_evidence(evidence: Sequence[str]) -> str:
    """The section of a text that says what was seen."""
    return _section("Evidence", map(title_text, evidence))


def _section(title: str, items: Iterable[str]) -> str:
    text = "".join(f"- {item}\n" for item in items)
    return f"**{title}**\n\n{text}\n" if text else ""


def list_links(links: Mapping[str, str]) -> str:
    """The section of a text that says where to read on."""
    return _section("Links", (f"{title_text(name)}: <{url}>" for name, url in links.items()))


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f} s"
