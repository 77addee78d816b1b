"""What GitHub means by the words in which it refuses a merge; each was said to somebody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.domain.delivery.merge_refusal import (
    AsksPeople,
    ByQueue,
    Forbidden,
    Meaning,
    OtherMethod,
    Passing,
    read_refusal,
    tells_of_rules,
)
from shiploop.domain.delivery.task import WaitingFor

RULES = "Repository rule violations found\n\n"
QUEUE = "Changes must be made through the merge queue"
REVIEW = "At least 1 approving review is required by reviewers with write access."
CONVERSATION = "A conversation must be resolved before this pull request can be merged."
LAST_PUSH = (
    "Waiting on 1 more approval from a reviewer with write access because the last pusher could "
    "not be determined."
)
SAID: dict[str, Meaning] = {
    "Base branch was modified. Review and try the merge again.": Passing(),
    "Pull Request is not mergeable": Passing(),
    'Required status check "faq-gate" is expected.': Passing(),
    'Required status check "faq-gate" is in progress.': Passing(),
    "6 of 6 required status checks are expected.": Passing(),
    "2 of 3 required status checks have not succeeded: 2 expected.": Passing(),
    'Required status check "faq-gate" is failing.': Forbidden(),
    "2 of 3 required status checks have not succeeded: 1 expected and 1 failing.": Forbidden(),
    REVIEW: AsksPeople(WaitingFor.REVIEW),
    f"{RULES}{LAST_PUSH}\n\n": AsksPeople(WaitingFor.REVIEW),
    f"{RULES}Waiting on code owner review from ada.\n\n": AsksPeople(WaitingFor.CODE_OWNER),
    f"{RULES}{CONVERSATION}\n\n": AsksPeople(WaitingFor.CONVERSATIONS),
    f"{RULES}{REVIEW}\n\n{QUEUE}\n\n": ByQueue(),
    QUEUE: ByQueue(),
    "Pull Request is in the merge queue": ByQueue(),
    'Pull request Required status check "faq-gate" is expected.': Passing(),
    f"{RULES}Missing successful active staging deployment.\n\n": Passing(),
    "it has left the merge queue (BRANCH_PROTECTIONS)": Passing(),
    "Merge commits are not allowed on this repository.": OtherMethod(),
    "Squash merges are not allowed on this repository.": OtherMethod(),
    "This branch must not contain merge commits.": OtherMethod(),
    "Base branch requires signed commits. Rebase merges cannot be automatically signed by GitHub": (
        OtherMethod()
    ),
    "You're not authorized to push to this branch. Visit https://docs.github.com for more.": (
        Forbidden()
    ),
    "Cannot change this locked branch": Forbidden(),
    "Something that nobody has been told yet": Forbidden(),
}


@pytest.mark.parametrize(("said", "meaning"), SAID.items(), ids=range(len(SAID)))
def test_words_mean(said: str, meaning: Meaning) -> None:
    assert read_refusal(405, f"GitHub answered 405: {said}") == meaning


def test_a_head_that_moved_is_looked_at_again() -> None:
    assert read_refusal(409, "Head branch was modified. Review and try the merge again.") == (
        Passing()
    )


@given(st.text())
def test_what_is_not_known_is_asked_once(said: str) -> None:
    assert isinstance(read_refusal(405, said), Meaning)


def test_a_write_that_rules_forbid_is_known_by_its_words() -> None:
    assert tells_of_rules(f"createRef: {RULES}Cannot create ref due to creations being restricted.")
    assert not tells_of_rules("createRef: A ref named x already exists in the repository.")
