from shiploop.agents.faq.document.document import insert
from shiploop.domain.delivery.adoption import (
    BranchOnly,
    CommitOnly,
    Nothing,
    Opened,
    decide_adoption,
)
from shiploop.domain.delivery.pull_request import Found, PullRequest, PullRequestState, Written
from tests.builders import a_pull_request, an_entry

BASE = "# FAQ\n\nQuestions people ask.\n"
ENTRY = an_entry()


def found(written: Written | None = None, pull: PullRequest | None = None) -> Found:
    return Found("R_1", written, pull)


def written(document: str, parent: str = BASE) -> Written:
    return Written("REF_1", "a" * 40, document, parent)


def test_begins_where_nothing_is_there() -> None:
    assert decide_adoption(found(), ENTRY) == Nothing()


def test_commits_on_a_branch_that_has_no_commit_of_ours() -> None:
    there = found(written(BASE))
    assert decide_adoption(there, ENTRY) == BranchOnly("a" * 40, BASE)


def test_opens_a_pull_request_for_a_commit_that_is_there() -> None:
    there = found(written(insert(BASE, ENTRY)))
    assert decide_adoption(there, ENTRY) == CommitOnly("R_1", "a" * 40)


def test_adopts_a_pull_request_with_exactly_our_content() -> None:
    pull = a_pull_request()
    there = found(written(insert(BASE, ENTRY)), pull)
    assert decide_adoption(there, ENTRY) == Opened(pull, document_is_ours=True)


def test_a_pull_request_that_somebody_has_written_to_is_not_ours_any_more() -> None:
    pull = a_pull_request()
    there = found(written(insert(BASE, ENTRY) + "\nand more\n"), pull)
    assert decide_adoption(there, ENTRY) == Opened(pull, document_is_ours=False)


def test_a_merged_pull_request_needs_no_branch_to_be_ours() -> None:
    pull = a_pull_request(state=PullRequestState.MERGED, merge_sha="b" * 40)
    assert decide_adoption(found(None, pull), ENTRY) == Opened(pull, document_is_ours=True)
