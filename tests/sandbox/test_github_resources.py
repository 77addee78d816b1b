"""REST: files and commits in their forms, and what people and services say of them."""

import httpx
import pytest

from tests.sandbox.github_driver import SandboxGitHub


def _as(form: str) -> dict[str, str]:
    return {"accept": f"application/vnd.github.{form}"}


def test_the_api_says_where_everything_is(github: SandboxGitHub) -> None:
    root = github.anonymous.get("/").json()
    assert root["repository_url"] == f"{github.url}/repos/{{owner}}/{{repo}}"
    assert github.anonymous.get("/meta").json()["verifiable_password_authentication"] is False
    assert "2022-11-28" in github.anonymous.get("/versions").json()


@pytest.mark.parametrize("path", ["/gists", "/emojis", "/orgs/acme/repos", "/search/issues?q=a"])
def test_the_rest_of_the_api_is_not_modelled(github: SandboxGitHub, path: str) -> None:
    answer = github.bot.get(path)
    assert answer.status_code == 501
    assert "not modelled by the sandbox" in answer.json()["message"]


def test_a_directory_is_a_list_and_a_file_its_content(github: SandboxGitHub) -> None:
    contents = f"{github.repo}/contents"
    root = {entry["path"]: entry["type"] for entry in github.bot.get(contents).json()}
    assert root == {".github": "dir", "README.md": "file", "docs": "dir"}
    assert github.bot.get(f"{contents}/").json() == github.bot.get(contents).json()
    docs = github.bot.get(f"{contents}/docs").json()
    assert [(entry["name"], entry["path"]) for entry in docs] == [("FAQ.md", "docs/FAQ.md")]
    as_object = github.bot.get(f"{contents}/docs", headers=_as("object+json")).json()
    assert (as_object["type"], as_object["entries"]) == ("dir", docs)
    raw = github.bot.get(f"{contents}/docs/FAQ.md", headers=_as("v3.raw"))
    assert (raw.text, raw.headers["x-github-media-type"]) == (github.file(), "github.v3; param=raw")
    assert github.bot.get(f"{contents}/docs/FAQ.md", headers=_as("html")).status_code == 501
    assert github.bot.get(f"{contents}/docs", headers=_as("raw")).status_code == 501


def test_the_readme_is_found_where_github_looks(github: SandboxGitHub) -> None:
    url = f"{github.repo}/readme"
    assert github.bot.get(url).json()["path"] == "README.md"
    assert github.bot.get(url, params={"ref": "absent"}).status_code == 404
    for path in ("README.md", ".github/readme.rst"):
        github.commit("main", f"From {path}.\n", path=path)
        assert github.bot.get(url).json()["path"] == path
        assert github.bot.get(url, headers=_as("raw")).text == f"From {path}.\n"


def test_a_large_file_comes_raw_only(github: SandboxGitHub) -> None:
    text = "x" * 1_000_001
    github.commit("main", text, path="large.txt")
    url = f"{github.repo}/contents/large.txt"
    answer = github.bot.get(url).json()
    assert (answer["encoding"], answer["content"], answer["size"]) == ("none", "", len(text))
    assert github.bot.get(url, headers=_as("raw")).text == text


def test_commits_and_pull_requests_come_as_diff_and_patch(github: SandboxGitHub) -> None:
    number = github.open("topic", "# FAQ\n\nNew.\n")["number"]
    for url in (
        f"{github.repo}/pulls/{number}",
        f"{github.repo}/commits/topic",
        f"{github.repo}/compare/main...topic",
    ):
        diff = github.bot.get(url, headers=_as("diff")).text
        assert diff.startswith("diff --git a/docs/FAQ.md b/docs/FAQ.md")
        assert "+New.\n" in diff
        patch = github.bot.get(url, headers=_as("v3.patch")).text
        assert "Subject: [PATCH] Update the FAQ" in patch
    sha = github.bot.get(f"{github.repo}/commits/topic", headers=_as("sha")).text
    assert sha == github.head("topic")
    first = github.bot.get(f"{github.repo}/commits?sha=main").json()[-1]["sha"]
    assert "+# FAQ" in github.bot.get(f"{github.repo}/commits/{first}", headers=_as("diff")).text


