"""A crowd at the door: all questions at once, and what became of each of them."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.chaos.left_behind import LeftBehind
from bench.full_faq import fill_faq
from bench.load import Reply, post_all, wait_for_all
from bench.many_questions import many_questions
from bench.measurement import Figure, Measurement, Unit, percentile
from bench.world import World, running_world
from shiploop.domain.delivery.task import Status

_CI_MS = 5000
_FAQ_ENTRIES = 500
_CLIENTS = 20
_P95_BOUND_MS = 100
_DEFINITION = (
    f"Questions posted by {_CLIENTS} clients that begin together, each its share in a row, onto an "
    f"FAQ of {_FAQ_ENTRIES} entries, CI taking {_CI_MS} ms. The time of a POST is the client's; "
    "pull requests are counted on GitHub, merges and entries in a fresh git clone at the end."
)


def measure_burst(times: int) -> Measurement:
    """Post that many questions at once, and count what is there of each at the end."""
    texts = many_questions(times + _FAQ_ENTRIES)
    with running_world(texts[:times]) as world:
        fill_faq(world, _FAQ_ENTRIES, texts[times:])
        with world.latency(ci_ms=_CI_MS):
            replies = post_all(world.addresses.api, texts[:times], _CLIENTS)
            tasks = wait_for_all(world, [reply.task_id for reply in replies if reply.task_id])
        figures = (*_of_replies(replies), *_of_tasks(tasks), *_of_repository(world, tasks))
    return Measurement(
        "burst", _DEFINITION, figures, {"post_ms": tuple(reply.ms for reply in replies)}
    )


def _of_replies(replies: list[Reply]) -> tuple[Figure, ...]:
    unclean = [reply for reply in replies if not _is_clean(reply)]
    p95_ms = percentile([reply.ms for reply in replies], 95)
    return (
        Figure("POST, p95", p95_ms, _P95_BOUND_MS, Unit.MS),
        Figure("answered neither 202 nor 429", len(unclean), 0, Unit.QUESTIONS),
    )


def _is_clean(reply: Reply) -> bool:
    accepted = reply.status == 202 and reply.task_id is not None
    return accepted or (reply.status == 429 and reply.retry_after is not None)


def _of_tasks(tasks: list[dict[str, Any]]) -> tuple[Figure, ...]:
    lost = [task for task in tasks if task["status"] != Status.DONE]
    return (Figure("accepted, but not shipped", len(lost), 0, Unit.QUESTIONS),)


def _of_repository(world: World, tasks: list[dict[str, Any]]) -> tuple[Figure, ...]:
    with TemporaryDirectory(prefix="shiploop-bench-") as directory:
        left = LeftBehind(world.addresses.github, Path(directory) / "clone.git")
        opened, _closed, _merged = left.pull_requests()
        commits, present = left.commits(), left.entries()
    return tuple(
        Figure(name, sum(found[task["task_id"]] != 1 for task in tasks), 0, Unit.QUESTIONS)
        for name, found in (
            ("without exactly one pull request", opened),
            ("without exactly one merge", commits),
            ("without exactly one entry", present),
        )
    )
