"""A rollback among other merges: it takes back the bad ones, all of them, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from redis import Redis

from sandbox.site.build import Build, Builder
from sandbox.site.github_api import GitHubApi
from sandbox.site.source import Clone, SourceFile
from shiploop.agents.faq.document.document import FAQ_PATH, entries, find, insert, remove
from shiploop.stores import keys
from tests.builders import a_question
from tests.loopback import NO_TLS, loopback
from tests.rolling import (
    approve,
    assert_told_once,
    clear_faults,
    ended,
    forgive,
    issues,
    pulls_from,
    rollback_pulls,
    set_faults,
    site_is_well,
)
from tests.stacks import PATIENT_DEADLINE_S
from tests.until import wait_until
from tests.world import REPOSITORY, World

pytestmark = [pytest.mark.xdist_group("patient-world"), pytest.mark.timeout(180)]

Edit = Callable[[str], str]


# On both sides of the bad entry, right before and after it and far away.
_GOOD_QUESTIONS = (
    "How do I delete data?",
    "How do I take my data along?",
    "How do I start more workers?",
    "What triggers a rollback?",
    "如何創建告警規則？",
)
_TEN_QUESTIONS = (
    "如何檢查 Vercel 部署狀態？",
    "ロールバックの条件は？",
    "What does a declined task mean?",
    "Which metrics are kept in Redis?",
    "How do I lift the merge freeze?",
    "What is the system architecture?",
    "How is the change taken back?",
    "What does the dashboard show?",
    "How does a runner hold a lease?",
    "How are webhooks verified?",
)


@pytest.fixture(scope="module")
def rolling(patient_world: World) -> World:
    """The stack in which production breaks."""
    return patient_world


def edits_by_hand() -> list[Edit]:
    """What five people do to the FAQ: each edit finds its place whatever else has changed."""

    def replaced(old: str, new: str) -> Edit:
        def edit(document: str) -> str:
            assert document.count(old) == 1
            return document.replace(old, new)

        return edit

    return [
        replaced("Short answers about shiploop.", "Short and true answers about shiploop."),
        replaced("## Who may merge an answer?", "## Is it free?\n\nYes.\n\n## Who may merge it?"),
        replaced("for example `#oncall`", "for example `#on-call`"),  # in an entry of ours
        lambda document: f"{document.rstrip()}\n\n## Written below all entries?\n\nYes.\n",
        lambda document: remove(document, a_question("How do I freeze merges?").hash),
    ]


def served_page(world: World) -> tuple[str, str, bytes]:
    """What readers see of the FAQ: of which commit, built when, and every byte."""
    built_at = (
        loopback.get(f"{world.addresses.site}/healthz").raise_for_status().json()["deployed_at"]
    )
    page = loopback.get(f"{world.addresses.site}/faq").raise_for_status()
    return page.headers["X-Commit-Sha"], built_at, page.content


def page_of(world: World, document: str, sha: str, built_at: str, clone: Path) -> bytes:
    """The page that the site's own build makes of a document, as of that commit and time."""
    with httpx.Client(verify=NO_TLS) as client:
        repository = GitHubApi(client, world.addresses.github, REPOSITORY).repository()
    source = Clone(clone, repository.clone_url, repository.default_branch, token="")
    source.fetch()
    snapshot = source.snapshot(sha)
    files = {**snapshot.files, FAQ_PATH: SourceFile("of this document", document)}
    build = Builder(repository).build(replace(snapshot, files=files))
    return with_time(build, built_at)


def with_time(build: Build, built_at: str) -> bytes:
    """The FAQ's page of a build, as if it had been built at another time."""

    def stamp(at: datetime) -> bytes:
        return at.isoformat(" ", "seconds").replace("+00:00", " UTC").encode()

    page = build.pages["/faq"]
    assert page.count(stamp(build.built_at)) == 1
    return page.replace(stamp(build.built_at), stamp(datetime.fromisoformat(built_at)))


def assert_page_shows(world: World, document: str, clone: Path) -> None:
    """The live page is, byte for byte, the one that this document makes."""
    head = world.github("/git/ref/heads/main")["object"]["sha"]
    wait_until(lambda: served_page(world)[0] == head, timeout_s=30)
    sha, built_at, page = served_page(world)
    assert page == page_of(world, document, sha, built_at, clone)


def is_waiting_for_a_machine(world: World) -> bool:
    """True when the newest merge was built, and is not going live."""
    head = world.github("/git/ref/heads/main")["object"]["sha"]
    return "waiting for a machine" in loopback.get(f"{world.addresses.site}/builds/{head}").text


