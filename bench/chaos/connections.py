"""Each connection of a runner is reset, silent or cut off for a while."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from bench.chaos.proxy import Fault, TcpProxy
from bench.chaos.report import Report
from bench.chaos.troubles import CI_MS, REDIS_AWAY, Trouble, outlive
from bench.chaos.world import ChaosFailed, ChaosWorld, chaos_world
from bench.many_questions import many_questions
from shiploop.stores import keys
from shiploop.stores.notices import Notices

# What hangs is given up by its client, and arrives all the same: GitHub's waits for 20 s.
_LASTS_S: Final = {fault: 25.0 if fault is Fault.HANG else 8.0 for fault in Fault}
_SLACK: Final = "SLACK_WEBHOOK_URL"
_SLOTS: Final = 32
_QUESTIONS: Final = 900
_START_TIMEOUT_S: Final = 120.0
_SAID_TIMEOUT_S: Final = 60.0
_PROMISE: Final = (
    "whatever connection is reset, silent or cut off: it is named, and nothing accepted is lost"
)


@dataclass(frozen=True, slots=True)
class _Way:
    """Connections of a runner's: what leads there, how they fail, and how that is named."""

    name: str
    settings: tuple[str, ...]
    faults: tuple[Fault, ...]
    named: tuple[str, ...]


_LOUD: Final = (Fault.RESET, Fault.CUT)
_WAYS: Final = (
    _Way("Redis", ("REDIS_URL",), (*_LOUD, Fault.HANG, Fault.FORGOTTEN), REDIS_AWAY),
    _Way(
        "Prefect's API",
        ("PREFECT_API_URL",),
        (*_LOUD, Fault.HANG, Fault.FORGOTTEN, Fault.ANSWER_500, Fault.ANSWER_503),
        (),
    ),
    _Way(
        "GitHub",
        ("GITHUB_API_URL",),
        (*_LOUD, Fault.HANG, Fault.FORGOTTEN, Fault.ANSWER_500),
        (),
    ),
    _Way(
        "the site, the model and Slack",
        ("SITE_URL", "OPENAI_BASE_URL", _SLACK),
        (*_LOUD, Fault.FORGOTTEN, Fault.ANSWER_500),
        ("production (is seen failing|cannot be told)", "no answer by the model", "Slack"),
    ),
)


def cut_connections() -> Report:
    """Spoil each connection in each way once, with tasks on their way."""
    # The sandbox's model declines the others.
    asked = [question for question in many_questions(_QUESTIONS) if question.isascii()]
    with chaos_world(questions=asked) as world, ExitStack() as opened:
        world.set_latency(ci_ms=CI_MS)
        told = {**world.stack.environment, **_model(world)}
        proxies = {
            setting: opened.enter_context(TcpProxy(told[setting]))
            for way in _WAYS
            for setting in way.settings
        }
        world.start_runner(
            _SLOTS,
            changed={**_model(world), **{setting: one.url for setting, one in proxies.items()}},
        )
        world.wait_until("a runner", world.has_runner, _START_TIMEOUT_S)
        troubles = _troubles(world, proxies)
        report = outlive(world, "connections", _PROMISE, troubles)
        unsaid = {_news(way, each) for way in _WAYS for each in way.faults} - set(world.said())
    return replace(report, losses=(*report.losses, *(f"never said: {one}" for one in unsaid)))


def _model(world: ChaosWorld) -> dict[str, str]:
    return {
        "OPENAI_API_KEY": "of-nobody-but-the-sandbox",
        "OPENAI_BASE_URL": f"{world.addresses.github}/openai/v1",
    }


def _troubles(world: ChaosWorld, proxies: Mapping[str, TcpProxy]) -> Iterator[Trouble]:
    for way in _WAYS:
        for fault in way.faults:
            spoiled = [proxies[setting] for setting in way.settings]
            begin = partial(_failing, world, spoiled, fault, _news(way, fault))
            felt = partial(_spoiled_by, spoiled)
            yield Trouble(f"{way.name}: {fault}", begin, _LASTS_S[fault], way.named, felt=felt)


def _spoiled_by(proxies: Sequence[TcpProxy]) -> int:
    return sum(proxy.spoiled for proxy in proxies)


def _news(way: _Way, fault: Fault) -> str:
    return f"{way.name}: {fault}"


@contextmanager
def _failing(
    world: ChaosWorld, proxies: Sequence[TcpProxy], fault: Fault, news: str
) -> Iterator[None]:
    """Spoil all of them, and have something to say in Slack meanwhile: it may be said late."""
    with ExitStack() as failing:
        for proxy in proxies:
            failing.enter_context(proxy.failing(fault))
        Notices(world.redis, [keys.NOTICE_QUEUE]).post(news, news)
        yield
    with suppress(ChaosFailed):
        world.wait_until(news, lambda: news in world.said(), _SAID_TIMEOUT_S)
