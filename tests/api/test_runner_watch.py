"""The API misses the runners: Slack is told once that none is left, and once that one is back."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from redis import Redis

from api.runner_watch import RunnerWatch
from shiploop.bootstrap import Services, build
from shiploop.channels import Channel, LogOnly
from shiploop.clients.slack import Slack
from shiploop.stack.addresses import free_port
from shiploop.stores.heartbeats import Heartbeats
from tests.api.conftest import Serve, settings
from tests.loopback import NO_TLS
from tests.scripted_server import Reply, ScriptedServer, scripted_server
from tests.until import wait_until
from tests.valkey import valkey

NONE_LEFT = "No shiploop runner has shown a sign of life for 15 s."
BACK = "A shiploop runner is alive again"
OK = Reply(200, "ok")

Built = Callable[..., Services]


@pytest.fixture(scope="module")
def running_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """One of its own: the API that other tests share watches the runners, too."""
    with valkey(tmp_path_factory.mktemp("valkey")) as client:
        yield client


@pytest.fixture
def slack() -> Iterator[ScriptedServer]:
    """A Slack that answers as it is told."""
    with scripted_server() as server:
        yield server


@pytest.fixture
def built(redis: Redis, slack: ScriptedServer) -> Iterator[Built]:
    """The services of an API, with this Slack."""
    with httpx.Client(timeout=5, verify=NO_TLS) as http:

        def make(**changes: Any) -> Services:
            services = build(settings(redis, **changes))
            said_in = Slack(http, f"{slack.url}/services/T/B/secret")
            return replace(services, channels=(Channel(services.channels[0].queue, said_in),))

        yield make


@pytest.fixture
def services(built: Built) -> Services:
    return built()


def watch(services: Services) -> RunnerWatch:
    """An API that has been up for a while."""
    return RunnerWatch(services, start_grace=timedelta(0))


def beat(redis: Redis, ago_s: float = 0.0) -> None:
    """The last sign of life of the only runner."""
    at = datetime.now(UTC) - timedelta(seconds=ago_s)
    Heartbeats(redis).beat("host-1", at, "ready", 0)


def lived(services: Services, redis: Redis) -> None:
    """There was a runner, and everybody knows."""
    beat(redis)
    watch(services).look()
    beat(redis, ago_s=16)


def told(slack: ScriptedServer) -> list[str]:
    return [str(json.loads(body)["text"]).partition(" Questions")[0] for body in slack.bodies]


def test_where_no_runner_has_been_none_is_missed(
    services: Services, redis: Redis, slack: ScriptedServer
) -> None:
    watch(services).look()
    beat(redis)
    watch(services).look()
    assert told(slack) == []


def test_several_apis_tell_of_the_silence_once_and_of_its_end_once(
    services: Services, redis: Redis, slack: ScriptedServer
) -> None:
    slack.replies.extend([OK] * 10)
    watches = [watch(services) for _ in range(4)]

    def all_look() -> None:
        with ThreadPoolExecutor(len(watches)) as pool:
            for _ in range(3):
                list(pool.map(RunnerWatch.look, watches))

    lived(services, redis)
    all_look()
    assert told(slack) == [NONE_LEFT]
    beat(redis)
    all_look()
    first, second = told(slack)
    assert first == NONE_LEFT
    assert second.startswith(BACK)


def test_a_second_silence_is_told_again(
    services: Services, redis: Redis, slack: ScriptedServer
) -> None:
    slack.replies.extend([OK] * 10)
    for _ in range(2):
        lived(services, redis)
        watch(services).look()
    assert [text[:2] for text in told(slack)] == [NONE_LEFT[:2], BACK[:2], NONE_LEFT[:2]]


def test_a_slack_that_is_down_is_told_at_a_later_look(
    services: Services, redis: Redis, slack: ScriptedServer
) -> None:
    lived(services, redis)
    slack.replies.extend([Reply(503), OK])
    ours = watch(services)
    for _ in range(3):
        ours.look()
    assert told(slack) == [NONE_LEFT, NONE_LEFT]


def test_a_webhook_that_is_no_good_is_tried_once(
    services: Services, redis: Redis, slack: ScriptedServer, caplog: pytest.LogCaptureFixture
) -> None:
    lived(services, redis)
    slack.replies.append(Reply(404, "no_service"))
    ours = watch(services)
    for _ in range(3):
        ours.look()
    assert len(slack.requests) == 1
    assert "no_service" in caplog.text


def test_without_a_webhook_it_is_in_the_log_once(
    services: Services, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    mute = replace(services, channels=(Channel(services.channels[0].queue, LogOnly()),))
    lived(mute, redis)
    ours = watch(mute)
    for _ in range(3):
        ours.look()
    assert caplog.text.count(NONE_LEFT) == 1


def test_a_runner_that_stops_on_purpose_may_be_gone_for_as_long_as_one_that_died(
    services: Services, redis: Redis, slack: ScriptedServer
) -> None:
    slack.replies.append(OK)
    ours = watch(services)
    beat(redis, ago_s=12)  # three seconds to go, on a busy machine
    ours.look()
    Heartbeats(redis).clear("host-1")
    ours.look()
    assert told(slack) == []

    def looked_and_told() -> bool:
        ours.look()
        return told(slack) == [NONE_LEFT]

    wait_until(looked_and_told)


def test_an_api_that_has_just_started_gives_the_runner_time_to_start(
    services: Services, redis: Redis, slack: ScriptedServer
) -> None:
    lived(services, redis)
    RunnerWatch(services).look()
    assert told(slack) == []


def test_while_redis_is_away_nothing_is_known_and_nothing_told(
    built: Built, slack: ScriptedServer
) -> None:
    away = built(redis_url=f"redis://127.0.0.1:{free_port()}")
    watch(away).look()
    assert told(slack) == []


def test_a_served_api_looks_by_itself(
    serve: Serve, services: Services, redis: Redis, slack: ScriptedServer
) -> None:
    # Closed by the server: nobody closes the connections of services.
    slack.replies.extend([OK, Reply(200, "ok", {"Connection": "close"})])
    lived(services, redis)
    watch(services).look()
    beat(redis)
    client = serve(slack_webhook_url=f"{slack.url}/services/T/B/secret")
    wait_until(lambda: len(told(slack)) == 2)
    assert told(slack)[1].startswith(BACK)
    assert client.get("/healthz").json()["dependencies"]["runners"] == "ok"
