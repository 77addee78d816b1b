"""What others push onto our branch: only what a formatter has pushed is merged, and taken back."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.loopback import loopback
from tests.rolling import ended, pulls_from
from tests.until import until, wait_until
from tests.world import REPOSITORY, World

pytestmark = [pytest.mark.xdist_group("house-world"), pytest.mark.timeout(180)]

FAQ = "docs/FAQ.md"
COMMIT = "mutation ($input: CreateCommitOnBranchInput!) "
COMMIT += "{ createCommitOnBranch(input: $input) { commit { oid } } }"


@pytest.fixture(scope="module")
def formatter(house_world: World) -> str:
    """The token of the app that the stack knows as a formatter."""
    url = f"{house_world.addresses.github}/_sandbox/apps/autofix-ci"
    return str(loopback.post(url).raise_for_status().json()["token"])


@contextmanager
def opened(world: World, question: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A task and its pull request, whose checks take a while."""
    with world.latency(ci_ms=6000):
        task_id = world.ask(question).raise_for_status().json()["task_id"]
        pulls = until(lambda: pulls_from(world, f"bot/faq-{task_id}"), bool)
        yield task_id, pulls[0]


def approve_task(world: World, task_id: str) -> None:
    address = f"{world.addresses.api}/api/agent/tasks/{task_id}/approve"
    loopback.post(address).raise_for_status()


def text_of(world: World, sha: str, path: str) -> str:
    answer = world.github(f"/contents/{path}", ref=sha)
    return base64.b64decode(answer["content"]).decode()


def push(world: World, token: str, pull: dict[str, Any], files: dict[str, str]) -> str:
    """Commit onto the branch of a pull request with somebody's token; returns the sha."""
    additions = [
        {"path": path, "contents": base64.b64encode(text.encode()).decode()}
        for path, text in files.items()
    ]
    commit = {
        "branch": {"repositoryNameWithOwner": REPOSITORY, "branchName": pull["head"]["ref"]},
        "expectedHeadOid": pull["head"]["sha"],
        "message": {"headline": "Format"},
        "fileChanges": {"additions": additions},
    }
    answer = loopback.post(
        f"{world.addresses.github}/graphql",
        json={"query": COMMIT, "variables": {"input": commit}},
        headers={"authorization": f"Bearer {token}"},
    ).json()
    return str(answer["data"]["createCommitOnBranch"]["commit"]["oid"])


def added(world: World, pull: dict[str, Any]) -> tuple[str, str]:
    """The FAQ on the branch, and a line of our entry that can be broken in two."""
    text = text_of(world, pull["head"]["sha"], FAQ)
    was = world.document().splitlines()
    prose = [
        line
        for line in text.splitlines()
        if line not in was and line[:1].isalpha() and len(line.split()) > 3
    ]
    return text, prose[0]


def reformatted(world: World, pull: dict[str, Any]) -> str:
    text, line = added(world, pull)
    first, _, rest = line.partition(" ")
    return text.replace(line, f"{first}\n{rest}")


def test_a_formatters_push_is_checked_merged_and_taken_back_whole(
    house_world: World, formatter: str
) -> None:
    before = house_world.document()
    with opened(house_world, "How do I export my data?") as (task_id, pull):
        formatted = reformatted(house_world, pull)
        head = push(house_world, formatter, pull, {FAQ: formatted})
        task = house_world.wait_approved(task_id)
    assert task["status"] == "done", task
    assert house_world.github(f"/pulls/{pull['number']}")["head"]["sha"] == head
    assert house_world.document() == formatted
    house_world.start_prefect_run("rollback", task_id=task_id)
    ended(house_world, task, "healthy")
    assert house_world.document() == before


def is_red_for_good(world: World, task_id: str) -> bool:
    """Whether the checks of a task's pull request are red after they were run again."""
    task = world.task(task_id)
    assert task["status"] in ("queued", "running", "waiting"), task
    if task["status"] == "waiting":
        approve_task(world, task_id)
    runs = [
        run
        for pull in pulls_from(world, f"bot/faq-{task_id}")
        for run in world.github("/actions/runs", head_sha=pull["head"]["sha"])["workflow_runs"]
    ]
    return any(run["run_attempt"] > 1 and run["conclusion"] == "failure" for run in runs)


def test_a_push_that_mends_red_checks_is_waited_for(house_world: World, formatter: str) -> None:
    with house_world.latency(ci_ms=300):
        with house_world.fault("ci_red", times=None):
            task_id = house_world.ask("What is the lease of a task?").json()["task_id"]
            wait_until(lambda: is_red_for_good(house_world, task_id), timeout_s=60)
        (pull,) = pulls_from(house_world, f"bot/faq-{task_id}")
        push(house_world, formatter, pull, {FAQ: reformatted(house_world, pull)})
        task = house_world.wait_approved(task_id)
    assert task["status"] == "done", task


@pytest.mark.parametrize("who", ["a person", "the formatter, with another word", "and a file"])
def test_any_other_push_ends_the_task_as_before(
    house_world: World, formatter: str, who: str
) -> None:
    questions = {
        "a person": "How do I rotate the API key?",
        "the formatter, with another word": "How are results kept over a restart?",
        "and a file": "How is data taken along?",
    }
    before = house_world.document()
    with opened(house_world, questions[who]) as (task_id, pull):
        files = {FAQ: reformatted(house_world, pull)}
        if who == "the formatter, with another word":
            text, line = added(house_world, pull)
            files = {FAQ: text.replace(line, f"{line} Never.")}
        if who == "and a file":
            files["docs/other.md"] = "# Other\n"
        token = house_world.admin_token if who == "a person" else formatter
        push(house_world, token, pull, files)
        task = house_world.wait_approved(task_id)
    assert (task["status"], task["failure_kind"]) == ("error", "merge_refused"), task
    told = {
        "a person": "somebody else has pushed",
        "the formatter, with another word": "changed more than the format of docs/FAQ.md",
        "and a file": "has changed docs/other.md on the branch",
    }
    assert told[who] in task["error"]
    assert house_world.document() == before
