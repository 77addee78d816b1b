"""What a probe asks about production, and whether an answer is as it should be."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Final

from shiploop.domain.production.probe import ProbeScope
from shiploop.domain.production.reading import text_of

FAQ_PLACE: Final = "{faq}"
_API_PLACE: Final = "{api}/"
# As those answer that have no such page: some show their home page instead.
_NO_SUCH_PAGE: Final = frozenset((200, 403, 404, 405, 410))


class Look(StrEnum):
    """What has no address, and is looked at all the same."""

    RUNNERS = "runners"
    REDIS = "redis"
    PREFECT = "prefect"
    SENTRY_ISSUES = "sentry-issues"


class Method(StrEnum):
    """How an address is asked."""

    GET = "GET"
    HEAD = "HEAD"
    POST = "POST"


class Place(StrEnum):
    """Whose an address is: it says what opens it."""

    SITE = auto()
    FAQ = auto()  # the site's page of the FAQ, wherever that is
    API = auto()
    ELSEWHERE = auto()


@dataclass(frozen=True, slots=True)
class Header:
    """A header of a request; `variable` names where its value came from, if that is a secret."""

    name: str
    value: str = field(repr=False)
    variable: str = ""


@dataclass(frozen=True, slots=True)
class JsonValue:
    """What an answer must hold at some keys; `equals` None: anything but null."""

    keys: tuple[str, ...]
    equals: str | int | float | bool | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """An address, how it is asked, and what it must answer.

    `url` is a path of the site, `{faq}`, `{api}/…` or a whole address. Where `if_there`, an
    answer that is as of a missing page is well, until it has once been as it must.
    """

    url: str
    method: Method = Method.GET
    headers: tuple[Header, ...] = ()
    statuses: tuple[int, ...] = (200,)
    text: str = ""
    json: JsonValue | None = None
    timeout_s: float = 5.0
    if_there: bool = False


@dataclass(frozen=True, slots=True)
class Probe:
    """One question about production, and what an answer to it decides."""

    name: str
    scope: ProbeScope
    asks: Address | Look


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and of which address; `text` is cut off where it is too long."""

    status: int
    text: str = ""
    is_html: bool = False
    of: str = ""


def place_of(url: str) -> Place | None:
    """Whose address it is; None where it is none that can be asked."""
    if url == FAQ_PLACE:
        return Place.FAQ
    if url.startswith("/") and not url.startswith("//"):
        return Place.SITE
    if url.startswith(_API_PLACE):
        return Place.API
    return Place.ELSEWHERE if url.startswith(("https://", "http://")) else None


def path_at_api(url: str) -> str:
    """The path of an address at our API."""
    return url.removeprefix(_API_PLACE.rstrip("/"))


def fault_of(answer: Answer, asked: Address) -> str:
    """What is wrong with an answer, in words; empty where it is as it must be."""
    if answer.status not in asked.statuses:
        return f"answers {answer.status}"
    if asked.text and not _shows(answer, asked.text):
        return f"answers {answer.status} without the text {asked.text!r}"
    if asked.json is not None and (fault := _json_fault(answer.text, asked.json)):
        return f"answers {answer.status} {fault}"
    return ""


def is_no_such_page(answer: Answer) -> bool:
    """Whether an answer may be that of a site that has no such page."""
    return answer.status in _NO_SUCH_PAGE


def described(probe: Probe) -> str:
    """What a probe asks, in a few words without a secret."""
    if isinstance(probe.asks, Look):
        return probe.name
    method = "" if probe.asks.method is Method.GET else f"{probe.asks.method} "
    return f"{probe.name} ({method}{probe.asks.url})"


def _shows(answer: Answer, text: str) -> bool:
    shown = text_of(answer.text) if answer.is_html else answer.text
    return " ".join(text.split()) in " ".join(shown.split())


def _json_fault(text: str, wanted: JsonValue) -> str:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return "and no JSON"
    where = ".".join(wanted.keys)
    found = _value_at(found, wanted.keys)
    if found is None:
        return f"without a value at {where}"
    # True is 1 to Python, and not to JSON.
    if wanted.equals is None or (type(found), found) == (type(wanted.equals), wanted.equals):
        return ""
    return f"with another value at {where} than {wanted.equals!r}"


def _value_at(found: object, keys: Sequence[str]) -> object:
    """The value at these keys, from the outside in; None where there is none."""
    for key in keys:
        match found:
            case dict() if key in found:
                found = found[key]
            case list() if key.isdecimal() and int(key) < len(found):
                found = found[int(key)]
            case _:
                return None
    return found
