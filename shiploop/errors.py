"""The errors that leave a client or a store, by what a caller can do about them.

Expected bad outcomes (red checks, a refused merge) are values, not exceptions.
"""


class ShiploopError(Exception):
    """Anything that shiploop raises on purpose."""


class TransientError(ShiploopError):
    """It may work when tried again, after `retry_after_s` where the other side said so."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class PermanentError(ShiploopError):
    """Trying again changes nothing: somebody has to change something first."""


class GitHubUnavailable(TransientError):
    """GitHub did not take the request: nothing has happened there."""


class GitHubRateLimited(TransientError):
    """GitHub asked us to slow down (primary or secondary limit)."""


class GitHubUncertain(TransientError):
    """A write was sent and its answer lost: look what is there before sending it again."""


class GitHubUnauthorized(PermanentError):
    """The token is missing, wrong, or not allowed to do this."""


class GitHubNotFound(PermanentError):
    """There is no such thing, or the token may not see it."""


class GitHubRefused(PermanentError):
    """GitHub understood the request and said no."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class RepositoryUnusable(PermanentError):
    """The target repository lacks what the loop needs, or its FAQ cannot be edited safely."""


class SiteUnavailable(TransientError):
    """The site did not answer."""


class SiteSlow(SiteUnavailable):
    """The site did not answer in time: it may as well be us."""


class SlackUnavailable(TransientError):
    """Slack did not take the message, or its answer is lost: it may stand there all the same."""


class SlackRefused(PermanentError):
    """Slack will never take the message by this webhook."""


class SentryUnavailable(TransientError):
    """Sentry did not answer, or asked us to slow down."""


class SentryRefused(PermanentError):
    """Sentry does not let us read the project's issues, or there is no such project."""


class ModelFailed(PermanentError):
    """The model gave no answer within its deadline, tries again included: do without it."""


class OwnApiUnavailable(TransientError):
    """Our own API did not answer."""


class MirrorUnavailable(TransientError):
    """The repository could not be fetched with git."""


class DeadlinePassed(PermanentError):
    """The task took longer than it may."""


class TaskCancelled(PermanentError):
    """Somebody has cancelled the task."""


class UnknownTask(PermanentError):
    """Redis knows no task by this id."""


class MergeNotReady(TransientError):
    """GitHub would not merge just now, and nothing that it says is wrong."""
