"""Bodies over the limit, over HTTP, whether they say how long they are or not."""

from collections.abc import Iterator

import httpx
import pytest
from redis import Redis

from tests.api.problems import problem_of

ROUTE = "/api/agent/faq"
LIMIT = 16 * 1024
JSON = {"content-type": "application/json"}


def body_of(length: int) -> bytes:
    """A good question with white space around it."""
    body = b'{"question": "What?"}'
    return body + b" " * (length - len(body))


def in_chunks(body: bytes) -> Iterator[bytes]:
    """A body that is sent without its length."""
    for start in range(0, len(body), 4096):
        yield body[start : start + 4096]


def test_a_body_at_the_limit_is_taken(api: httpx.Client) -> None:
    assert api.post(ROUTE, content=body_of(LIMIT), headers=JSON).status_code == 202


def test_a_body_in_chunks_at_the_limit_is_taken(api: httpx.Client) -> None:
    body = in_chunks(body_of(LIMIT))
    assert api.post(ROUTE, content=body, headers=JSON).status_code == 202


@pytest.mark.parametrize("length", [LIMIT + 1, 40 * LIMIT])
def test_a_longer_body_is_refused(api: httpx.Client, redis: Redis, length: int) -> None:
    answer = api.post(ROUTE, content=body_of(length), headers=JSON)
    assert problem_of(answer, 413)["detail"] == "At most 16384 bytes are taken."
    assert list(redis.scan_iter()) == []


@pytest.mark.parametrize("length", [LIMIT + 1, 4 * LIMIT])
def test_a_longer_body_in_chunks_is_refused(api: httpx.Client, redis: Redis, length: int) -> None:
    answer = api.post(ROUTE, content=in_chunks(body_of(length)), headers=JSON)
    assert problem_of(answer, 413)["detail"] == "At most 16384 bytes are taken."
    assert list(redis.scan_iter()) == []


def test_a_webhook_may_be_as_long_as_githubs_are(api: httpx.Client) -> None:
    headers = {"x-github-event": "ping", "x-github-delivery": "d1"}
    body = b" " * 1024 * 1024
    problem_of(api.post("/webhooks/github", content=body, headers=headers), 401)
