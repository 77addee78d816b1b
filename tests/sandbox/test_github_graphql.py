"""GraphQL: documents, their errors, and what stays applied."""

from typing import Any

import pytest

from tests.sandbox.github_driver import OPEN, SandboxGitHub, commit_input

MOVE = """
mutation Move($update: UpdateRefInput!, $delete: DeleteRefInput!) {
  updateRef(input: $update) { ref { target { oid } } }
  deleteRef(input: $delete) { clientMutationId }
}
"""
NEW_REF = """
mutation NewRef($ref: CreateRefInput!, $commit: CreateCommitOnBranchInput!) {
  createRef(input: $ref) { ref { id } }
  createCommitOnBranch(input: $commit) { commit { oid } }
}
"""
COMMIT = """
mutation Commit($commit: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $commit) { commit { oid parents(first: 5) { nodes { oid } } } }
}
"""
READ_REF = """
query ReadRef($name: String!) {
  viewer { login }
  rateLimit { cost limit remaining }
  repository(owner: "acme", name: "shiploop-docs") {
    id
    ref(qualifiedName: $name) {
      id
      name
      prefix
      refUpdateRule { requiredStatusCheckContexts }
      target { oid ... on Commit { file(path: "docs/FAQ.md") { object { ... on Blob { text } } } } }
    }
  }
}
"""


