"""Whether a merge is live: the ladder of words, and what it means when it is not.

The site that names a commit wins over any platform's word. A platform says "success" before its
edges switch, of previews, and of deploys that a person has since replaced by an older one.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto

from shiploop.domain.delivery.task import FailureKind
from shiploop.domain.production.deployment import Deployment, PlatformWord, Progress


@dataclass(frozen=True, slots=True)
class Live:
    """A commit that production serves, and since when we know that it does."""

    sha: str
    seen_at: datetime


class WhyNotLive(StrEnum):
    """What kept a merge from production."""

    FAILED = "failed"
    SKIPPED = "skipped"
    PINNED = "pinned"
    LATE = "late"

    @property
    def failure_kind(self) -> FailureKind:
        """How a task ends by it."""
        match self:
            case WhyNotLive.FAILED:
                return FailureKind.DEPLOY_FAILED
            case WhyNotLive.SKIPPED:
                return FailureKind.DEPLOY_SKIPPED
            case WhyNotLive.PINNED | WhyNotLive.LATE:
                return FailureKind.NEVER_LIVE


@dataclass(frozen=True, slots=True)
class NotLive:
    """A merge that does not go live, and a sentence that says why."""

    why: WhyNotLive
    reason: str


class SiteWord(Enum):
    """What the site says of a commit."""

    SILENT = auto()  # no answer, or one that names no commit of this repository
    CONTAINS = auto()
    OLDER = auto()  # it names one that does not contain the commit


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen at one moment. `site_sha` is what the site names, a commit of ours or not."""

    site: SiteWord
    site_sha: str | None
    platform: PlatformWord


def decide_live(seen: Seen, now: datetime) -> Live | NotLive | None:
    """Live, or not to be for good; None: wait."""
    if seen.site is SiteWord.CONTAINS and seen.site_sha is not None:
        return Live(seen.site_sha, now)
    deployment = seen.platform.deployment
    if deployment is None:
        return None
    match seen.platform.progress:
        case Progress.LIVE:
            # The site serves something else still: its edges have not switched, or are pinned.
            return Live(deployment.sha, now) if seen.site is SiteWord.SILENT else None
        case Progress.FAILED:
            told = f"the platform's deploy ended as {deployment.state}"
            return NotLive(WhyNotLive.FAILED, told + _log_of(deployment))
        case Progress.SKIPPED:
            told = "the platform skipped the deploy: does it leave out this path?"
            return NotLive(WhyNotLive.SKIPPED, told + _log_of(deployment))
        case Progress.UNKNOWN | Progress.BUILDING | Progress.REPLACED:
            return None


def give_up(seen: Seen) -> NotLive:
    """What to say at the deadline."""
    deployment = seen.platform.deployment
    match seen.platform.progress:
        case Progress.REPLACED if deployment is not None:
            served = deployment.sha[:12]
        case Progress.LIVE if seen.site_sha is not None:
            served = seen.site_sha[:12]
        case _:
            return NotLive(WhyNotLive.LATE, "the merge did not go live in time")
    return NotLive(
        WhyNotLive.PINNED,
        f"production is pinned to {served} at the platform: it deployed the merge, or an older "
        "commit after it, and does not serve the merge",
    )


def _log_of(deployment: Deployment) -> str:
    return f", see {deployment.log_url}" if deployment.log_url else ""
