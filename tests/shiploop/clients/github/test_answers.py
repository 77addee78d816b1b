"""Reading GraphQL answers: what GitHub leaves out or cuts short never looks like good news."""

from collections.abc import Callable
from typing import Any

import pytest

from shiploop.clients.github.answers import read_base_answer, read_found, read_pull_request
from shiploop.domain.delivery.pull_request import Base, PullRequest
from shiploop.errors import RepositoryUnusable

PATH = "docs/FAQ.md"
OTHER = "docs/index.md"


def read_nothing(blob_id: str) -> str:
    raise AssertionError(f"nothing large is read: {blob_id}")


def a_blob(**changes: Any) -> dict[str, Any]:
    blob = {"text": "# FAQ\n", "isBinary": False, "isTruncated": False}
    return {"object": {**blob, **changes}}


def read_base(
    *files: Any, rule: Any = None, read_large: Callable[[str], str] = read_nothing
) -> Base:
    """The base as it is read from an answer that holds these files, of as many paths."""
    read = {f"file{number}": file for number, file in enumerate(files)}
    ref = {"refUpdateRule": rule, "target": {"oid": "a" * 40, **read}}
    repository = {"id": "R_1", "nameWithOwner": "acme/docs", "ref": ref}
    answer = {"viewer": {"login": "bot"}, "repository": repository}
    paths = (PATH, OTHER)[: len(files)]
    return read_base_answer(answer, "acme/docs@main", paths, read_large)


def pull_fields(**changes: Any) -> dict[str, Any]:
    fields = {
        "id": "PR_1",
        "number": 7,
        "url": "http://127.0.0.1/pull/7",
        "state": "OPEN",
        "isDraft": False,
        "body": "",
        "mergedAt": None,
        "mergeCommit": None,
        "mergeable": "MERGEABLE",
        "headRefName": "topic",
        "headRefOid": "a" * 40,
        "headRepository": {"id": "R_1"},
        "baseRefName": "main",
        "changedFiles": 1,
        "author": {"login": "bot"},
        "files": {"nodes": [{"path": PATH}]},
    }
    return {**fields, **changes}


@pytest.mark.parametrize(
    "file",
    [
        None,
        {"object": None},
        {"object": {}},  # a directory of that name
        a_blob(text=None),
        a_blob(isBinary=True),
    ],
)
def test_a_file_that_is_not_there_or_is_no_text_is_none(file: Any) -> None:
    assert read_base(file).files == {PATH: None}


def test_an_empty_file_is_read() -> None:
    assert read_base(a_blob(text="")).files == {PATH: ""}


def test_each_file_stands_under_the_path_that_asked_for_it() -> None:
    assert read_base(a_blob(text="one"), a_blob(text="two")).files == {PATH: "one", OTHER: "two"}
    assert read_base(None, a_blob(text="two")).files == {PATH: None, OTHER: "two"}
    assert read_base().files == {}


def test_a_base_branch_that_is_not_there_makes_the_repository_unusable() -> None:
    answer = {"viewer": {"login": "bot"}, "repository": {"id": "R_1", "ref": None}}
    with pytest.raises(RepositoryUnusable, match=r"acme/docs@main .* SHIPLOOP_BASE_BRANCH"):
        read_base_answer(answer, "acme/docs@main", (PATH,), read_nothing)


@pytest.mark.parametrize(
    ("rule", "required"),
    [
        (None, ()),
        ({"requiredStatusCheckContexts": None}, ()),
        ({"requiredStatusCheckContexts": ["gate", None]}, ("gate",)),
    ],
)
def test_the_required_checks_are_those_of_the_branch(rule: Any, required: tuple[str, ...]) -> None:
    assert read_base(a_blob(), rule=rule).required_checks == required


def test_more_files_than_were_listed_never_look_like_one() -> None:
    for more in ({"changedFiles": 2}, {"files": None}, {"files": {"nodes": [None]}}):
        assert read_pull_request(pull_fields(**more), "main").paths != (PATH,)
    assert read_pull_request(pull_fields(), "main").paths == (PATH,)


def test_the_author_of_a_deleted_account_is_the_ghost() -> None:
    assert read_pull_request(pull_fields(author=None), "main").author == "ghost"


def found_pull(*pulls: dict[str, Any]) -> PullRequest | None:
    """The pull request that is taken for ours among these, the newest of which comes first."""
    repository = {"id": "R_1", "ref": None, "pullRequests": {"nodes": list(pulls)}}
    return read_found({"repository": repository}, "main", (PATH,), read_nothing).pull


@pytest.mark.parametrize("state", ["OPEN", "CLOSED", "MERGED"])
@pytest.mark.parametrize("head", [{"id": "R_2"}, None])  # a fork, and one that was deleted
def test_a_pull_request_of_a_fork_is_never_ours(head: Any, state: str) -> None:
    theirs = pull_fields(number=9, headRepository=head, state=state)
    assert found_pull(theirs) is None
    ours = found_pull(theirs, pull_fields(number=7))
    assert ours is not None
    assert ours.number == 7


def test_a_pull_request_into_another_branch_says_so_and_has_no_merge_of_ours() -> None:
    merged = {
        "state": "MERGED",
        "mergeCommit": {"oid": "b" * 40},
        "mergedAt": "2026-11-22T12:00:00Z",
    }
    away = pull_fields(number=9, baseRefName="release", **merged)
    found = found_pull(away)
    assert found is not None
    assert (found.other_base, found.merge) == ("release", None)
    ours = found_pull(away, pull_fields(number=7, **merged))
    assert ours is not None
    assert (ours.number, ours.other_base) == (7, None)
    assert ours.merge is not None


def test_a_branch_with_two_parents_or_none_has_no_parent_files() -> None:
    parent = {"oid": "b" * 40, "file0": a_blob()}
    for parents, expected in (([], {}), ([parent], {PATH: "# FAQ\n"}), ([parent, parent], {})):
        target = {"oid": "a" * 40, "file0": None, "parents": {"nodes": parents}}
        repository = {
            "id": "R_1",
            "ref": {"id": "REF_1", "target": target},
            "pullRequests": {"nodes": []},
        }
        found = read_found({"repository": repository}, "main", (PATH,), read_nothing)
        assert found.written is not None
        assert (found.written.files, found.written.parent_files) == ({PATH: None}, expected)


def test_a_file_that_graphql_cuts_off_is_read_by_its_id() -> None:
    cut_off = a_blob(isTruncated=True, oid="b" * 40)
    base = read_base(a_blob(), cut_off, read_large=lambda blob_id: f"all of {blob_id}")
    assert base.files == {PATH: "# FAQ\n", OTHER: f"all of {'b' * 40}"}


def test_of_a_large_file_that_is_no_text_nothing_more_is_read() -> None:
    cut_off = a_blob(isTruncated=True, isBinary=True, text=None, oid="b" * 40)
    assert read_base(cut_off).files == {PATH: None}