def test_file_and_page_are_as_if_the_bad_merge_had_never_been_after_ten_good_ones(
    rolling: World, redis: Redis, tmp_path: Path
) -> None:
    redis.set(keys.ROLLBACK_MODE, "approval")
    before = rolling.document()
    assert_page_shows(rolling, before, tmp_path / "before.git")
    with rolling.fault("bad_deploy"):
        bad = rolling.settle("How do I deploy to production?")
    wait_until(
        lambda: rolling.task(bad["task_id"]).get("rollback") == "waiting_for_approval",
        PATIENT_DEADLINE_S,
    )
    redis.delete(keys.FREEZE)  # nobody has time to approve it, and work goes on
    for edit in edits_by_hand()[:2]:
        rolling.commit_as_person(edit(rolling.document()))
    asked = [rolling.ask(one).raise_for_status().json()["task_id"] for one in _GOOD_QUESTIONS]
    good = [rolling.wait(task_id) for task_id in asked]
    assert [(task["state"], task["failure_kind"]) for task in good] == (
        [("merged", "unhealthy_deploy")] * len(good)
    )
    for edit in edits_by_hand()[2:]:
        rolling.commit_as_person(edit(rolling.document()))
    broken = rolling.document()
    approve(rolling)
    ended(rolling, bad, "healthy")

    expected = before
    for edit in edits_by_hand():
        expected = edit(expected)
    for question in _GOOD_QUESTIONS:
        entry = find(broken, a_question(question).hash)
        assert entry is not None, question
        expected = insert(expected, entry)
    assert rolling.document() == expected
    assert_page_shows(rolling, expected, tmp_path / "after.git")


def test_ten_tasks_in_one_bad_deploy_have_one_verdict_and_one_rollback_of_them_all(
    rolling: World, redis: Redis
) -> None:
    before, undone = rolling.document(), len(rollback_pulls(rolling))
    judged = set(redis.scan_iter(keys.verdict("*")))
    set_faults(rolling, bad_deploy=1, deploy_never_live=None)
    try:
        asked = [
            rolling.ask(one).raise_for_status().json()["task_id"] for one in _TEN_QUESTIONS[:9]
        ]
        wait_until(
            lambda: all("merge_sha" in rolling.task(one) for one in asked), PATIENT_DEADLINE_S
        )
        wait_until(lambda: is_waiting_for_a_machine(rolling))
        clear_faults(rolling)
        last = rolling.settle(_TEN_QUESTIONS[9])
    finally:
        clear_faults(rolling)
    tasks = [*(rolling.wait(task_id) for task_id in asked), last]
    last = ended(rolling, last, "healthy")
    assert {(task["status"], task["failure_kind"]) for task in tasks} == (
        {("error", "unhealthy_deploy")}
    )
    assert len({task["error"] for task in tasks}) == 1
    assert set(redis.scan_iter(keys.verdict("*"))) - judged == {keys.verdict(last["merge_sha"])}
    assert len(rollback_pulls(rolling)) == undone + 1
    assert_told_once(rolling, last)
    for task in tasks:
        told = rolling.task(task["task_id"])
        assert (told["rollback"], told["rollback_pr_url"]) == ("healthy", last["rollback_pr_url"])
    assert rolling.document() == before
    assert site_is_well(rolling)
    assert not redis.exists(keys.FREEZE)


def test_after_two_bad_merges_in_a_row_the_good_one_is_done_and_each_bad_one_undone_once(
    rolling: World, redis: Redis
) -> None:
    before, undone = rolling.document(), len(rollback_pulls(rolling))
    with rolling.fault("bad_deploy"):
        bad = rolling.settle("What does a merge freeze do?")
    # Each of the next waits behind the freeze, and is merged as soon as that is lifted.
    next_bad = rolling.ask("What is the error budget?").raise_for_status().json()["task_id"]
    wait_until(
        lambda: rolling.task(bad["task_id"]).get("rollback") == "verifying", PATIENT_DEADLINE_S
    )
    with rolling.fault("bad_deploy"):
        # It waits for a person where the harm of the first was counted before it was opened.
        bad_again = rolling.wait_approved(next_bad)
    has_begun = ("reverting", "verifying", "healthy")
    wait_until(lambda: rolling.task(next_bad).get("rollback") in has_begun, PATIENT_DEADLINE_S)
    forgive(rolling)  # else the next one would wait for a person
    good = rolling.settle("What is the time to rollback?")
    assert good["status"] == "done", good
    for task in (bad, bad_again):
        assert (task["status"], task["failure_kind"]) == ("error", "unhealthy_deploy"), task
        assert_told_once(rolling, ended(rolling, task, "healthy"))
    assert len(rollback_pulls(rolling)) == undone + 2
    assert pulls_from(rolling, f"hotfix/rollback-{good['merge_sha']}") == []
    assert pulls_from(rolling, f"reapply/{good['merge_sha']}") == []
    assert issues(rolling, good["merge_sha"]) == []
    after = rolling.document()
    assert good["task_id"] in {entry.trace_id for entry in entries(after)}
    assert remove(after, a_question(good["question"]).hash) == before
    assert site_is_well(rolling)
    assert not redis.exists(keys.FREEZE)
