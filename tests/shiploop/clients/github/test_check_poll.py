"""The shared poll: every pull request that is waited for, in few queries, whatever happens."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest
from redis.exceptions import RedisError

from shiploop.clients.github.check_poll import CheckPoll
from shiploop.domain.delivery.checks import Conclusion, KnownChecks
from shiploop.domain.delivery.pull_request import HeadChecks
from shiploop.errors import GitHubUnavailable, GitHubUncertain
from tests.builders import a_check
from tests.until import wait_until


class Reader:
    """Answers a poll with one check a pull request, and remembers what it was asked.

    The head of a pull request is named like it, to tell them apart in what is asked.
    """

    def __init__(self, silent: frozenset[str] = frozenset()) -> None:
        self.asked: list[list[str]] = []
        self.away = False
        self.odd = False
        self.most = 1000
        self.silent = silent

    def read(
        self, pull_request_ids: list[str], *, deployed: bool = False
    ) -> tuple[HeadChecks, ...]:
        self.asked.append(pull_request_ids)
        if self.away:
            raise GitHubUnavailable("GitHub is away")
        if self.odd:
            raise TypeError("'NoneType' object is not subscriptable")
        if len(pull_request_ids) > self.most:
            raise GitHubUncertain("GitHub has cut its answer off")
        return tuple(
            HeadChecks(id_) if id_ in self.silent else a_head(id_) for id_ in pull_request_ids
        )


def a_head(sha: str) -> HeadChecks:
    return HeadChecks(sha, KnownChecks((a_check(Conclusion.SUCCESS),)))


@contextmanager
def polling(reader: Reader) -> Iterator[tuple[CheckPoll, list[HeadChecks]]]:
    recorded: list[HeadChecks] = []

    def record(heads: Iterable[HeadChecks]) -> None:
        recorded.extend(heads)

    poll, stopping = CheckPoll(reader.read, record, 0.01), threading.Event()
    thread = threading.Thread(target=poll.run, args=[stopping])
    thread.start()
    try:
        yield poll, recorded
    finally:
        stopping.set()
        thread.join(timeout=5)
        assert not thread.is_alive()


def test_nobody_is_asked_while_nobody_waits() -> None:
    reader = Reader()
    with polling(reader) as (poll, recorded):
        with poll.covering("PR_1", "PR_1"):
            wait_until(lambda: bool(recorded))
        wait_until(lambda: poll._covered == {})
        asked = len(reader.asked)
        with poll.covering("PR_2", "PR_2"):
            wait_until(lambda: len(reader.asked) > asked + 1)
    assert {id_ for ids in reader.asked[asked + 1 :] for id_ in ids} == {"PR_2"}


def test_a_pull_request_is_polled_until_the_last_who_waits_for_it_leaves() -> None:
    reader = Reader()
    with polling(reader) as (poll, _), poll.covering("PR_1", "PR_1"):
        with poll.covering("PR_1", "PR_1"):
            wait_until(lambda: bool(reader.asked))
        asked = len(reader.asked)
        wait_until(lambda: len(reader.asked) > asked)
    assert all(ids == ["PR_1"] for ids in reader.asked)


def test_a_query_names_no_more_pull_requests_than_github_takes() -> None:
    reader = Reader()
    poll = CheckPoll(reader.read, lambda heads: None, 0.01)
    with ExitStack() as waiting:
        for number in range(250):
            waiting.enter_context(poll.covering(f"PR_{number}", f"PR_{number}"))
        stopping = threading.Event()
        thread = threading.Thread(target=poll.run, args=[stopping])
        thread.start()
        wait_until(lambda: len(reader.asked) >= 3)
        stopping.set()
        thread.join()
    first_round = reader.asked[:3]
    assert [len(ids) for ids in first_round] == [100, 100, 50]
    assert {id_ for ids in first_round for id_ in ids} == {f"PR_{n}" for n in range(250)}


def test_what_nothing_is_told_of_is_asked_again_at_once() -> None:
    reader, stopping = Reader(frozenset({"PR_1"})), threading.Event()
    poll = CheckPoll(reader.read, lambda heads: None, every_s=0.5)
    thread = threading.Thread(target=poll.run, args=[stopping])
    with poll.covering("PR_1", "PR_1"), poll.covering("PR_2", "PR_2"):
        thread.start()
        wait_until(lambda: len(reader.asked) >= 3)
        stopping.set()
        thread.join(timeout=5)
    assert reader.asked[:3] == [["PR_1", "PR_2"], ["PR_1"], ["PR_1", "PR_2"]]


def test_a_poll_that_failed_is_made_again(caplog: pytest.LogCaptureFixture) -> None:
    reader = Reader()
    reader.away = True
    with polling(reader) as (poll, recorded), poll.covering("PR_1", "PR_1"):
        wait_until(lambda: len(reader.asked) >= 2)
        reader.away = False
        wait_until(lambda: bool(recorded))
    assert "GitHub is away" in caplog.text


def test_an_answer_of_another_shape_ends_no_thread(caplog: pytest.LogCaptureFixture) -> None:
    reader = Reader()
    reader.odd = True
    with polling(reader) as (poll, recorded), poll.covering("PR_1", "PR_1"):
        wait_until(lambda: len(reader.asked) >= 2)
        reader.odd = False
        wait_until(lambda: bool(recorded))
    assert "not subscriptable" in caplog.text


def test_a_store_that_is_away_does_not_end_the_poll(caplog: pytest.LogCaptureFixture) -> None:
    recorded: list[HeadChecks] = []
    refused: list[RedisError] = []

    def record(heads: Iterable[HeadChecks]) -> None:
        if len(refused) < 2:
            refused.append(RedisError("Redis is away"))
            raise refused[-1]
        recorded.extend(heads)

    poll, stopping = CheckPoll(Reader().read, record, 0.01), threading.Event()
    thread = threading.Thread(target=poll.run, args=[stopping])
    thread.start()
    with poll.covering("PR_1", "PR_1"):
        wait_until(lambda: bool(recorded))
    stopping.set()
    thread.join(timeout=5)
    assert not thread.is_alive()
    assert recorded[0] == a_head("PR_1")
    assert caplog.text.count("Redis is away") == 2


def test_what_a_webhook_tells_is_read_at_once_and_not_of_whom_nobody_waits_for() -> None:
    reader, recorded, stopping = Reader(), list[HeadChecks](), threading.Event()
    poll = CheckPoll(reader.read, recorded.extend, every_s=60)
    thread = threading.Thread(target=poll.run, args=[stopping])
    with poll.covering("PR_1", "PR_1"), poll.covering("PR_2", "PR_2"):
        poll.confirm("PR_1", "PR_1")
        poll.confirm("PR_3", "PR_3")
        thread.start()
        wait_until(lambda: bool(recorded))
    stopping.set()
    thread.join(timeout=5)
    assert reader.asked == [["PR_1"]]


def test_what_many_webhooks_tell_at_once_is_read_together_and_once_a_second_at_most() -> None:
    reader, recorded, stopping = Reader(), list[HeadChecks](), threading.Event()
    poll = CheckPoll(reader.read, recorded.extend, every_s=60)
    waiting = [f"PR_{number}" for number in range(30)]
    thread = threading.Thread(target=poll.run, args=[stopping])
    began_at = time.monotonic()
    with ExitStack() as covering:
        for each in waiting:
            covering.enter_context(poll.covering(each, each))
        thread.start()
        for _ in range(20):
            for each in waiting:
                poll.confirm(each, each)
        wait_until(lambda: {id_ for ids in reader.asked for id_ in ids} == set(waiting))
    took_s = time.monotonic() - began_at
    stopping.set()
    thread.join(timeout=5)
    assert len(reader.asked) <= 1 + took_s


def test_what_is_too_much_for_github_at_once_is_asked_for_in_smaller_parts() -> None:
    reader = Reader()
    reader.most = 30
    ids = {f"PR_{number}" for number in range(90)}
    with polling(reader) as (poll, recorded), ExitStack() as covered:
        for id_ in sorted(ids):
            covered.enter_context(poll.covering(id_, id_))
        wait_until(lambda: {head.sha for head in recorded} == ids)
        reader.most = 1000
        wait_until(lambda: len(reader.asked[-1]) == len(ids))


def test_another_commit_at_the_head_is_told_until_it_is_the_one_that_is_waited_for() -> None:
    head = ["b"]

    def read(pull_request_ids: list[str], *, deployed: bool = False) -> tuple[HeadChecks, ...]:
        return tuple(replace(a_head(head[0]), pull_id=each) for each in pull_request_ids)

    poll, stopping = CheckPoll(read, lambda heads: None, 0.01), threading.Event()
    thread = threading.Thread(target=poll.run, args=[stopping])
    thread.start()
    try:
        with poll.covering("PR_1", "a"):
            wait_until(lambda: poll.moved_to("PR_1", "a") == "b")
            head[0] = "a"
            wait_until(lambda: poll.moved_to("PR_1", "a") is None)
            head[0] = "b"
            wait_until(lambda: poll.moved_to("PR_1", "a") == "b")
        assert poll.moved_to("PR_1", "a") is None
    finally:
        stopping.set()
        thread.join(timeout=5)
