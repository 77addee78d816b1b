"""The merge policy: the one place that decides whether a pull request may be merged."""

from dataclasses import dataclass

from shiploop.domain.delivery.checks import ChecksState, ChecksVerdict
from shiploop.domain.delivery.formatting import SOMEBODY_ELSE
from shiploop.domain.delivery.pull_request import PullRequestState
from shiploop.domain.delivery.review import Closed, Decision, Undecided
from shiploop.domain.delivery.task import WaitingFor


@dataclass(frozen=True, slots=True)
class MergeFacts:
    """Everything that the decision rests on, as it is known just before the merge call.

    `paths` are those that the pull request changes, `our_paths` those that our edit does;
    `other_base` is the branch that somebody has pointed it at. `review` is what people have
    decided, None where nobody is asked.
    """

    state: PullRequestState
    other_base: str | None
    signature_holds: bool
    author: str
    our_login: str
    paths: tuple[str, ...]
    our_paths: tuple[str, ...]
    is_exact_edit: bool
    head_sha: str
    written_sha: str
    checks: ChecksVerdict
    freeze: str | None
    review: Decision | None = None


@dataclass(frozen=True, slots=True)
class MergeIt:
    """Merge, pinned to this head: GitHub refuses if the branch has moved since."""

    head_sha: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet: the reason may pass by itself."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """Never, as it stands."""

    reason: str


@dataclass(frozen=True, slots=True)
class Park:
    """Not before a person has decided, which may take days."""

    reason: str
    waiting_for: WaitingFor = WaitingFor.REVIEW


@dataclass(frozen=True, slots=True)
class Conflicted:
    """What came of trying: the base has changed, and the edit is made again on it."""


def decide_merge(facts: MergeFacts) -> MergeIt | Wait | Park | Refuse:
    """Decide on one pull request. What is wrong for good comes before what may pass.

    The RFC's "the title contains trace-id" (2.2) is not a condition: anybody can write a
    title, so it would let anybody merge.
    """
    if facts.other_base is not None:
        return Refuse(pointed_elsewhere(facts.other_base))
    if facts.state is not PullRequestState.OPEN or isinstance(facts.review, Closed):
        return Refuse("somebody has closed the pull request")
    if not facts.signature_holds:
        return Refuse("the pull request does not carry our signature for this change")
    if _account(facts.author) != _account(facts.our_login):
        return Refuse(f"the pull request was opened by {facts.author}, not by us")
    if sorted(facts.paths) != sorted(facts.our_paths):
        return Refuse(f"the pull request changes more than {', '.join(facts.our_paths)}")
    if facts.head_sha != facts.written_sha:
        return Refuse(SOMEBODY_ELSE)
    if not facts.is_exact_edit:
        return Refuse("the files are not their parent's with our edit, and nothing else")
    if facts.checks.state is ChecksState.RED:
        return Refuse(f"checks failed: {', '.join(facts.checks.failed)}")
    if isinstance(facts.review, Undecided):
        return Park(facts.review.reason, facts.review.waiting_for)
    if facts.checks.state is not ChecksState.GREEN:
        return Wait("checks are still running")
    if facts.freeze is not None:
        return Wait(f"merges are frozen: {facts.freeze}")
    return MergeIt(facts.head_sha)


def pointed_elsewhere(branch: str) -> str:
    """Why a pull request whose base branch was changed is not merged."""
    return f"somebody has pointed the pull request at the branch {branch}"


def _account(login: str) -> str:
    # GraphQL names an App `shiploop` as an author and `shiploop[bot]` as the viewer.
    return login.removesuffix("[bot]").casefold()
