"""Who may have broken production: the merges since it was last seen to be healthy."""

from datetime import datetime, timedelta

from shiploop.bootstrap import services
from shiploop.domain.delivery import messages
from shiploop.domain.delivery.commit import Commit
from shiploop.domain.production.rollback_policy import RollbackMode, Suspect, read_mode


def find_suspects(bad_sha: str) -> tuple[Suspect, ...]:
    """The merges that `bad_sha` has and the last healthy commit has not, oldest first.

    None where nothing was ever healthy: then nobody can say what has changed.
    """
    healthy_sha = services().health.healthy_sha()
    if healthy_sha is None:
        return ()
    return tuple(suspect_of(one) for one in services().commits.since(healthy_sha, bad_sha))


def suspect_of(commit: Commit) -> Suspect:
    """A commit as a suspect: ours where its task and its pull request say so, else a person's."""
    task_id = messages.trace_id_in(commit.body) or services().tasks.of_merge(commit.sha)
    return Suspect(
        sha=commit.sha,
        headline=commit.headline,
        task_id=task_id if task_id is not None and _merged_by(task_id, commit.sha) else None,
        is_rollback=services().rollbacks.is_rollback(commit.sha),
        committed_at=commit.committed_at,
    )


def within_window(suspects: tuple[Suspect, ...], failing_since: datetime) -> bool:
    """True when the newest of them was merged shortly before production began to fail."""
    window = timedelta(seconds=services().settings.attribution_window_s)
    return bool(suspects) and failing_since - suspects[-1].committed_at <= window


def rollback_mode() -> RollbackMode | None:
    """What to do about a broken deploy; None when nobody can read what was set."""
    default = read_mode(services().settings.rollback, RollbackMode.AUTO)
    told = services().rollbacks.mode()
    return default if told is None else read_mode(told, RollbackMode.OFF)


def _merged_by(task_id: str, sha: str) -> bool:
    # A trailer can be written by anybody: the task's own pull request has to be that merge.
    task = services().tasks.load(task_id)
    if task is None:
        return False
    if task.merge is not None and task.merge.sha == sha:
        return True
    pull = services().github.find_pull_request(messages.branch_name(task)).pull
    return pull is not None and pull.merge_sha == sha
