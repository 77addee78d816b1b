"""Waits until a merge is live in production."""

import threading
import time
from datetime import UTC, datetime, timedelta

from prefect import task

from shiploop.bootstrap import services
from shiploop.domain.run import Merge, Run, Stage
from shiploop.errors import GitHubNotFound, SiteUnavailable
from tasks.durability import RETRIED
from tasks.stage import enter_stage

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
        while True:
            _await_success(merge.sha, news)
            if _is_live(merge.sha, seen):
                return True
            if datetime.now(UTC) >= deadline:
                return False


def _await_success(sha: str, news: threading.Event) -> None:
    """Wait until the platform says that the deploy succeeded, or it is time to look anyway."""
    look_at = time.monotonic() + _LOOK_AT_SITE_S
    while services().facts.known(sha).deploy_state != "success":
        if not news.wait(max(0.0, look_at - time.monotonic())):
            return
        news.clear()


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
