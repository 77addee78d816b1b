"""Filters as GitHub documents them; the rows are its own examples where it gives one."""

import pytest

from sandbox.workflow_triggers import Event, is_triggered, matches


def pull_request(*changed_paths: str, branch: str = "main", action: str = "opened") -> Event:
    return Event("pull_request", branch, "feature", changed_paths, action)


def push(*changed_paths: str, branch: str = "main") -> Event:
    return Event("push", branch, branch, changed_paths)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("feature/*", "feature/my-branch"),
        ("feature/**", "feature/beta-a/my-branch"),
        ("main", "main"),
        ("*", "main"),
        ("**", "all/the/branches"),
        ("*feature", "ver-10-feature"),
        ("v2*", "v2.9"),
        ("v[12].[0-9]+.[0-9]+", "v1.10.1"),
        ("*.jsx?", "page.js"),
        ("*.jsx?", "page.jsx"),
        ("*.js", "app.js"),
        ("**.js", "src/js/app.js"),
        ("docs/*", "docs/README.md"),
        ("docs/**", "docs/README.md"),
        ("docs/**/*.md", "docs/README.md"),
        ("docs/**/*.md", "docs/mona/octocat.md"),
        ("**/docs/**", "docs/hello.md"),
        ("**/docs/**", "dir/docs/my-file.txt"),
        ("**/README.md", "README.md"),
        ("**/README.md", "js/README.md"),
        ("**/*src/**", "my-src/code/js/app.js"),
        ("**/migrate-*.sql", "db/sept/migrate-v1.sql"),
        (r"release\+1", "release+1"),
    ],
)
def test_a_pattern_matches_what_github_says_it_matches(pattern: str, text: str) -> None:
    assert matches([pattern], text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("feature/*", "feature/beta-a/my-branch"),
        ("*", "all/the/branches"),
        ("docs/*", "docs/mona/octocat.md"),
        ("docs/FAQ.md", "old/docs/FAQ.md"),
        ("docs/FAQ.md", "docs/FAQ_md"),
        ("*.jsx?", "page.ts"),
        ("main", "Main"),
    ],
)
def test_a_pattern_matches_no_more_than_that(pattern: str, text: str) -> None:
    assert not matches([pattern], text)


def test_the_last_pattern_that_matches_decides() -> None:
    assert not matches(["*.md", "!README.md"], "README.md")
    assert matches(["*.md", "!README.md", "README*"], "README.md")
    assert not matches(["!README.md"], "hello.md")


def test_an_event_is_named_alone_in_a_list_or_as_a_key() -> None:
    for on in ("push", ["push", "fork"], {"push": "", "fork": {}}):
        assert is_triggered(on, push())
        assert not is_triggered(on, pull_request())
    assert not is_triggered(None, push())


def test_a_pull_request_workflow_runs_for_new_and_changed_pull_requests_by_default() -> None:
    actions = ("opened", "synchronize", "reopened", "labeled", "closed")
    started = [a for a in actions if is_triggered("pull_request", pull_request(action=a))]
    assert started == ["opened", "synchronize", "reopened"]


def test_named_types_replace_the_default_ones() -> None:
    on = {"pull_request": {"types": ["labeled"]}}
    assert is_triggered(on, pull_request(action="labeled"))
    assert not is_triggered(on, pull_request(action="opened"))


def test_the_branch_filter_of_a_pull_request_looks_at_its_base() -> None:
    on = {"pull_request": {"branches": ["main", "releases/**", "!releases/**-alpha"]}}
    assert is_triggered(on, pull_request(branch="main"))
    assert is_triggered(on, pull_request(branch="releases/10"))
    assert not is_triggered(on, pull_request(branch="releases/10-alpha"))
    assert not is_triggered(on, pull_request(branch="feature"))


def test_ignored_branches_start_nothing() -> None:
    on = {"push": {"branches-ignore": ["mona/*"]}}
    assert not is_triggered(on, push(branch="mona/octocat"))
    assert is_triggered(on, push(branch="main"))


def test_one_changed_path_that_matches_is_enough() -> None:
    on = {"pull_request": {"paths": ["sub-project/**", "!sub-project/docs/**"]}}
    assert is_triggered(on, pull_request("sub-project/docs/a.md", "sub-project/index.js"))
    assert not is_triggered(on, pull_request("sub-project/docs/a.md", "README.md"))


def test_a_change_of_ignored_paths_alone_starts_nothing() -> None:
    on = {"push": {"paths-ignore": ["docs/**"]}}
    assert not is_triggered(on, push("docs/a.md", "docs/b.md"))
    assert is_triggered(on, push("docs/a.md", "src/a.py"))


def test_branch_and_path_filters_must_both_pass() -> None:
    on = {"push": {"branches": ["main"], "paths": ["docs/**"]}}
    assert is_triggered(on, push("docs/a.md"))
    assert not is_triggered(on, push("docs/a.md", branch="feature"))
    assert not is_triggered(on, push("src/a.py"))


def test_a_workflow_for_tags_alone_does_not_run_for_a_branch() -> None:
    assert not is_triggered({"push": {"tags": ["v*"]}}, push())
    assert is_triggered({"push": {"tags": ["v*"], "branches": ["main"]}}, push())


@pytest.mark.parametrize(
    ("on", "triggered"),
    [
        ("merge_group", True),
        ({"merge_group": None}, True),
        ({"merge_group": {"types": ["checks_requested"]}}, True),
        ({"merge_group": {"types": ["destroyed"]}}, False),
        ({"merge_group": {"branches": ["main"]}}, True),
        ({"merge_group": {"branches": ["next"]}}, False),
        ({"merge_group": {"branches-ignore": ["main"]}}, False),
        ({"pull_request": None, "push": None}, False),
    ],
)
def test_a_merge_group_goes_by_the_branch_that_it_is_merged_into(
    on: object, triggered: bool
) -> None:
    made = "gh-readonly-queue/main/pr-1-0"
    assert is_triggered(on, Event("merge_group", "main", made, (), "checks_requested")) is triggered
