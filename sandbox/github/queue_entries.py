"""What a merge queue holds, and what is said of the pull requests that have left it.

Sources: https://docs.github.com/en/graphql/reference/objects#mergequeueentry and
https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
"""

import dataclasses
import enum
from datetime import datetime
from typing import Literal

from sandbox.github.accounts import Account

EntryState = Literal["QUEUED", "AWAITING_CHECKS", "MERGEABLE"]


class RemovalReason(enum.Enum):
    """(the `reason` of the webhook, that of GraphQL's event) of each way out of a queue.

    GraphQL's is a text that GitHub lists nowhere. These are those that people have read there:
    https://github.com/objectstack-ai/objectstack/issues/19343 (`merged`) and
    https://github.com/flowglad/onton/pull/379 (`failed_checks`, of `beforeCommit`).
    """

    MERGE = ("MERGE", "merged")
    CI_FAILURE = ("CI_FAILURE", "failed_checks")
    CI_TIMEOUT = ("CI_TIMEOUT", "checks_timed_out")
    MERGE_CONFLICT = ("MERGE_CONFLICT", "merge_conflict")
    MANUAL = ("MANUAL", "manual")
    UNKNOWN = ("UNKNOWN_REMOVAL_REASON", "unknown")

    @property
    def webhook(self) -> str:
        """As the webhook tells it."""
        return str(self.value[0])

    @property
    def graphql(self) -> str:
        """As GraphQL tells it."""
        return str(self.value[1])


@dataclasses.dataclass(slots=True)
class QueueEntry:
    """A pull request in a queue.

    `sha` is the commit of its merge group, which is built on `base_sha` and stands at `ref`; all
    three are empty until it is built.
    """

    id: int
    number: int
    head_sha: str
    enqueuer: Account
    enqueued_at: datetime
    jump: bool = False
    state: EntryState = "QUEUED"
    base_sha: str = ""
    sha: str = ""
    ref: str = ""
    built_at: float = 0.0

    def forget_group(self) -> None:
        """Have it wait for another merge group."""
        self.state, self.base_sha, self.sha, self.ref = "QUEUED", "", "", ""


@dataclasses.dataclass(frozen=True, slots=True)
class Removal:
    """That a pull request has left a queue; `before_sha` is the commit of its merge group."""

    id: int
    reason: RemovalReason
    actor: Account
    created_at: datetime
    before_sha: str