def _errors(answer: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    return [(error["type"], error["message"], error["path"]) for error in answer["errors"]]


def test_a_branch_is_read_with_its_file_and_its_required_checks(github: SandboxGitHub) -> None:
    data = github.graphql(READ_REF, {"name": "refs/heads/main"})["data"]
    ref = data["repository"]["ref"]
    assert (ref["prefix"], ref["name"]) == ("refs/heads/", "main")
    assert ref["target"]["oid"] == github.head()
    assert ref["target"]["file"]["object"]["text"] == github.file()
    assert ref["refUpdateRule"]["requiredStatusCheckContexts"] == ["faq-gate"]
    assert data["viewer"]["login"] == "shiploop-bot"
    assert data["rateLimit"]["limit"] == 5000


def test_what_is_not_there_is_null_or_not_found(github: SandboxGitHub) -> None:
    absent = github.graphql(READ_REF, {"name": "refs/heads/absent"})
    assert absent["data"]["repository"]["ref"] is None
    document = 'query Absent { repository(owner: "acme", name: "nothing") { id } }'
    answer = github.graphql(document, {})
    message = "Could not resolve to a Repository with the name 'acme/nothing'."
    assert answer["data"] == {"repository": None}
    assert _errors(answer) == [("NOT_FOUND", message, ["repository"])]


def test_an_existing_ref_is_refused_and_the_mutations_after_it_still_run(
    github: SandboxGitHub,
) -> None:
    variables = github.open_variables("topic", "# FAQ\n\nNew.\n")
    github.bot.post(
        f"{github.repo}/git/refs", json={"ref": "refs/heads/topic", "sha": github.head()}
    )
    answer = github.graphql(OPEN, variables)
    message = 'A ref named "refs/heads/topic" already exists in the repository.'
    assert _errors(answer) == [("UNPROCESSABLE", message, ["createRef"])]
    assert answer["data"]["createRef"] is None
    assert answer["data"]["createPullRequest"]["pullRequest"]["number"] == 1


def test_a_stale_head_is_refused_and_what_succeeded_before_stays(github: SandboxGitHub) -> None:
    variables = github.open_variables("topic", "# FAQ\n\nNew.\n")
    stale = "1" * 40
    variables["commit"]["expectedHeadOid"] = stale
    answer = github.graphql(OPEN, variables)
    assert _errors(answer) == [
        (
            "STALE_DATA",
            f'Expected branch to point to "{stale}" but it did not.  Pull and try again.',
            ["createCommitOnBranch"],
        ),
        ("UNPROCESSABLE", "No commits between main and topic", ["createPullRequest"]),
    ]
    assert github.head("topic") == github.head()


def test_opening_twice_is_refused(github: SandboxGitHub) -> None:
    variables = github.open_variables("topic", "# FAQ\n\nNew.\n")
    github.graphql(OPEN, variables)
    errors = _errors(github.graphql(OPEN, variables))
    assert [kind for kind, _, _ in errors] == ["UNPROCESSABLE", "STALE_DATA", "UNPROCESSABLE"]
    assert errors[2][1] == "A pull request already exists for acme:topic."


def test_a_branch_is_moved_onto_a_commit_made_on_a_new_ref(github: SandboxGitHub) -> None:
    pull = github.open("topic", "# FAQ\n\nOne.\n")
    github.commit("main", "# FAQ\n\nTwo.\n")
    head = github.head()
    repository_id = github.bot.get(github.repo).json()["node_id"]
    made = github.graphql(
        NEW_REF,
        {
            "ref": {"repositoryId": repository_id, "name": "refs/heads/temporary", "oid": head},
            "commit": commit_input("temporary", head, {"docs/FAQ.md": "# FAQ\n\nBoth.\n"}, "Edit"),
        },
    )["data"]
    sha = made["createCommitOnBranch"]["commit"]["oid"]
    topic = github.graphql(READ_REF, {"name": "refs/heads/topic"})["data"]["repository"]["ref"]
    moved = github.graphql(
        MOVE,
        {
            "update": {"refId": topic["id"], "oid": sha, "force": True},
            "delete": {"refId": made["createRef"]["ref"]["id"]},
        },
    )
    assert moved["data"]["updateRef"]["ref"]["target"]["oid"] == sha
    assert github.pull(pull["number"])["head"]["sha"] == sha
    assert github.pull(pull["number"])["state"] == "open"
    assert github.bot.get(f"{github.repo}/git/ref/heads/temporary").status_code == 404


def test_one_commit_adds_changes_and_deletes_files(github: SandboxGitHub) -> None:
    github.commit("main", "Old.\n", path="docs/old.md")
    github.commit("main", "Gone.\n", path="docs/gone.md")
    head = github.head()
    commit = commit_input(
        "main", head, {"docs/FAQ.md": "# FAQ\n", "docs/a/new.md": "Old.\n"}, "Edit"
    )
    commit["fileChanges"]["deletions"] = [{"path": "docs/old.md"}, {"path": "docs/gone.md"}]
    answer = github.graphql(COMMIT, {"commit": commit}, github.ada)
    made = answer["data"]["createCommitOnBranch"]["commit"]
    assert made["parents"]["nodes"] == [{"oid": head}]
    assert made["oid"] == github.head()
    files = github.bot.get(f"{github.repo}/commits/{made['oid']}").json()["files"]
    assert {
        (file["filename"], file["status"], file.get("previous_filename")) for file in files
    } == {
        ("docs/FAQ.md", "modified", None),
        ("docs/a/new.md", "renamed", "docs/old.md"),
        ("docs/gone.md", "removed", None),
    }


def test_a_commit_that_deletes_what_is_not_there_is_refused_as_a_whole(
    github: SandboxGitHub,
) -> None:
    head = github.head()
    commit = commit_input("main", head, {"docs/FAQ.md": "# FAQ\n"}, "Edit")
    commit["fileChanges"]["deletions"] = [{"path": "docs/absent.md"}]
    answer = github.graphql(COMMIT, {"commit": commit}, github.ada)
    assert _errors(answer)[0][0] == "UNPROCESSABLE"
    assert github.head() == head


def test_an_update_that_is_no_fast_forward_must_be_forced(github: SandboxGitHub) -> None:
    github.open("topic")
    topic = github.graphql(READ_REF, {"name": "refs/heads/topic"})["data"]["repository"]["ref"]
    document = "mutation M($u: UpdateRefInput!) { updateRef(input: $u) { clientMutationId } }"
    answer = github.graphql(document, {"u": {"refId": topic["id"], "oid": github.head()}})
    assert _errors(answer)[0][:2] == ("UNPROCESSABLE", "Update is not a fast forward")


def test_who_may_only_read_is_forbidden_to_write(github: SandboxGitHub) -> None:
    variables = github.open_variables("topic", "# FAQ\n\nNew.\n")
    answer = github.graphql(OPEN, variables, github.eve)
    assert {kind for kind, _, _ in _errors(answer)} == {"FORBIDDEN"}
    assert github.bot.get(f"{github.repo}/git/ref/heads/topic").status_code == 404


def test_nodes_that_are_not_there_are_null_beside_those_that_are(github: SandboxGitHub) -> None:
    pull = github.open()
    document = "query Nodes($ids: [ID!]!) { nodes(ids: $ids) { ... on PullRequest { number } } }"
    answer = github.graphql(document, {"ids": [pull["id"], "PR_nothing", "garbage"]})
    assert answer["data"]["nodes"] == [{"number": 1}, None, None]
    assert [(kind, path) for kind, _, path in _errors(answer)] == [
        ("NOT_FOUND", ["nodes", 1]),
        ("NOT_FOUND", ["nodes", 2]),
    ]


@pytest.mark.parametrize("authorization", [{}, {"Authorization": "Bearer wrong"}])
def test_without_a_good_token_it_is_401(
    github: SandboxGitHub, authorization: dict[str, str]
) -> None:
    answer = github.anonymous.post(
        "/graphql", json={"query": "query V { viewer { login } }"}, headers=authorization
    )
    assert answer.status_code == 401


@pytest.mark.parametrize("document", ["query {", "", "query Q { viewer }"])
def test_a_bad_document_is_answered_with_errors(github: SandboxGitHub, document: str) -> None:
    answer = github.graphql(document, {})
    assert answer["errors"]
    assert "data" not in answer


@pytest.mark.parametrize(
    ("document", "variables", "named"),
    [
        ("query Q { nothing }", {}, "'nothing'"),
        ("mutation M { x }", {}, "'x'"),
        ("query Q { viewer { sponsors(first: 1) { totalCount } } }", {}, "'sponsors'"),
        ("query Q($a: Sponsor) { viewer { login } }", {}, "'Sponsor'"),
        ('query Q { repository(owner: "acme", name: "docs", x: 1) { id } }', {}, "'x'"),
        (
            "mutation M($input: CreateIssueInput!) { createIssue(input: $input) { issue { id } } }",
            {"input": {"repositoryId": "R_MQ", "title": "Hi", "projectIds": ["P"]}},
            "projectIds",
        ),
        (
            'query Q { repository(owner: "acme", name: "shiploop-docs") {'
            ' issues(first: 1, filterBy: {milestone: "v1"}) { totalCount } } }',
            {},
            "milestone",
        ),
    ],
)
def test_what_graphql_does_not_model_is_501_and_says_what(
    github: SandboxGitHub, document: str, variables: dict[str, Any], named: str
) -> None:
    answer = github.bot.post("/graphql", json={"query": document, "variables": variables})
    assert answer.status_code == 501
    body = answer.json()
    assert {error["type"] for error in body["errors"]} == {"NOT_MODELLED"}
    assert "odelled by the sandbox" in body["message"]
    assert named in body["message"]
    assert "Did you mean" not in body["message"]


PAGE = """
query Page($first: Int, $last: Int, $after: String, $before: String) {
  repository(owner: "acme", name: "shiploop-docs") {
    issues(first: $first, last: $last, after: $after, before: $before) {
      totalCount
      nodes { title }
      edges { cursor }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""


@pytest.fixture
def issues(github: SandboxGitHub) -> list[str]:
    titles = [f"Issue {number}" for number in range(5)]
    for title in titles:
        github.bot.post(f"{github.repo}/issues", json={"title": title})
    return titles


@pytest.mark.parametrize(
    ("size", "cursor", "onward", "more"),
    [("first", "after", "endCursor", "hasNextPage"), ("last", "before", "startCursor", None)],
)
def test_cursors_lead_through_a_whole_list(
    github: SandboxGitHub,
    issues: list[str],
    size: str,
    cursor: str,
    onward: str,
    more: str | None,
) -> None:
    seen: list[str] = []
    asked: dict[str, Any] = {size: 2}
    while True:
        data = github.graphql(PAGE, asked)["data"]["repository"]["issues"]
        assert data["totalCount"] == 5
        page = [node["title"] for node in data["nodes"]]
        seen = [*seen, *page] if size == "first" else [*page, *seen]
        if not data["pageInfo"][more or "hasPreviousPage"]:
            break
        asked[cursor] = data["pageInfo"][onward]
    assert seen == issues


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({}, "MISSING_PAGINATION_BOUNDARIES"),
        ({"first": 101}, "EXCESSIVE_PAGINATION"),
        ({"last": -1}, "EXCESSIVE_PAGINATION"),
        ({"first": 1, "after": "not a cursor"}, "INVALID_CURSOR_ARGUMENTS"),
    ],
)
def test_a_page_that_github_would_not_give_is_refused(
    github: SandboxGitHub, asked: dict[str, Any], kind: str
) -> None:
    answer = github.graphql(PAGE, asked)
    assert [error["type"] for error in answer["errors"]] == [kind]


def test_fault_open_applied_then_502_has_opened(github: SandboxGitHub) -> None:
    github.set_faults(open_applied_then_502=1)
    variables = github.open_variables("topic", "# FAQ\n\nNew.\n")
    answer = github.bot.post("/graphql", json={"query": OPEN, "variables": variables})
    assert answer.status_code == 502
    assert github.pull(1)["head"]["ref"] == "topic"


@pytest.mark.parametrize("path", ["../outside", ".git/config", "/absolute", "a//b", ""])
def test_a_path_that_is_none_is_refused(github: SandboxGitHub, path: str) -> None:
    answer = github.graphql(OPEN, github.open_variables("topic", "text", path=path))
    assert _errors(answer)[0][0] == "UNPROCESSABLE"
    assert github.head("topic") == github.head()


def test_a_branch_below_another_is_refused(github: SandboxGitHub) -> None:
    answer = github.graphql(OPEN, github.open_variables("main/below", "text"))
    assert _errors(answer)[0] == ("UNPROCESSABLE", "Reference update failed", ["createRef"])
