"""Every word that we write on GitHub, and how we read our own back."""

import re

from shiploop.domain.delivery.autonomy import LevelDecision
from shiploop.domain.delivery.change import Level, Proposal, Source
from shiploop.domain.delivery.github_text import (
    cell_text,
    code_text,
    item_text,
    line_text,
    link_text,
    paragraph_text,
    reason_text,
    title_text,
    whole_title_text,
)
from shiploop.domain.delivery.task import EXPIRED, FailureKind, Outcome, Task, tte_ms

CI_FAILED_LABEL = "ci-failed"
SUGGESTED_LABEL = "suggestion"  # where a repository has no drafts

_RUN_NAME_LIMIT = 60
_UNASKED = LevelDecision(Level.AUTO, ())
_TRACE_ID_LINE = re.compile(r"^Trace-Id: ([0-9A-Za-z-]{1,64})\r?$", re.MULTILINE)
_SIGNATURE_LINE = re.compile(r"^signature: (v[12]:[0-9a-f]{64})\r?$", re.MULTILINE)


def flow_run_name(agent: str, title: str) -> str:
    """How the run is listed in Prefect's UI."""
    return f"{agent}: {line_text(title, _RUN_NAME_LIMIT)}"


def branch_name(task: Task) -> str:
    """The branch of a task: one task, one branch, however often it is tried."""
    return f"{task.branch_prefix}{task.agent}-{task.task_id}"


def temporary_branch_name(task: Task) -> str:
    """Where the edit is made again on a new base, before the task's branch moves onto it."""
    return f"{task.branch_prefix}rebase-{task.task_id}"


def pull_request_title(proposal: Proposal) -> str:
    """The title, which is the headline of the commit as well."""
    return whole_title_text(proposal.title)


def pull_request_body(
    task: Task, proposal: Proposal, signature: str, decided: LevelDecision = _UNASKED
) -> str:
    """The body: what it is, where it comes from, who decides on it, and our signature over it."""
    cited = "".join(f"- {code_text(_place(source))}\n" for source in proposal.evidence)
    sources = f"Sources:\n\n{cited}\n" if cited else ""
    told = "".join(f"- {item_text(reason)}\n" for reason in decided.reasons)
    judged = f"What the judge says of it:\n\n{told}\n" if told else ""
    return (
        f"{paragraph_text(proposal.summary)}\n\n"
        f"{sources}{judged}{_who_decides(task, decided.level)}\n\n"
        f"trace-id: {title_text(task.task_id)}\n"
        f"signature: {signature}\n"
    )


def _who_decides(task: Task, level: Level) -> str:
    if level is Level.AUTO:
        return "shiploop merges it when its required checks are green."
    return (
        "shiploop suggests it. It is merged, once its required checks are green, when somebody "
        "who may write to this repository approves it or marks it as ready for review, or by "
        f"`shiploop approve {title_text(task.task_id)}`. Close it where it is wrong."
    )


def _place(source: Source) -> str:
    return f"{source.path}#{source.anchor}"


def signature_in(body: str) -> str:
    """The signature that a pull request's body carries; empty when there is none."""
    found: list[str] = _SIGNATURE_LINE.findall(body)
    return found[-1] if found else ""  # ours ends what we write


def commit_message(task: Task, proposal: Proposal) -> tuple[str, str]:
    """Headline and body of the commit, on the branch and after the squash."""
    return pull_request_title(proposal), f"Trace-Id: {title_text(task.task_id)}"


def trace_id_in(commit_body: str) -> str | None:
    """The task that a commit claims to be of, None when it claims none. Anybody can claim it."""
    found = _TRACE_ID_LINE.search(commit_body)
    return found.group(1) if found else None


def closing_comment(outcome: Outcome) -> str:
    """What the pull request is told when its task ended without a merge."""
    kind = outcome.failure_kind
    if kind is None and outcome.reason == EXPIRED:
        return "Nobody has approved it in time, so shiploop closes it. It may be asked for again."
    if kind is None:
        return f"shiploop declined this question: {reason_text(outcome.reason)}"
    ending = (
        "It stays open, so that the checks can be looked at."
        if kind is FailureKind.CI_FAILED
        else "Closed: the question may be asked again."
    )
    return f"shiploop gave up on this task (`{kind}`): {reason_text(outcome.reason)}\n\n{ending}"


def summary(
    task: Task, outcome: Outcome, pr_url: str | None, flaky_checks: str | None = None
) -> str:
    """The Markdown page that Prefect's UI shows for a run."""
    rows = [("Asked for", cell_text(task.title)), ("Outcome", cell_text(outcome.reason))]
    if outcome.failure_kind is not None:
        rows.append(("Failure", f"`{outcome.failure_kind}`"))
    if pr_url is not None:
        rows.append(("Pull request", link_text(pr_url)))
    if flaky_checks is not None:
        rows.append(("Flaky checks", f"{cell_text(flaky_checks)}: green only when run again"))
    if outcome.merge is not None:
        rows.append(("Merge", code_text(outcome.merge.sha)))
        if task.waits == 0:
            rows.append(("TTE", f"{tte_ms(task.accepted_at, outcome.merge.merged_at)} ms"))
    if outcome.entry_url is not None:
        rows.append(("Live entry", link_text(outcome.entry_url)))
    lines = "".join(f"| {name} | {value} |\n" for name, value in rows)
    return f"| | |\n| --- | --- |\n{lines}"
