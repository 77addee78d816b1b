"""Whoever looks after parked tasks: over a real Valkey, and a sandbox GitHub over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from redis import Redis

from shiploop.bootstrap import Services, build
from shiploop.domain.delivery.autonomy import Harm
from shiploop.domain.delivery.pull_request import PullRequest
from shiploop.domain.delivery.task import Merge, Waiting, WaitingFor, done
from shiploop.errors import GitHubUnavailable
from shiploop.runner.review_watch import ReviewWatch
from shiploop.settings import Settings
from shiploop.stores import keys
from shiploop.stores.tasks import Lease
from tests.builders import a_request
from tests.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess
from tests.valkey import url_of


def services_of(redis: Redis, github_url: str) -> Services:
    settings = Settings(
        _env_file=None,
        redis_url=url_of(redis),
        github_repo=REPOSITORY,
        github_token=SecretStr(BOT_TOKEN),
        github_api_url=github_url,
    )
    return build(settings)


@pytest.fixture
def services(redis: Redis, sandbox: SandboxProcess) -> Iterator[Services]:
    built = services_of(redis, sandbox.url)
    yield built
    built.github._transport._http.close()  # type: ignore[attr-defined]


def take(services: Services, task_id: str) -> Lease:
    services.task_queue.create_group()
    services.intake.accept(task_id, a_request(f"What is {task_id}?"), datetime.now(UTC), 100)
    (item,) = services.task_queue.take("one", 1, 50)
    return Lease("one", item.item_id)


def park(services: Services, task_id: str, pull: PullRequest) -> None:
    lease, task = take(services, task_id), services.tasks.load(task_id)
    assert task is not None
    waiting = Waiting(WaitingFor.REVIEW, "nobody has", pull.id, (pull.head_sha,))
    services.waiting.park(task, lease, waiting, datetime.now(UTC))


def ship(services: Services, task_id: str, pull: PullRequest) -> None:
    lease, now = take(services, task_id), datetime.now(UTC)
    services.tasks.note(task_id, now, pull_id=pull.id)
    task = services.tasks.load(task_id)
    assert task is not None
    services.outcomes.settle(task, lease, done(Merge(pull.head_sha, now), ""), now)


def look(services: Services) -> None:
    """As the loop does each second."""
    ReviewWatch(services)._look(datetime.now(UTC))


def status(services: Services, task_id: str) -> str:
    task = services.tasks.read(task_id)
    assert task is not None
    return task.status


def comment(sandbox: SandboxProcess, pull: PullRequest, token: str) -> None:
    url = f"{sandbox.url}/repos/{REPOSITORY}/issues/{pull.number}/comments"
    headers, body = {"authorization": f"Bearer {token}"}, {"body": "/shiploop wrong"}
    sandbox.http.post(url, json=body, headers=headers).raise_for_status()


def test_all_that_changed_is_read_in_one_query_and_what_did_not_in_none(
    services: Services, sandbox: SandboxProcess
) -> None:
    services.waiting.is_time_to_poll(60)
    pulls = [sandbox.open(f"\n## More of {number}?\n\nMore.\n")[1] for number in range(3)]
    for number, pull in enumerate(pulls):
        park(services, f"t{number}", pull)
    sandbox.administer("PATCH", f"/pulls/{pulls[1].number}", {"state": "closed"})
    sandbox.reset()
    look(services)
    look(services)
    assert sandbox.operations() == ["ReadReviews"]
    assert [status(services, f"t{n}") for n in range(3)] == ["waiting", "queued", "waiting"]


def test_while_merges_are_frozen_nothing_goes_on_but_what_is_cancelled(
    services: Services, sandbox: SandboxProcess
) -> None:
    services.waiting.is_time_to_poll(60)
    _, pull = sandbox.open()
    for task_id in ("t1", "t2"):
        park(services, task_id, pull)
    services.waiting.approve("t1", "ada", datetime.now(UTC))
    services.tasks.request_cancellation("t2", datetime.now(UTC))
    services.freeze.set("a demo", "ada")
    sandbox.reset()
    look(services)
    assert (status(services, "t1"), status(services, "t2")) == ("waiting", "queued")
    assert sandbox.operations() == []
    services.freeze.lift()
    look(services)
    assert status(services, "t1") == "queued"


def test_what_could_not_be_asked_is_asked_again(
    services: Services, sandbox: SandboxProcess
) -> None:
    services.waiting.is_time_to_poll(60)
    _, pull = sandbox.open()
    park(services, "t1", pull)
    sandbox.set_faults(github_503=1)
    with pytest.raises(GitHubUnavailable):
        look(services)
    assert services.waiting.due(datetime.now(UTC), 100).hinted == {"t1"}


def test_only_the_word_of_a_writer_takes_a_level_away(
    services: Services, sandbox: SandboxProcess, redis: Redis
) -> None:
    _, pull = sandbox.open()
    ship(services, "t1", pull)
    comment(sandbox, pull, "eve-token")
    look(services)
    assert services.autonomy.of("faq", "")[1].harms == 0
    comment(sandbox, pull, "ada-token")
    for _ in range(2):
        redis.delete(keys.WAITING_POLL)
        look(services)
    standing = services.autonomy.of("faq", "")[1]
    assert (standing.harms, standing.harm) == (1, Harm.COMMENT)


def test_people_are_told_once_an_hour_at_most(
    services: Services, sandbox: SandboxProcess, redis: Redis
) -> None:
    _, pull = sandbox.open()
    for number in range(3):
        park(services, f"t{number}", pull)
        redis.delete(keys.WAITING_POLL)
        look(services)
    assert redis.xlen(keys.NOTICE_QUEUE) <= 2  # an hour may end meanwhile
    assert len(list(redis.scan_iter(keys.notice("suggestions-*")))) <= 2
