"""Whether a commit is live: the site and the platform are asked, a webhook says when."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shiploop.bootstrap import services
from shiploop.domain.delivery.webhook_facts import DeployState
from shiploop.domain.production.deployment import PlatformWord, Progress, ask_platform
from shiploop.domain.production.live import Live, NotLive, Seen, SiteWord, decide_live, give_up
from shiploop.errors import GitHubNotFound, ShiploopError, SiteUnavailable

# A deploy of a later commit contains ours, and platforms skip commits: then no webhook
# names ours, and only the site itself can tell.
_LOOK_AT_SITE_S = 0.5
# Costs calls to GitHub, and is needed only where the webhooks and the site are silent.
_ASK_PLATFORM_S = 5.0
# Who asks because of a webhook may be answered with what was read for others just before it.
_ASK_AGAIN_S = 1.0
# What is compared with ours costs a call each, and the newest tell the most.
_MOST_COMPARED = 5

_BAD_NEWS = frozenset((DeployState.FAILURE, DeployState.ERROR, DeployState.INACTIVE))
_NOTHING_YET = PlatformWord(Progress.UNKNOWN)
_WORTH_ASKING = _BAD_NEWS | {DeployState.SUCCESS}  # where the site cannot tell by itself


def await_live(sha: str, deadline: datetime) -> Live | NotLive:
    """Wait until `sha`, or a commit that contains it, is live, or is known not to go live."""
    watch = _Watch(sha)
    with services().facts.watching(sha) as news:
        while True:
            news.wait(_LOOK_AT_SITE_S)
            news.clear()
            over = (now := datetime.now(UTC)) >= deadline
            seen = watch.look(for_the_last_time=over)
            if (decided := decide_live(seen, now)) is not None:
                return decided
            if over:
                return give_up(seen)


@dataclass(slots=True)
class _Watch:
    """What has been learnt of one commit while it is waited for."""

    sha: str
    contained: dict[str, bool] = field(default_factory=dict)
    told: dict[str, DeployState] = field(default_factory=dict)
    platform: PlatformWord = _NOTHING_YET
    ask_at: float = field(default_factory=lambda: time.monotonic() + _ASK_PLATFORM_S)

    def look(self, *, for_the_last_time: bool) -> Seen:
        site_sha = _named_by_site()
        site = self._site_word(site_sha)
        told = self._told_anew(_WORTH_ASKING if site is SiteWord.SILENT else _BAD_NEWS)
        due = for_the_last_time or time.monotonic() >= self.ask_at
        if site is not SiteWord.CONTAINS and (told or due):
            self.ask_at = time.monotonic() + (_ASK_AGAIN_S if told else _ASK_PLATFORM_S)
            self._ask_platform(needed=site is SiteWord.SILENT)
        return Seen(site, site_sha, self.platform)

    def _told_anew(self, worth: frozenset[DeployState]) -> bool:
        known = services().facts.known(self.sha).told_deploy_states
        anew = {known[name] for name in known if known[name] is not self.told.get(name)}
        self.told = known
        return bool(anew & worth)

    def _site_word(self, named: str | None) -> SiteWord:
        if named is None:
            return SiteWord.SILENT
        try:
            return SiteWord.CONTAINS if self._contains(named) else SiteWord.OLDER
        except GitHubNotFound:
            return SiteWord.SILENT  # it names something that is no commit of this repository

    def _ask_platform(self, *, needed: bool) -> None:
        try:
            found = services().deployments.of_production()
            others = [one.sha for one in found if one.sha != self.sha][:_MOST_COMPARED]
            known = {sha: self._is_ours(sha) for sha in (self.sha, *others)}
        except ShiploopError:
            if needed:
                raise
            return  # the site speaks for itself, and will be asked again
        self.platform = ask_platform(found, {one.environment for one in found}, known)

    def _is_ours(self, sha: str) -> bool:
        try:
            return self._contains(sha)
        except GitHubNotFound:
            return False

    def _contains(self, sha: str) -> bool:
        if sha == self.sha:
            return True
        if sha not in self.contained:
            self.contained[sha] = services().github.contains(sha, self.sha)
        return self.contained[sha]


def _named_by_site() -> str | None:
    try:
        return services().site.live_sha()
    except SiteUnavailable:
        return None
