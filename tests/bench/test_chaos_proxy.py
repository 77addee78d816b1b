"""What the proxy of `make chaos` makes of a connection."""

from collections.abc import Iterator

import httpx
import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from bench.chaos.proxy import Fault, TcpProxy
from tests.scripted_server import Reply, ScriptedServer
from tests.valkey import url_of

_LONG = "a" * 200_000
_TIMEOUT_S = 0.5


@pytest.fixture
def proxy(scripted: ScriptedServer) -> Iterator[TcpProxy]:
    scripted.replies.extend([Reply(200, _LONG)] * 5)
    with TcpProxy(scripted.url) as proxy:
        yield proxy


@pytest.fixture
def http(proxy: TcpProxy) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=proxy.url, timeout=_TIMEOUT_S) as http:
        assert http.get("/").text == _LONG  # so that there is a connection already
        yield http


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.RESET, httpx.NetworkError),
        (Fault.HANG, httpx.ReadTimeout),
        (Fault.FORGOTTEN, httpx.ReadTimeout),
        (Fault.CUT, httpx.TransportError),
    ],
)
def test_a_fault_is_felt_on_old_and_new_connections_and_passes(
    proxy: TcpProxy, http: httpx.Client, fault: Fault, error: type[Exception]
) -> None:
    with proxy.failing(fault):
        for _ in ("one that there was", "one that is new"):
            with pytest.raises(error):
                http.get("/")
    assert http.get("/").text == _LONG


@pytest.mark.parametrize(("fault", "status"), [(Fault.ANSWER_500, 500), (Fault.ANSWER_503, 503)])
def test_it_answers_instead_of_the_server(
    proxy: TcpProxy, http: httpx.Client, fault: Fault, status: int
) -> None:
    with proxy.failing(fault):
        for _ in ("one that there was", "one that is new"):
            assert http.post("/", content=_LONG).status_code == status
    assert http.get("/").text == _LONG


def test_what_hangs_arrives_when_it_is_over(redis: Redis) -> None:
    with TcpProxy(url_of(redis)) as proxy, opened(proxy) as through:
        with proxy.failing(Fault.HANG), pytest.raises(RedisError):
            through.rpush("sent-while-it-hung", "1")
        through.ping()
        assert redis.llen("sent-while-it-hung") <= 1


def test_what_was_forgotten_stays_silent_also_afterwards(redis: Redis) -> None:
    with TcpProxy(url_of(redis)) as proxy, opened(proxy) as through:
        pubsub = through.pubsub()
        pubsub.subscribe("news")
        assert pubsub.get_message(timeout=5)
        with proxy.failing(Fault.FORGOTTEN):
            pass
        redis.publish("news", "unheard")
        assert pubsub.get_message(timeout=_TIMEOUT_S) is None


def opened(proxy: TcpProxy) -> Redis:
    return Redis.from_url(
        proxy.url, socket_timeout=_TIMEOUT_S, retry=Retry(NoBackoff(), 0), legacy_responses=False
    )
