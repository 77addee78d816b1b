"""What GitHub and Prefect show of a task: its pull request, and how it ended."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final

import pytest

from shiploop.agents.faq.agent import format_decline, format_duplicate
from shiploop.agents.faq.answering.answer import Unanswered
from shiploop.domain.delivery import messages
from shiploop.domain.delivery.autonomy import Harm, Standing, after_harm, decide_level
from shiploop.domain.delivery.change import Assessment, Level, Source
from shiploop.domain.delivery.checks import (
    ChecksState,
    ChecksVerdict,
    Conclusion,
    KnownChecks,
    decide_checks,
    require,
)
from shiploop.domain.delivery.merge_gate import MergeFacts, Refuse, Wait, decide_merge
from shiploop.domain.delivery.pull_request import PullRequestState
from shiploop.domain.delivery.review import (
    PullReview,
    Review,
    ReviewState,
    Undecided,
    decide_review,
)
from shiploop.domain.delivery.task import (
    EXPIRED,
    FailureKind,
    Merge,
    Outcome,
    declined,
    done,
    failed,
    there_already,
)
from tests.builders import NOON, a_check, a_proposal, a_task, merge_facts
from tests.snapshots.conftest import ReadsAs
from tests.snapshots.story import ENTRY_URL, NEWER_SHA, REPOSITORY_URL, page

TASK: Final = a_task()
PULL_URL: Final = f"{REPOSITORY_URL}/pull/7"
MERGE: Final = Merge(NEWER_SHA, NOON + timedelta(seconds=23.84))
GUIDE: Final = Source("docs/guide.md", "heartbeats", "Guide: Heartbeats")
ARCHITECTURE: Final = Source("docs/architecture.md", "runners", "Architecture: Runners")
PROPOSAL: Final = a_proposal(evidence=(GUIDE, ARCHITECTURE))
DOUBTED: Final = Assessment(Level.SUGGEST, "passage", ("No heading asks what was asked.",))
LOWERED: Final = after_harm(Standing(), Harm.ROLLBACK, NOON)
NOTHING_CLOSE: Final = format_decline(Unanswered(()))
SOMETHING_CLOSE: Final = format_decline(Unanswered((GUIDE, ARCHITECTURE)))
ASKED_BEFORE: Final = format_duplicate("How does a worker show that it is alive?")


def pull_request() -> str:
    """The pull request that adds the answer."""
    body = messages.pull_request_body(TASK, PROPOSAL, f"v2:{'5e' * 32}")
    return page(body, title=PROPOSAL.title, branch=messages.branch_name(TASK))


def suggestion() -> str:
    """The pull request of an answer that a person has to approve."""
    decided = decide_level(DOUBTED, Level.SUGGEST, LOWERED)
    body = messages.pull_request_body(TASK, PROPOSAL, f"v2:{'5e' * 32}", decided)
    return page(body, title=PROPOSAL.title, branch=messages.branch_name(TASK))


def levels() -> str:
    """Why an answer is suggested, and what is said of what its kind has earned."""
    standings = [Standing(), Standing(3), *(after_harm(Standing(), harm, NOON) for harm in Harm)]
    raised = Standing(good=11, harms=1, harm=Harm.REJECTED, harmed_at=NOON)
    vouched = Assessment(Level.AUTO, "heading")
    decided = [decide_level(vouched, Level.SUGGEST, LOWERED)]
    decided.append(decide_level(replace(vouched, kind=""), Level.AUTO, LOWERED))
    said = [
        *(each.reason for each in (*standings, raised)),
        *(r for d in decided for r in d.reasons),
    ]
    return "".join(f"{each}\n" for each in said)


def undecided() -> str:
    """Why a suggestion goes on waiting."""
    pull = PullReview("PR_1", PullRequestState.OPEN, is_draft=True, head_sha=NEWER_SHA)
    refused = Review("ada", ReviewState.CHANGES_REQUESTED, NEWER_SHA, by_writer=True)
    outdated = Review("ada", ReviewState.APPROVED, "0" * 40, by_writer=True)
    given: list[tuple[Review, ...]] = [(), (refused,), (outdated,)]
    said = []
    for reviews in given:
        decision = decide_review(replace(pull, reviews=reviews), [NEWER_SHA])
        assert isinstance(decision, Undecided)
        said.append(decision.reason)
    return "".join(f"{each}\n" for each in said)


def commit() -> str:
    """The commit, as `git log` shows it."""
    return "\n\n".join(messages.commit_message(TASK, PROPOSAL))


def comment(kind: FailureKind) -> str:
    """What the pull request is told when its task ended like this."""
    return messages.closing_comment(failed(kind, UNMERGED[kind]))


def summary(outcome: Outcome, pr_url: str | None = PULL_URL) -> str:
    """The page that Prefect shows for the run."""
    return messages.summary(TASK, outcome, pr_url)


# The kinds with which a task ends that has not merged, each with a reason that it may have.
UNMERGED: Final = {
    FailureKind.GITHUB: 'GitHub answered 502: {"message": "Server Error"}',
    FailureKind.CI_FAILED: "checks failed: faq-gate",
    FailureKind.CI_TIMEOUT: "the checks had not ended by the deadline",
    FailureKind.CONFLICT: "main changed at the same place 10 times",
    FailureKind.MERGE_REFUSED: "somebody else has pushed to the branch",
    FailureKind.RULES: (
        "the rules let nobody but some accounts, of which ours is none, update main. Let "
        "shiploop's account push to main, or put shiploop's account on the bypass list."
    ),
    FailureKind.FROZEN: "merges are frozen: a demo",
    FailureKind.CANCELLED: "cancelled on request",
    FailureKind.CRASHED: "the flow ended as Crashed: KeyError: 'pull'",
    FailureKind.DEADLINE: "not merged by 12:10:00 UTC, its deadline",
}
COMMENTS: Final[dict[str, Callable[[], str]]] = {
    f"github/closing_comment_{kind}.md": partial(comment, kind) for kind in UNMERGED
}


def declined_reasons() -> str:
    """Every sentence with which a question is declined, the gate's excepted."""
    return "".join(f"{reason}\n" for reason in (NOTHING_CLOSE, SOMETHING_CLOSE, ASKED_BEFORE))


