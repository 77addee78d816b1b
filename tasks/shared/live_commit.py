"""Whether a commit is live, learnt from whoever tells first: webhook, site or GitHub."""

import threading
import time
from datetime import UTC, datetime

from shiploop.bootstrap import services
from shiploop.domain.delivery.webhook_facts import DeployState
from shiploop.domain.production.judgement import Live
from shiploop.errors import GitHubNotFound, SiteUnavailable

# A deploy of a later commit contains ours, and platforms skip commits: then no webhook
# names ours, and only the site itself can tell.
_LOOK_AT_SITE_S = 0.5
_CONFIRM_EVERY_S = 1.0
# Costs calls to GitHub, and is needed only where the webhooks and the site are silent.
_LOOK_AT_DEPLOYMENTS_S = 5.0


def await_live(sha: str, deadline: datetime) -> Live | None:
    """Wait until `sha`, or a commit that contains it, is live; None at the deadline."""
    seen: set[str] = set()
    ask_github_at = time.monotonic() + _LOOK_AT_DEPLOYMENTS_S
    confirm_at = time.monotonic()
    with services().facts.watching(sha) as news:
        while True:
            told = _await_success(sha, news)
            found = _on_site(sha, seen)
            if found is None and told and time.monotonic() >= confirm_at:
                confirm_at = time.monotonic() + _CONFIRM_EVERY_S
                if services().commits.is_deployed(sha):
                    found = sha  # GitHub says so too, and the site cannot say otherwise
            if found is None and time.monotonic() >= ask_github_at:
                ask_github_at = time.monotonic() + _LOOK_AT_DEPLOYMENTS_S
                found = _deployed(sha, seen)
            if found is not None:
                return Live(found, datetime.now(UTC))
            if datetime.now(UTC) >= deadline:
                return None
            if told:
                news.wait(_LOOK_AT_SITE_S)  # what was told is not so yet


def _await_success(sha: str, news: threading.Event) -> bool:
    """Wait for a webhook to tell of a deploy that succeeded; False when it is time to look."""
    look_at = time.monotonic() + _LOOK_AT_SITE_S
    while services().facts.known(sha).told_deploy_state is not DeployState.SUCCESS:
        if not news.wait(max(0.0, look_at - time.monotonic())):
            return False
        news.clear()
    return True


def _on_site(sha: str, seen: set[str]) -> str | None:
    try:
        live = services().site.live_sha()
    except SiteUnavailable:
        return None
    return live if _contains(live, sha, seen) else None


def _deployed(sha: str, seen: set[str]) -> str | None:
    deployed = services().commits.deployed_sha()
    return deployed if deployed is not None and _contains(deployed, sha, seen) else None


def _contains(live: str, sha: str, seen: set[str]) -> bool:
    if live == sha:
        return True
    if live in seen:
        return False
    try:
        contained = services().github.contains(live, sha)
    except GitHubNotFound:
        contained = False  # the site serves a commit that is none of this repository's
    if not contained:
        seen.add(live)
    return contained
