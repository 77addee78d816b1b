"""Every regular expression takes time in proportion to its text, whoever has written that."""

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from shiploop.domain.limits import MAX_ANSWER_CHARACTERS
from tests.attack_strings import attacks
from tests.patterns import Found, other_ways, patterns, unseen

SHORT, LONG = 10_000, 100_000
# Ten times the text takes ten times as long, and a hundred times where it goes with the square.
# A busy machine shifts either by half, so the bound lies between, nearer to neither by factors.
MOST_TIMES = 30
LONGEST_S = 2.0
# So little is noise, and no square: of 10,000 characters one takes more than that.
NOISE_S = 0.02
TRIES = 3
SLOWEST = 2
# Made of what only runs know: here of literals that `re` keeps apart, and of patterns that the
# module keeps, where they are found.
MADE_BY_RUNS = {
    "shiploop/observability.py",
    "shiploop/agents/faq/answering/question_kind.py",
    "shiploop/agents/faq/judging/rules.py",  # of a name of the question, which `re` escapes
    "shiploop/agents/faq/gate/ci.py",  # of the hosts that an administrator allows
    "shiploop/clients/github/refusals.py",  # each of a row is found where it is kept
}
# Written as CI's own grep has them, and held against an answer that may be so long, never more.
OF_ANSWERS_ONLY = "shiploop/agents/faq/gate/ci.py"


def test_every_pattern_is_found() -> None:
    assert unseen() == MADE_BY_RUNS
    assert other_ways() == set()
    assert len(patterns()) > 100


@pytest.mark.parametrize("found", patterns(), ids=lambda found: found.where)
def test_no_text_makes_a_pattern_slow(found: Found) -> None:
    if found.where.startswith(OF_ANSWERS_ONLY):
        for text in attacks(found.pattern, MAX_ANSWER_CHARACTERS):
            tried = [seconds(every_match, found.pattern, text) for _ in range(TRIES)]
            assert min(tried) <= LONGEST_S / 10, (found, text[:50])
        return
    for use in (every_match, whole_match)[: 1 + found.is_fullmatched]:
        measured = []
        for place, text in enumerate(attacks(found.pattern, SHORT)):
            with ended_after(LONGEST_S / 5):
                measured.append((seconds(use, found.pattern, text), place))
        slowest = {place for _, place in sorted(measured, reverse=True)[:SLOWEST]}
        texts = zip(attacks(found.pattern, SHORT), attacks(found.pattern, LONG), strict=True)
        for place, (short, long) in enumerate(texts):
            if place in slowest:
                assert_in_proportion(use, found, short, long)


Use = Callable[[re.Pattern[str], str], object]


def every_match(pattern: re.Pattern[str], text: str) -> object:
    return sum(1 for _ in pattern.finditer(text))


def whole_match(pattern: re.Pattern[str], text: str) -> object:
    return pattern.fullmatch(text)


def assert_in_proportion(use: Use, found: Found, short: str, long: str) -> None:
    with ended_after(LONGEST_S):
        long_s = seconds(use, found.pattern, long)
    if long_s <= NOISE_S:
        return
    with ended_after(LONGEST_S * TRIES * 2):
        short_s = min(seconds(use, found.pattern, short) for _ in range(TRIES))
        long_s = min(seconds(use, found.pattern, long) for _ in range(TRIES))
    assert long_s <= max(short_s * MOST_TIMES, NOISE_S), (found, long[:50], short_s, long_s)


def seconds(use: Use, pattern: re.Pattern[str], text: str) -> float:
    begun = time.thread_time()
    use(pattern, text)
    return time.thread_time() - begun


@contextmanager
def ended_after(cpu_s: float) -> Iterator[None]:
    """End what takes longer, within a match as well: `re` looks for signals now and then."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"it took more than {cpu_s:g} s")

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize(
    "slow", [r"[a-z]+:", r"<[^>]*>", r"a.*b.*c", r"\s*/?\s*x", r"\[(?:\\.|[^\]])*\]\("]
)
def test_a_slow_pattern_would_be_seen(slow: str) -> None:
    with pytest.raises(AssertionError):
        test_no_text_makes_a_pattern_slow(Found(re.compile(slow), "here"))