def test_commits_are_listed_newest_first_and_by_path(github: SandboxGitHub) -> None:
    shas = [github.commit("main", f"{each}\n", path=f"docs/{each}.md") for each in ("a", "b")]
    listed = github.bot.get(f"{github.repo}/commits", params={"per_page": 2})
    assert [each["sha"] for each in listed.json()] == shas[::-1]
    assert "next" in listed.links
    by_path = github.bot.get(f"{github.repo}/commits", params={"path": "docs/a.md"}).json()
    assert [each["sha"] for each in by_path] == shas[:1]
    refused = github.bot.get(f"{github.repo}/commits", params={"author": "ada"})
    assert refused.status_code == 501


def test_a_commit_knows_the_pull_requests_that_brought_it(github: SandboxGitHub) -> None:
    pull = github.open("topic")
    github.wait_green("topic")
    url = f"{github.repo}/commits/{{}}/pulls"
    assert [each["number"] for each in github.bot.get(url.format("topic")).json()] == [1]
    merged = github.merge(pull["number"]).json()["sha"]
    assert [each["number"] for each in github.bot.get(url.format(merged)).json()] == [1]


@pytest.mark.parametrize(
    ("states", "combined"),
    [
        ({}, "pending"),
        ({"a": ["success"]}, "success"),
        ({"a": ["failure", "success"]}, "success"),
        ({"a": ["success"], "b": ["pending"]}, "pending"),
        ({"a": ["pending"], "b": ["error"]}, "failure"),
    ],
)
def test_the_newest_status_of_each_context_counts(
    github: SandboxGitHub, states: dict[str, list[str]], combined: str
) -> None:
    sha = github.head()
    for context, written in states.items():
        for state in written:
            body = {"state": state, "context": context}
            answer = github.bot.post(f"{github.repo}/statuses/{sha}", json=body)
            assert answer.status_code == 201
    answer = github.bot.get(f"{github.repo}/commits/main/status").json()
    assert (answer["state"], answer["total_count"]) == (combined, len(states))
    every = github.bot.get(f"{github.repo}/commits/main/statuses").json()
    assert len(every) == sum(len(written) for written in states.values())


def test_a_status_that_github_has_not_is_refused(github: SandboxGitHub) -> None:
    url = f"{github.repo}/statuses/{github.head()}"
    assert github.bot.post(url, json={"state": "green"}).status_code == 422
    missing = f"{github.repo}/statuses/{'1' * 40}"
    assert github.bot.post(missing, json={"state": "success"}).status_code == 422
    assert github.eve.post(url, json={"state": "success"}).status_code == 403


def test_nobody_approves_their_own_pull_request(github: SandboxGitHub) -> None:
    number = github.open("topic")["number"]
    url = f"{github.repo}/pulls/{number}/reviews"
    own = github.bot.post(url, json={"event": "APPROVE"})
    message = "Can not approve your own pull request"
    assert (own.status_code, own.json()["message"]) == (422, message)
    assert github.bot.post(url, json={"event": "COMMENT", "body": "Hm."}).status_code == 200
    assert github.ada.post(url, json={"event": "REQUEST_CHANGES"}).status_code == 422
    assert github.ada.post(url, json={"event": "APPROVE"}).json()["state"] == "APPROVED"
    assert github.ada.post(url, json={}).status_code == 501
    states = [review["state"] for review in github.bot.get(url).json()]
    assert states == ["COMMENTED", "APPROVED"]


def _issue(github: SandboxGitHub) -> str:
    answer = github.bot.post(f"{github.repo}/issues", json={"title": "Down"})
    return f"{github.repo}/issues/{answer.json()['number']}"


