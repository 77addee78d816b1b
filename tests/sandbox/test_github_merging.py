"""Merging: what is asked first, and the one commit that comes of it."""

from tests.sandbox.github_driver import SandboxGitHub
from tests.until import wait_until

MODIFIED_BASE = "Base branch was modified. Review and try the merge again."
MODIFIED_HEAD = "Head branch was modified. Review and try the merge again."


def test_a_squash_merge_is_one_commit_on_the_base(github: SandboxGitHub) -> None:
    before = github.head()
    pull = github.open(message="Update the FAQ\n\nTrace-Id: 7")
    github.wait_green("topic")
    answer = github.merge(pull["number"], sha=pull["headRefOid"])
    assert answer.status_code == 200
    assert answer.json()["merged"] is True
    commit = github.bot.get(f"{github.repo}/commits/main").json()
    assert commit["sha"] == answer.json()["sha"] == github.head()
    assert [parent["sha"] for parent in commit["parents"]] == [before]
    assert commit["commit"]["message"] == "Update the FAQ (#1)\n\nTrace-Id: 7"
    assert commit["author"]["login"] == "shiploop-bot"
    merged = github.pull(pull["number"])
    assert (merged["state"], merged["merged"]) == ("closed", True)
    assert merged["merge_commit_sha"] == github.head()
    assert "What about topic?" in github.file()


def test_the_commit_is_by_who_opened_the_pull_request_not_by_who_merges(
    github: SandboxGitHub,
) -> None:
    pull = github.open()
    github.wait_green("topic")
    url = f"{github.repo}/pulls/{pull['number']}/merge"
    sha = github.ada.put(url, json={"merge_method": "squash"}).json()["sha"]
    assert github.bot.get(f"{github.repo}/commits/{sha}").json()["author"]["login"] == (
        "shiploop-bot"
    )
    assert github.pull(pull["number"])["merged_by"]["login"] == "ada"


def test_the_commit_message_can_be_given(github: SandboxGitHub) -> None:
    pull = github.open()
    github.wait_green("topic")
    github.merge(pull["number"], commit_title="A title (#1)", commit_message="A body")
    commit = github.bot.get(f"{github.repo}/commits/main").json()["commit"]
    assert commit["message"] == "A title (#1)\n\nA body"


def test_a_merge_keeps_what_others_merged_meanwhile(github: SandboxGitHub) -> None:
    text = github.file()
    first = github.open("first", text.replace("Clone it.", "Clone it, then read."))
    second = github.open("second", f"{text}\n## And last?\n\nThis.\n")
    for branch, pull in (("first", first), ("second", second)):
        github.wait_green(branch)
        assert github.merge(pull["number"], sha=pull["headRefOid"]).status_code == 200
    assert "then read" in github.file()
    assert "And last?" in github.file()


def test_without_its_required_check_it_is_refused(github: SandboxGitHub) -> None:
    github.set_faults(ci_absent=1)
    pull = github.open()
    answer = github.merge(pull["number"])
    assert answer.status_code == 405
    assert answer.json()["message"] == 'Required status check "faq-gate" is expected.'


def test_with_its_required_check_red_it_is_refused(github: SandboxGitHub) -> None:
    github.set_faults(ci_red=1)
    pull = github.open()
    wait_until(lambda: github.checks("topic").get("faq-gate") == ("completed", "failure"))
    answer = github.merge(pull["number"])
    assert answer.status_code == 405
    assert answer.json()["message"] == 'Required status check "faq-gate" is failing.'
    assert github.pull(pull["number"])["mergeable_state"] in ("blocked", "unknown")


def test_another_head_than_the_given_one_is_a_conflict(github: SandboxGitHub) -> None:
    pull = github.open()
    github.wait_green("topic")
    answer = github.merge(pull["number"], sha=github.head())
    assert answer.status_code == 409
    assert answer.json()["message"] == MODIFIED_HEAD


def test_who_may_only_read_may_not_merge(github: SandboxGitHub) -> None:
    pull = github.open()
    url = f"{github.repo}/pulls/{pull['number']}/merge"
    assert github.eve.put(url, json={"merge_method": "squash"}).status_code == 403
    assert github.merge(999).status_code == 404


def test_a_merged_pull_request_cannot_be_merged_again(github: SandboxGitHub) -> None:
    pull = github.open()
    github.wait_green("topic")
    assert github.merge(pull["number"]).status_code == 200
    assert github.merge(pull["number"]).status_code == 405


def test_fault_head_moved_pushes_onto_the_branch_before_the_merge(github: SandboxGitHub) -> None:
    pull = github.open()
    github.wait_green("topic")
    github.set_faults(head_moved=1)
    answer = github.merge(pull["number"], sha=pull["headRefOid"])
    assert answer.status_code == 409
    assert answer.json()["message"] == MODIFIED_HEAD
    assert github.head("topic") != pull["headRefOid"]


def test_fault_base_moved_refuses_though_it_is_mergeable(github: SandboxGitHub) -> None:
    pull = github.open()
    github.wait_green("topic")
    github.set_faults(base_moved=2)
    for _ in range(2):
        answer = github.merge(pull["number"])
        assert (answer.status_code, answer.json()["message"]) == (405, MODIFIED_BASE)
    assert github.merge(pull["number"]).status_code == 200


def test_fault_conflict_changes_the_very_same_place_of_the_base(github: SandboxGitHub) -> None:
    text = github.file()
    between = text.replace("## Where", "## Something new?\n\nYes.\n\n## Where")
    pull = github.open(text=between)
    github.wait_green("topic")
    github.set_faults(conflict=1)
    answer = github.merge(pull["number"], sha=pull["headRefOid"])
    assert answer.status_code == 405
    assert answer.json()["message"] == "Pull Request is not mergeable"
    wait_until(lambda: github.pull(pull["number"])["mergeable_state"] == "dirty")
    assert "meantime" in github.file()
    assert github.bot.get("/_sandbox/faults").json() == {}


def test_fault_merge_applied_then_500_has_merged(github: SandboxGitHub) -> None:
    pull = github.open()
    github.wait_green("topic")
    github.set_faults(merge_applied_then_500=1)
    assert github.merge(pull["number"]).status_code == 500
    assert github.pull(pull["number"])["merged"] is True


def test_closing_keywords_close_their_issues_when_they_reach_main(github: SandboxGitHub) -> None:
    numbers = [
        github.ada.post(f"{github.repo}/issues", json={"title": title}).json()["number"]
        for title in ("One", "Two", "Three", "Four")
    ]
    pull = github.open(
        body=f"Fixes #{numbers[0]}, `closes #{numbers[2]}`, closes other/project#{numbers[3]}",
        message=f"Edit\n\nresolves GH-{numbers[1]}",
    )
    github.wait_green("topic")
    github.merge(pull["number"])
    states = [
        github.bot.get(f"{github.repo}/issues/{number}").json()["state"] for number in numbers
    ]
    assert states == ["closed", "closed", "open", "open"]
