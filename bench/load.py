"""Many questions at once: asked by several clients, and followed to their ends."""

import json
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from bench.world import BenchFailed, World
from shiploop.domain.delivery.task import Status

_PATH = "/api/agent/faq"
_POST_TIMEOUT_S = 60.0
_LOOK_S = 0.5  # rarely: what is measured is not how well it is watched
_ALL_TIMEOUT_S = 900.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a client got for one question; `task_id` None when it was not accepted."""

    status: int
    ms: float
    retry_after: str | None
    task_id: str | None


def post_all(api_url: str, questions: Sequence[str], clients: int) -> list[Reply]:
    """Let clients that begin together ask all questions, each its share in a row."""
    address = api_url.removeprefix("http://")
    together = threading.Barrier(clients)

    def ask(share: Sequence[str]) -> list[Reply]:
        with closing(HTTPConnection(address, timeout=_POST_TIMEOUT_S)) as api:
            together.wait()
            return [_post(api, question) for question in share]

    shares = [questions[number::clients] for number in range(clients)]
    with ThreadPoolExecutor(clients) as pool:
        return [reply for replies in pool.map(ask, shares) for reply in replies]


def wait_for_all(world: World, task_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Wait until every task is settled; returns them as they ended. Raises BenchFailed."""
    give_up_at = time.monotonic() + _ALL_TIMEOUT_S
    settled = []
    for task_id in task_ids:
        while not (status := Status((task := world.api.task(task_id))["status"])).settled:
            if status is Status.WAITING:
                raise BenchFailed(f"a person has to approve it: {task}")
            if time.monotonic() >= give_up_at:
                raise BenchFailed(f"not settled after {_ALL_TIMEOUT_S:.0f} s: {task}")
            time.sleep(_LOOK_S)
        settled.append(task)
    return settled


def _post(api: HTTPConnection, question: str) -> Reply:
    # Not httpx: it takes 3 ms of its own for each, more than the API does, and as the clients
    # share one interpreter they would mostly measure how they wait for one another.
    body = json.dumps({"question": question})
    started_s = time.perf_counter()
    api.request("POST", _PATH, body, {"Content-Type": "application/json"})
    answer = api.getresponse()
    text = answer.read()
    ms = (time.perf_counter() - started_s) * 1000
    return Reply(answer.status, ms, answer.headers["retry-after"], json.loads(text).get("task_id"))
