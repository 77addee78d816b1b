"""The errors that leave a client or a store, by what a caller can do about them.

Each says by its `failure_kind` as what it ends a task. Expected bad outcomes (red checks, a
refused merge) are values, not exceptions.
"""

from typing import ClassVar

from shiploop.domain.delivery.task import FailureKind


class ShiploopError(Exception):
    """Anything that shiploop raises on purpose.

    One that names no `failure_kind` was never meant to end a task: where it does, that is a bug.
    """

    failure_kind: ClassVar[FailureKind] = FailureKind.INTERNAL


class TransientError(ShiploopError):
    """It may work when tried again, after `retry_after_s` where the other side said so."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class PermanentError(ShiploopError):
    """Trying again changes nothing: somebody has to change something first."""


class StateChanged(TransientError):
    """Prefect tells another state of a flow run than its flow has come to."""

    failure_kind = FailureKind.INTERNAL


class GitHubUnavailable(TransientError):
    """GitHub did not take the request: nothing has happened there."""

    failure_kind = FailureKind.GITHUB


class GitHubRateLimited(TransientError):
    """GitHub asked us to slow down (primary or secondary limit)."""

    failure_kind = FailureKind.GITHUB


class GitHubUncertain(TransientError):
    """A write was sent and its answer lost: look what is there before sending it again."""

    failure_kind = FailureKind.GITHUB


class GitHubIncomplete(TransientError):
    """An answer lacks what was asked for: GitHub gives null where it cannot tell.

    Of a write it may have been done: look what is there before sending it again.
    """

    failure_kind = FailureKind.GITHUB


class GitHubUnauthorized(PermanentError):
    """The token is missing, wrong, or not allowed to do this; `advice` says what to do."""

    failure_kind = FailureKind.GITHUB

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what} ({advice})")
        self.what = what
        self.advice = advice


class GitHubNotFound(PermanentError):
    """There is no such thing, or the token may not see it."""

    failure_kind = FailureKind.GITHUB


class DraftsUnsupported(PermanentError):
    """The repository has no drafts: GitHub gives them to some plans only.

    What was asked for beside the draft, its branch and its commit, may have been done.
    """

    failure_kind = FailureKind.GITHUB


class GitHubRefused(PermanentError):
    """GitHub understood the request and said no."""

    failure_kind = FailureKind.GITHUB

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class RulesForbid(PermanentError):
    """The repository's rules forbid what was asked of GitHub, in its own words."""

    failure_kind = FailureKind.RULES


class ChecksUnreadable(PermanentError):
    """GitHub does not tell us enough of a commit's checks to call them green."""

    failure_kind = FailureKind.GITHUB


class RepositoryUnusable(PermanentError):
    """The target repository lacks what the loop needs, or its FAQ cannot be edited safely."""

    failure_kind = FailureKind.MERGE_REFUSED


class SiteUnavailable(TransientError):
    """The site did not answer, or what else is probed."""

    failure_kind = FailureKind.UNVERIFIED


class SiteSlow(SiteUnavailable):
    """It did not answer in time: it may as well be us."""

    failure_kind = FailureKind.UNVERIFIED


class ChannelUnavailable(TransientError):
    """A channel to people did not take a notice, or its answer is lost: it may be there."""

    failure_kind = FailureKind.INTERNAL


class ChannelRefused(PermanentError):
    """A channel to people will never take the notice as it is set up."""

    failure_kind = FailureKind.INTERNAL


class SlackUnavailable(ChannelUnavailable):
    """Slack did not take the message, or its answer is lost: it may stand there all the same."""

    failure_kind = FailureKind.INTERNAL


class SlackRefused(ChannelRefused):
    """Slack will never take the message by this webhook."""

    failure_kind = FailureKind.INTERNAL


class MailUnavailable(ChannelUnavailable):
    """The mail server did not take the e-mail, or its answer is lost: it may be under way."""

    failure_kind = FailureKind.INTERNAL


class MailRefused(ChannelRefused):
    """The mail server will never take the e-mail from us."""

    failure_kind = FailureKind.INTERNAL


class SentryUnavailable(TransientError):
    """Sentry did not answer, or asked us to slow down."""

    failure_kind = FailureKind.INTERNAL


class SentryRefused(PermanentError):
    """Sentry does not let us read the project's issues, or there is no such project."""

    failure_kind = FailureKind.INTERNAL


class ModelFailed(PermanentError):
    """The model gave no answer within its deadline, tries again included: do without it."""

    failure_kind = FailureKind.INTERNAL


class MirrorUnavailable(TransientError):
    """The repository could not be fetched with git."""

    failure_kind = FailureKind.GITHUB


class DeadlinePassed(PermanentError):
    """The task took longer than it may."""

    failure_kind = FailureKind.DEADLINE


class TaskCancelled(PermanentError):
    """Somebody has cancelled the task."""

    failure_kind = FailureKind.CANCELLED


class UnknownTask(PermanentError):
    """Redis knows no task by this id."""

    failure_kind = FailureKind.INTERNAL


class MergeNotReady(TransientError):
    """GitHub would not merge just now, and nothing that it says is wrong."""

    failure_kind = FailureKind.MERGE_REFUSED
