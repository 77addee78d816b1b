"""Every word that we write about rollbacks on GitHub.

Reasons, evidence and headlines may hold what strangers wrote: `github_text` makes all of it
harmless.
"""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, assert_never

from shiploop.domain.delivery.branches import ROLLBACK_PREFIX
from shiploop.domain.delivery.github_text import (
    cell_text,
    code_text,
    item_text,
    key_text,
    line_text,
    link_text,
    reason_text,
    sha_text,
    title_text,
)
from shiploop.domain.production.rollback import (
    TRB_TARGETS_S,
    RollbackCase,
    RollbackStatus,
    TrbSplit,
    missed_targets,
    trb_by_target,
)
from shiploop.domain.production.rollback_ending import Ending
from shiploop.domain.production.rollback_policy import Suspect
from shiploop.domain.timestamps import iso_ms

ISSUE_LABELS: Final = ("P0", "incident", "auto-rollback")


def rollback_branch(lead_sha: str, prefix: str = ROLLBACK_PREFIX) -> str:
    """The branch of a rollback: there `faq-gate` needs only the smoke job."""
    return f"{prefix}rollback-{lead_sha}"


def reapply_branch(lead_sha: str) -> str:
    """The branch on which a person finishes what was rolled back."""
    return f"reapply/{lead_sha}"


def rollback_title(case: RollbackCase) -> str:
    """The title of the rollback's pull request (RFC 4.2.2), and of its squash commit."""
    what = "Rollback by hand" if case.asked_by_person else "Auto-rollback"
    return f"🚨 {what}: {reason_text(case.reason)}"


def rollback_commit(case: RollbackCase) -> tuple[str, str]:
    """Headline and body of the commit, with a trailer for each commit that it takes back."""
    trailers = "\n".join(f"Rolls-Back: {sha_text(one.sha)}" for one in case.suspects[::-1])
    return rollback_title(case), f"{item_text(case.reason)}\n\n{trailers}"


def rollback_body(case: RollbackCase) -> str:
    """The body of the rollback's pull request."""
    found = f"**Live when it was found**: {sha_text(case.live_sha)}, {iso_ms(case.detected_at)}"
    began = "An automated rollback after a failed health check."
    if case.asked_by_person:
        found = f"**Asked for**: {iso_ms(case.detected_at)}"
        began = "A rollback that a person asked for."
    return (
        f"**Reason**: {reason_text(case.reason)}\n\n{found}\n\n"
        f"{list_commits('Reverted commits', case.suspects)}{list_evidence(case.evidence)}"
        f"{began} shiploop merges it when its smoke check is green, and verifies production after "
        "it.\n"
    )


def reapply_title(case: RollbackCase) -> str:
    """The title of the draft that puts back what was taken back."""
    if len(case.suspects) == 1:
        return f"Re-apply: {title_text(case.suspects[0].headline)}"
    return f"Re-apply {len(case.suspects)} changes that were rolled back"


def reapply_commit(case: RollbackCase) -> tuple[str, str]:
    """Headline and body of its commit, with a trailer for each commit that it puts back."""
    trailers = "\n".join(f"Re-Applies: {sha_text(one.sha)}" for one in case.suspects)
    return reapply_title(case), trailers


def reapply_body(case: RollbackCase, issue_url: str) -> str:
    """The body of that draft, for the person who finishes it."""
    because, first = "It broke production", "Find out why it broke production (see the incident)"
    if case.asked_by_person:
        because, first = "A person had it rolled back", "Agree that it may come back"
    return (
        f"Puts back what was rolled back, as it was. {because}: {reason_text(case.reason)}\n\n"
        f"Incident: {link_text(issue_url)}\n\n"
        f"{list_commits('Rolled back', case.suspects)}**To do**\n\n"
        f"- [ ] {first}\n"
        "- [ ] Mend it on this branch\n"
        "- [ ] Mark this pull request as ready, and let every check pass\n"
    )


def issue_title(case: RollbackCase) -> str:
    """The title of the rollback's one issue."""
    what = "Production rollback by hand" if case.asked_by_person else "Production rollback"
    return f"🚨 {what}: {reason_text(case.reason)}"


def issue_body(
    case: RollbackCase,
    ending: Ending,
    timeline: Sequence[tuple[datetime, str]],
    links: Mapping[str, str],
) -> str:
    """The rollback's issue; `links` maps what each is called to its URL."""
    by = f"**Rolled back by**: {link_text(ending.reverted.pull_url)}\n\n" if ending.reverted else ""
    why = "".join(f"**{label}**: {text}\n\n" for label, text in why_not_over(ending))
    return (
        f"<!-- shiploop:incident {key_text(case.lead_sha)} -->\n**{standing(ending.status)}**\n\n"
        f"**Reason**: {reason_text(case.reason)}\n\n"
        f"{why}{by}"
        f"{list_commits(_what_they_are(case, ending), case.suspects)}"
        f"{list_evidence(case.evidence)}"
        f"{_timeline(timeline)}{_trb_table(case, ending.trb)}{list_links(links)}"
        f"{_checklist(case, ending)}"
    )


