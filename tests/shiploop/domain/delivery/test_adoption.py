import pytest

from shiploop.domain.delivery.adoption import (
    BranchOnly,
    CommitOnly,
    Nothing,
    Opened,
    decide_adoption,
    holds_exactly,
)
from shiploop.domain.delivery.change import AlreadyThere, CannotEdit, Edited, Files, Sighting
from shiploop.domain.delivery.pull_request import Found, PullRequest, PullRequestState, Written
from tests.builders import a_pull_request

BASE: Files = {"docs/FAQ.md": "# FAQ\n\nQuestions people ask.\n", "docs/index.md": None}
OURS: Files = {
    "docs/FAQ.md": "# FAQ\n\nQuestions people ask.\n\nOurs.\n",
    "docs/index.md": "One.\n",
}


def edit(files: Files) -> Edited:
    """Adds to one file, and makes another where there is none."""
    return Edited(
        {
            "docs/FAQ.md": f"{files['docs/FAQ.md']}\nOurs.\n",
            "docs/index.md": files["docs/index.md"] or "One.\n",
        }
    )


def found(written: Written | None = None, pull: PullRequest | None = None) -> Found:
    return Found("R_1", written, pull)


def written(files: Files, parent: Files = BASE) -> Written:
    return Written("REF_1", "a" * 40, files, parent)


def test_begins_where_nothing_is_there() -> None:
    assert decide_adoption(found(), edit) == Nothing()


def test_commits_on_a_branch_that_has_no_commit_of_ours() -> None:
    there = found(written(BASE))
    assert decide_adoption(there, edit) == BranchOnly("a" * 40, BASE)


def test_opens_a_pull_request_for_a_commit_that_is_there() -> None:
    there = found(written(OURS))
    assert decide_adoption(there, edit) == CommitOnly("R_1", "a" * 40)


def test_adopts_a_pull_request_with_exactly_our_content() -> None:
    pull = a_pull_request()
    there = found(written(OURS), pull)
    assert decide_adoption(there, edit) == Opened(pull, is_exact_edit=True)


def test_a_pull_request_that_somebody_has_written_to_is_not_ours_any_more() -> None:
    pull = a_pull_request()
    for path, text in OURS.items():
        there = found(written({**OURS, path: f"{text}\nand more\n"}), pull)
        assert decide_adoption(there, edit) == Opened(pull, is_exact_edit=False)


def test_a_merged_pull_request_needs_no_branch_to_be_ours() -> None:
    pull = a_pull_request(state=PullRequestState.MERGED, merge_sha="b" * 40)
    assert decide_adoption(found(None, pull), edit) == Opened(pull, is_exact_edit=True)


def test_all_of_the_files_have_to_be_their_parents_with_our_edit() -> None:
    assert holds_exactly(written(OURS), edit)
    for path, text in BASE.items():
        assert not holds_exactly(written({**OURS, path: text}), edit)
    other_parent = {**BASE, "docs/FAQ.md": "# FAQ\n"}
    assert not holds_exactly(written(OURS, other_parent), edit)


def test_a_file_that_the_edit_leaves_as_it_is_has_to_be_as_its_parent_has_it() -> None:
    def edit_one(files: Files) -> Edited:
        return Edited({"docs/FAQ.md": "ours\n"})

    assert holds_exactly(written({**BASE, "docs/FAQ.md": "ours\n"}), edit_one)
    assert not holds_exactly(written({**OURS, "docs/FAQ.md": "ours\n"}), edit_one)


def test_a_head_without_a_parent_or_with_several_is_not_ours() -> None:
    there = written(OURS, parent={})
    assert not holds_exactly(there, edit)
    assert decide_adoption(found(there), edit) == BranchOnly("a" * 40, OURS)
    pull = a_pull_request()
    assert decide_adoption(found(there, pull), edit) == Opened(pull, is_exact_edit=False)


@pytest.mark.parametrize(
    "no_edit",
    [
        AlreadyThere("the FAQ answers this already", Sighting("/faq")),
        CannotEdit("there is no readable docs/FAQ.md"),
    ],
)
def test_a_parent_that_our_edit_cannot_be_made_on_is_no_parent_of_ours(
    no_edit: AlreadyThere | CannotEdit,
) -> None:
    assert not holds_exactly(written(OURS), lambda _files: no_edit)
