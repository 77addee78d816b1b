"""The FAQ follows the documents: a person changes what an entry cites, and the entry is changed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shiploop.agents.faq.document.document import Entry, find
from shiploop.agents.faq.question import question_hash
from shiploop.domain.objectives.slo import Period
from shiploop.domain.upkeep.gap import DeclinedRequest
from shiploop.stores import keys
from shiploop.stores.declined import DeclinedRequests
from tests.loopback import loopback
from tests.rolling import redis_of
from tests.stacks import running_world
from tests.until import until, wait_until
from tests.world import World

pytestmark = [pytest.mark.xdist_group("sweep-world"), pytest.mark.timeout(180)]

PAGE = "docs/workers.md"
CHANGED = "How do I start more workers?"
ALERTS = "docs/alerts.md"
REMOVED = "How do I create an alert rule?"
_LOOP_S = 60.0


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A stack that looks at its entries right after a push."""
    with running_world(sweep_after_push_s=0.1) as world:
        yield world


def entry_of(world: World, question: str) -> Entry | None:
    return find(world.document(), question_hash(question))


def sweep(world: World) -> str:
    """Sweep once, as a person may start it; returns what it says."""
    state = world.wait_for_prefect_state(world.start_prefect_run("sweep"))
    assert state["type"] == "COMPLETED", state
    return str(state["message"])


def count_tasks(world: World) -> int:
    answer = loopback.get(f"{world.addresses.api}/api/agent/tasks", params={"limit": 100})
    return len(answer.raise_for_status().json()["tasks"])


def section(text: str, heading: str) -> str:
    """A section of a page, heading and all."""
    start = text.index(heading)
    end = text.find("\n## ", start)
    return text[start : end if end >= 0 else len(text)]


def test_a_section_that_a_person_changes_changes_its_entry_and_goes_with_it(world: World) -> None:
    for question in (CHANGED, REMOVED):
        assert world.settle(question)["status"] == "done"
    before = entry_of(world, CHANGED)
    assert before is not None
    page = world.file(PAGE)
    world.commit_as_person(page.replace("Start another worker", "Start one more worker"), path=PAGE)
    after = until(
        lambda: entry_of(world, CHANGED),
        lambda entry: entry is not None and "Start one more worker" in entry.answer,
        _LOOP_S,
    )
    assert after is not None
    task = world.wait(after.trace_id)
    assert (task["status"], task["question"]) == ("done", CHANGED)
    assert world.reads(task["entry_url"], "Start one more worker")

    said, asked = sweep(world), count_tasks(world)
    assert said == f"faq: {len(world.entry_hashes())} current"
    assert sweep(world) == said
    assert count_tasks(world) == asked

    page = world.file(ALERTS)
    with world.latency(ci_ms=0):  # the repository's own check lets an entry go, too
        gone = section(page, "## Create an alert rule")
        world.commit_as_person(page.replace(gone, ""), path=ALERTS)
        wait_until(lambda: entry_of(world, REMOVED) is None, _LOOP_S)
    assert entry_of(world, CHANGED) == after
    assert sweep(world) == f"faq: {len(world.entry_hashes())} current"
    assert count_tasks(world) == asked + 1


def test_what_is_declined_is_kept_as_a_gap(world: World) -> None:
    question = "How do I brew an espresso?"
    assert world.settle(question)["status"] == "declined"
    with redis_of(world) as redis:

        def is_kept() -> bool:
            kept: Any = redis.xrange(keys.declined("faq"))
            return question in [fields["title"] for _, fields in kept]

        wait_until(is_kept)


def test_a_week_of_gaps_is_told_once(world: World) -> None:
    now = datetime.now(UTC)
    monday = Period.WEEK.first_day(now.date()) - timedelta(days=7)
    last_week = now - timedelta(days=7)
    declined = DeclinedRequest("a-task", "Can it brew *tea*?", "not answered", last_week)
    sweep(world)  # beside the one that each start of a runner brings
    with redis_of(world) as redis:
        DeclinedRequests(redis).note("faq", declined)
        redis.delete(keys.gap_review("faq", monday))  # its first sweep had nothing to tell
        sweep(world)
        told = redis.get(keys.notice(f"gaps-faq-{monday:%Y%m%d}"))
        assert "What was not answered from" not in sweep(world)
    assert "1 × Can it brew ＊tea＊?" in str(told)
    newest = world.prefect("GET", "/artifacts/faq-gaps/latest")
    assert "| 1 | Can it brew ＊tea＊? |" in newest["data"]