def merge_decisions() -> str:
    """What is said of each decision that is not to merge."""
    return "".join(f"{_reason(facts)}\n" for facts in _NOT_TO_MERGE)


def red_checks() -> str:
    """What is said of a check by how it ended, and of checks that cannot be told to be green."""
    ended = [KnownChecks((a_check(each),)) for each in Conclusion if not each.passes]
    said = [decide_checks(require(["faq-gate"]), known).failed[0] for known in ended]
    hidden = [KnownChecks(unreadable=2).obstacle, KnownChecks(complete=False).obstacle]
    return "".join(f"{each}\n" for each in (*said, *hidden))


def _reason(facts: MergeFacts) -> str:
    decision = decide_merge(facts)
    assert isinstance(decision, Refuse | Wait)
    return f"{type(decision).__name__}: {decision.reason}"


_NOT_TO_MERGE: Final = (
    merge_facts(other_base="release"),
    merge_facts(state="CLOSED"),
    merge_facts(other_base="gh-pages"),
    merge_facts(signature_holds=False),
    merge_facts(author="mallory"),
    merge_facts(paths=("docs/FAQ.md", "docs/guide.md")),
    merge_facts(head_sha="b" * 40),
    merge_facts(is_exact_edit=False),
    merge_facts(checks=ChecksVerdict(ChecksState.RED, ("faq-gate", "lint"))),
    merge_facts(checks=ChecksVerdict(ChecksState.PENDING)),
    merge_facts(freeze="a demo"),
)

TEXTS: Final[dict[str, Callable[[], str]]] = {
    "github/pull_request.md": pull_request,
    "github/suggestion.md": suggestion,
    "github/closing_comment_expired.md": lambda: messages.closing_comment(declined(EXPIRED)),
    "decisions/levels.txt": levels,
    "decisions/undecided.txt": undecided,
    "github/commit.txt": commit,
    **COMMENTS,
    "github/closing_comment_declined.md": lambda: messages.closing_comment(
        declined(SOMETHING_CLOSE)
    ),
    "prefect/summary_done.md": lambda: summary(done(MERGE, ENTRY_URL)),
    "prefect/summary_declined.md": lambda: summary(declined(SOMETHING_CLOSE), None),
    "prefect/summary_answered_before.md": lambda: summary(
        there_already(ASKED_BEFORE, ENTRY_URL), None
    ),
    "prefect/summary_failed.md": lambda: summary(
        failed(FailureKind.CI_FAILED, UNMERGED[FailureKind.CI_FAILED])
    ),
    "prefect/summary_failed_after_the_merge.md": lambda: summary(
        failed(FailureKind.NEVER_LIVE, "the merge did not go live in time", MERGE)
    ),
    "prefect/summary_of_flaky_checks.md": lambda: messages.summary(
        TASK, done(MERGE, ENTRY_URL), PULL_URL, "faq-gate, lint"
    ),
    "decisions/red_checks.txt": red_checks,
    "decisions/declined.txt": declined_reasons,
    "decisions/merge_decisions.txt": merge_decisions,
}


@pytest.mark.parametrize("name", TEXTS)
def test_people_are_shown_this(name: str, reads_as: ReadsAs) -> None:
    reads_as(name, TEXTS[name]())