def _what_they_are(case: RollbackCase, ending: Ending) -> str:
    if ending.reverted:
        return "Reverted commits"
    return "Commits to take back" if case.asked_by_person else "Suspected commits"


def why_not_over(ending: Ending) -> Iterator[tuple[str, str]]:
    """Why a person has to go on, after what that is called; nothing where `standing` says it."""
    if ending.status is RollbackStatus.STUCK:
        yield "Why it could not go on", reason_text(ending.reason)
    if ending.status is RollbackStatus.UNHEALTHY:
        yield "Why it is not over", reason_text(ending.reason)


def manual_commands(
    case: RollbackCase, base: str = "main", *, others: bool = False
) -> tuple[str, ...]:
    """What a person types to roll back by hand (RFC 4.4), a command each, newest commit first.

    `others`: the suspects are taken back already, and `SHA` stands for what else has to go.
    """
    # With the prefix of our own branches it has their fast lane.
    branch = rollback_branch(f"manual-{sha_text(case.lead_sha)}", case.branch_prefix)
    branch = shlex.quote(title_text(branch))
    reason = reason_text(case.reason)
    title = shlex.quote(f"Manual rollback: {reason}")
    base = shlex.quote(line_text(base))
    taken_back = (shlex.quote(sha_text(one.sha)) for one in case.suspects[::-1])
    shas = "SHA" if others else " ".join(taken_back)
    return (
        "git log --oneline -10",
        f"git checkout {base}",
        f"git pull origin {base}",
        f"git checkout -b {branch}",
        f"git revert --no-edit {shas}",
        "git push origin HEAD",
        f"gh pr create --title {title} --body {shlex.quote(reason)} --base {base}",
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
            return "A person has declined the rollback: nothing was taken back. Merges stay frozen."
        case _ as never:
            assert_never(never)


def _checklist(case: RollbackCase, ending: Ending) -> str:
    text = "**Action required**\n\n- [ ] Investigate the root cause\n- [ ] Verify production\n"
    if ending.status is RollbackStatus.HEALTHY:
        text += (
            "- [ ] Mend what was taken back and re-apply it, with every check, through the "
            f"draft pull request of {code_text(reapply_branch(case.lead_sha))}\n"
        )
    elif ending.status.ended:
        others = ending.reverted is not None
        already = " (the commits above are taken back already: `SHA` is another)" if others else ""
        commands = "\n".join(manual_commands(case, others=others))
        text += f"- [ ] Bring production back by hand{already}\n\n```sh\n{commands}\n```\n"
    return text


def _timeline(timeline: Sequence[tuple[datetime, str]]) -> str:
    rows = "".join(f"| {iso_ms(at)} | {cell_text(what)} |\n" for at, what in timeline)
    return f"**Timeline**\n\n| UTC | |\n| --- | --- |\n{rows}\n"


def _trb_table(case: RollbackCase, trb: TrbSplit | None) -> str:
    if trb is None:
        return ""
    unknown = ("detect", "decide") if case.asked_by_person else ()  # a person did both
    rows = "".join(
        f"| {name} | {_seconds(took_ms)} | {TRB_TARGETS_S[name]} s |\n"
        for name, took_ms in trb_by_target(trb).items()
        if name not in unknown
    )
    missed = ", ".join(missed_targets(trb))
    judged = f"Missed: {missed}." if missed else "No target was missed."
    return (
        f"**Time to roll back**\n\n| | took | target |\n| --- | --- | --- |\n{rows}\n"
        f"{judged} Reverting took {_seconds(trb.revert_ms)}, deploying "
        f"{_seconds(trb.deploy_ms)}, verifying {_seconds(trb.verify_ms)}.\n\n"
    )


def list_commits(title: str, suspects: Sequence[Suspect]) -> str:
    """The section of a text that lists commits, with whose they are."""
    return _section(f"{title}, newest first", map(_commit, suspects[::-1]))


def _commit(one: Suspect) -> str:
    whose = f"task {title_text(one.task_id)}" if one.task_id else "not merged by shiploop"
    return f"{sha_text(one.sha)} {title_text(one.headline)} ({whose})"


def list_evidence(evidence: Sequence[str]) -> str:
    """The section of a text that says what was seen."""
    return _section("Evidence", map(item_text, evidence))


def _section(title: str, items: Iterable[str]) -> str:
    text = "".join(f"- {item}\n" for item in items)
    return f"**{title_text(title)}**\n\n{text}\n" if text else ""


def list_links(links: Mapping[str, str]) -> str:
    """The section of a text that says where to read on."""
    return _section(
        "Links", (f"{item_text(name)}: {link_text(url)}" for name, url in links.items())
    )


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f} s"
