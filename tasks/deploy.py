"""Waits until a merge is live in production."""

import threading
from datetime import UTC, datetime, timedelta

from prefect import task

from shiploop.bootstrap import services
from shiploop.domain.run import Merge, Run, Stage
from shiploop.errors import GitHubNotFound, SiteUnavailable
from tasks.durability import RETRIED
from tasks.run import enter_stage

# A deploy of a later commit contains ours, and platforms skip commits: then no webhook
# names ours, and only the site itself can tell.
_LOOK_AT_SITE_S = 0.5


@task(name="wait-until-live", **RETRIED)
def wait_until_live(run: Run, merge: Merge) -> bool:
    """True once the live commit is the merge or a descendant; False at the deploy's deadline."""
    enter_stage(run, Stage.DEPLOYING)
    deadline = merge.merged_at + timedelta(seconds=services().settings.deploy_deadline_s)
    with services().facts.watching(merge.sha) as news:
        seen: set[str] = set()
        while not _is_live(merge.sha, seen):
            if not _wait(deadline, news):
                return False
    return True


def _is_live(merge_sha: str, seen: set[str]) -> bool:
    try:
        live_sha = services().site.live_sha()
    except SiteUnavailable:
        return False
    if live_sha == merge_sha:
        return True
    if live_sha in seen:
        return False
    try:
        live = services().github.contains(live_sha, merge_sha)
    except GitHubNotFound:
        live = False  # the site serves a commit that is none of this repository's
    seen.add(live_sha)
    return live


def _wait(deadline: datetime, news: threading.Event) -> bool:
    left_s = (deadline - datetime.now(UTC)).total_seconds()
    if left_s <= 0:
        return False
    news.wait(min(left_s, _LOOK_AT_SITE_S))
    news.clear()
    return True