def test_everybody_reacts_once_in_each_way(github: SandboxGitHub) -> None:
    issue = _issue(github)
    url = f"{issue}/reactions"
    first = github.eve.post(url, json={"content": "heart"})
    again = github.eve.post(url, json={"content": "heart"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    github.ada.post(url, json={"content": "heart"})
    counts = github.bot.get(issue).json()["reactions"]
    assert (counts["heart"], counts["total_count"]) == (2, 2)
    assert github.bot.delete(f"{url}/{first.json()['id']}").status_code == 204
    assert len(github.bot.get(url, params={"content": "heart"}).json()) == 1


def test_a_comment_is_changed_by_its_author_and_by_who_may_write(github: SandboxGitHub) -> None:
    issue = _issue(github)
    made = github.eve.post(f"{issue}/comments", json={"body": "One."}).json()
    url = f"{github.repo}/issues/comments/{made['id']}"

    def edit(client: httpx.Client, body: str) -> int:
        return client.patch(url, json={"body": body}).status_code

    assert (edit(github.eve, "Two."), edit(github.bot, "Three.")) == (200, 200)
    assert github.bot.get(url).json()["body"] == "Three."
    theirs = github.bot.post(f"{issue}/comments", json={"body": "Mine."}).json()["id"]
    other = f"{github.repo}/issues/comments/{theirs}"
    assert github.eve.delete(other).status_code == 403
    assert github.bot.delete(other).status_code == 204
    assert [each["id"] for each in github.bot.get(f"{issue}/comments").json()] == [made["id"]]


def test_a_renamed_label_keeps_its_issues_and_a_deleted_one_leaves_them(
    github: SandboxGitHub,
) -> None:
    issue, labels = _issue(github), f"{github.repo}/labels"
    new = {"name": "P0", "color": "d73a4a", "description": "Down"}
    assert github.bot.post(labels, json=new).status_code == 201
    assert github.bot.post(labels, json={"name": "p0"}).status_code == 422
    assert github.bot.post(labels, json={"name": "P1", "color": "red"}).status_code == 422
    github.bot.put(f"{issue}/labels", json={"labels": ["P0", "new one"]})
    github.bot.patch(f"{labels}/P0", json={"new_name": "urgent"})
    names = [label["name"] for label in github.bot.get(f"{issue}/labels").json()]
    assert names == ["urgent", "new one"]
    assert github.bot.get(f"{labels}/urgent").json()["description"] == "Down"
    assert github.bot.delete(f"{labels}/new%20one").status_code == 204
    assert [label["name"] for label in github.bot.get(issue).json()["labels"]] == ["urgent"]


@pytest.mark.parametrize(
    ("login", "permission"), [("ada", "admin"), ("shiploop-bot", "write"), ("eve", "read")]
)
def test_who_may_what_is_told(github: SandboxGitHub, login: str, permission: str) -> None:
    url = f"{github.repo}/collaborators/{login}"
    assert github.bot.get(url).status_code == 204
    assert github.bot.get(f"{url}/permission").json()["permission"] == permission
    assert github.bot.get(f"/users/{login}").json()["login"] == login


def test_branches_tell_whether_they_are_protected(github: SandboxGitHub) -> None:
    github.open("topic")
    url = f"{github.repo}/branches"
    found = {each["name"]: each["protected"] for each in github.bot.get(url).json()}
    assert found == {"main": True, "topic": False}
    protected = github.bot.get(url, params={"protected": "true"}).json()
    assert [each["name"] for each in protected] == ["main"]
    assert github.bot.get(f"{url}/topic").json()["commit"]["sha"] == github.head("topic")


CLOSE = "mutation M($id: ID!) { closeIssue(input: {issueId: $id}) { issue { state } } }"
ARCHIVED = 'query Q { repository(owner: "acme", name: "shiploop-docs") { isArchived } }'


def test_an_archived_repository_can_only_be_read_and_unarchived(github: SandboxGitHub) -> None:
    issue = _issue(github)
    assert github.bot.patch(github.repo, json={"archived": True}).status_code == 404
    assert github.ada.patch(github.repo, json={"archived": True}).json()["archived"] is True
    assert github.graphql(ARCHIVED, {})["data"]["repository"]["isArchived"] is True
    message = "Repository was archived so is read-only."
    for answer in (
        github.bot.post(f"{github.repo}/issues", json={"title": "Down"}),
        github.bot.post(f"{issue}/comments", json={"body": "Down"}),
        github.ada.patch(github.repo, json={"has_issues": False}),
    ):
        assert (answer.status_code, answer.json()["message"]) == (403, message)
    found = github.bot.get(issue).json()
    closed = github.graphql(CLOSE, {"id": found["node_id"]})
    refused = ("FORBIDDEN", message)
    assert [(error["type"], error["message"]) for error in closed["errors"]] == [refused]
    assert github.ada.patch(github.repo, json={"archived": False}).status_code == 200
    assert "errors" not in github.graphql(CLOSE, {"id": found["node_id"]})
