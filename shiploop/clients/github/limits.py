"""How long GitHub asks us to wait, in every form that it and RFC 9110 write: pure, no I/O.

Sources: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api,
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api and
https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
"""

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import httpx

GRAPHQL_LIMITS = frozenset({"RATE_LIMITED", "RATE_LIMIT"})

_DEFAULT_PAUSE_S = 60.0  # what GitHub asks for when a secondary limit names no time
_LONGEST_PAUSE_S = 3600.0  # a limit begins anew each hour; what is longer is a wrong clock's
_LIMIT_WORDS = re.compile(r"rate limit|abuse detection", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]{1,12}")


def asked_pause_s(status: int, headers: Mapping[str, str], text: str) -> float | None:
    """How long an answer asks us to wait, in seconds; None where it tells of no limit."""
    if status not in (httpx.codes.FORBIDDEN, httpx.codes.TOO_MANY_REQUESTS):
        return None
    named_s = _named_pause_s(headers)
    limited = status == httpx.codes.TOO_MANY_REQUESTS or tells_of_limit(text)
    return _DEFAULT_PAUSE_S if named_s is None and limited else named_s


def graphql_pause_s(headers: Mapping[str, str]) -> float:
    """How long to wait for a limit that a GraphQL answer has told of, whose status is 200."""
    named_s = _named_pause_s(headers)
    return _DEFAULT_PAUSE_S if named_s is None else named_s


def tells_of_limit(text: str) -> bool:
    """True for the words in which GitHub tells of a limit."""
    return _LIMIT_WORDS.search(text) is not None


def read_retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The seconds of `Retry-After`, which are a number or a date; None without a readable one."""
    told = headers.get("retry-after", "").strip()
    if _DIGITS.fullmatch(told):
        return _bounded(float(told))
    at = _date_s(told)
    return None if at is None else _bounded(at - _now_s(headers))


def _named_pause_s(headers: Mapping[str, str]) -> float | None:
    retry_after_s = read_retry_after_s(headers)
    if retry_after_s is not None or headers.get("x-ratelimit-remaining", "").strip() != "0":
        return retry_after_s
    reset = headers.get("x-ratelimit-reset", "").strip()
    if _DIGITS.fullmatch(reset) is None:
        return _DEFAULT_PAUSE_S
    return _bounded(float(reset) - _now_s(headers))


def _now_s(headers: Mapping[str, str]) -> float:
    # GitHub's own clock, where it tells it: ours may be minutes off.
    told = _date_s(headers.get("date", ""))
    return time.time() if told is None else told


def _date_s(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _bounded(seconds: float) -> float:
    return min(max(0.0, seconds), _LONGEST_PAUSE_S)
