import pytest

from shiploop.domain.delivery.checks import ChecksState, ChecksVerdict
from shiploop.domain.delivery.merge_gate import MergeIt, Park, Refuse, Wait, decide_merge
from shiploop.domain.delivery.pull_request import PullRequestState
from shiploop.domain.delivery.review import Approved, Closed, Undecided
from tests.builders import merge_facts

RED = ChecksVerdict(ChecksState.RED, ("faq-gate",))
PENDING = ChecksVerdict(ChecksState.PENDING)


def test_merges_our_own_green_pull_request_pinned_to_its_head() -> None:
    assert decide_merge(merge_facts()) == MergeIt("a" * 40)


def test_an_app_is_the_same_account_with_and_without_its_suffix() -> None:
    facts = merge_facts(author="shiploop", our_login="shiploop[bot]")
    assert isinstance(decide_merge(facts), MergeIt)


def test_the_order_of_the_changed_paths_does_not_matter() -> None:
    facts = merge_facts(paths=("a.md", "b.md"), our_paths=("b.md", "a.md"))
    assert isinstance(decide_merge(facts), MergeIt)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"other_base": "release"}, "at the branch release"),
        ({"other_base": "release", "state": PullRequestState.MERGED}, "at the branch release"),
        ({"state": PullRequestState.CLOSED}, "closed"),
        ({"state": PullRequestState.MERGED}, "closed"),
        ({"signature_holds": False}, "signature"),
        ({"author": "mallory"}, "mallory"),
        ({"paths": ("docs/FAQ.md", "src/app.py")}, "more than"),
        ({"paths": ("src/app.py",)}, "more than"),
        ({"paths": ()}, "more than"),
        ({"our_paths": ("docs/FAQ.md", "docs/other.md")}, "more than"),
        ({"is_exact_edit": False}, "their parent's with our edit"),
        ({"head_sha": "b" * 40}, "pushed"),
        ({"checks": RED}, "faq-gate"),
        ({"review": Closed()}, "closed"),
        ({"review": Undecided("nobody"), "checks": RED}, "faq-gate"),
    ],
)
def test_refuses_each_way_to_be_wrong(wrong: dict[str, object], reason: str) -> None:
    decision = decide_merge(merge_facts(**wrong))
    assert isinstance(decision, Refuse)
    assert reason in decision.reason


@pytest.mark.parametrize(
    ("early", "reason"),
    [({"checks": PENDING}, "running"), ({"freeze": "rollback of abc"}, "rollback of abc")],
)
def test_waits_for_what_may_pass(early: dict[str, object], reason: str) -> None:
    decision = decide_merge(merge_facts(**early))
    assert isinstance(decision, Wait)
    assert reason in decision.reason


def test_what_is_wrong_for_good_is_said_before_what_may_pass() -> None:
    decision = decide_merge(merge_facts(checks=PENDING, freeze="frozen", author="mallory"))
    assert isinstance(decision, Refuse)


def test_a_suggestion_waits_for_a_person_before_all_that_may_pass() -> None:
    undecided = {"review": Undecided("ada has asked for changes")}
    assert decide_merge(merge_facts(**undecided)) == Park("ada has asked for changes")
    frozen = merge_facts(**undecided, checks=PENDING, freeze="frozen")
    assert isinstance(decide_merge(frozen), Park)
    assert isinstance(decide_merge(merge_facts(review=Approved("ada"))), MergeIt)
