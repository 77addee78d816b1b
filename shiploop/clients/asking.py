"""Asks an address for what it shows just now, and follows it within its host."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx

from shiploop.domain.limits import MAX_SITE_PAGE_CHARACTERS
from shiploop.domain.production.probe_definition import Answer, Method
from shiploop.errors import SiteSlow, SiteUnavailable

_MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_NO_CACHE: Final = {"Cache-Control": "no-cache"}
_MOST_BYTES: Final = 4 * MAX_SITE_PAGE_CHARACTERS  # as many as they may take in UTF-8
_HTML: Final = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; `who` is how the other side is called in what is said of it.

    `headers` may open what is not for everybody: they go to no other host, and never from https
    to http.
    """

    who: str
    url: httpx.URL
    timeout_s: float
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: Method = Method.GET


def ask(http: httpx.Client, request: Request) -> Answer:
    """The answer, however many redirects lead to it, and no longer than its time.

    Raises SiteUnavailable where there is none, SiteSlow where there is none in time.
    """
    what = f"{request.who} did not serve {request.url.path}"
    give_up_at = time.monotonic() + request.timeout_s
    url = request.url
    try:
        for _ in range(_MOST_REDIRECTS):
            answer = _asked_once(http, request, url, give_up_at)
            if isinstance(answer, Answer):
                return answer
            url = answer
    except httpx.InvalidURL as error:
        raise SiteUnavailable(
            f"{request.who} redirects {request.url.path} to no address: {error}"
        ) from error
    except httpx.LocalProtocolError:
        # What it says of a header holds its value, which may be a secret.
        raise SiteUnavailable(f"{what}: what it is asked with cannot be sent") from None
    except httpx.TimeoutException as error:
        raise SiteSlow(f"{what} in time: {error}") from error
    except httpx.HTTPError as error:
        raise SiteUnavailable(f"{what}: {error}") from error
    raise SiteUnavailable(f"{request.who} redirects {request.url.path} without end")


def _asked_once(
    http: httpx.Client, request: Request, url: httpx.URL, give_up_at: float
) -> Answer | httpx.URL:
    """The answer of one address, or where it says that the page is."""
    is_open = request.url.scheme == "https" and url.scheme != "https"
    headers = _NO_CACHE if is_open else {**_NO_CACHE, **request.headers}
    timeout_s = max(0.001, give_up_at - time.monotonic())
    with http.stream(
        request.method, _past_caches(url), headers=headers, timeout=timeout_s
    ) as response:
        if (followed := _followed(url, response)) is not None:
            return followed
        body = _body(response, give_up_at)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().casefold()
    text = body.decode(response.encoding or "utf-8", "replace").removeprefix("\ufeff")
    return Answer(response.status_code, text[:MAX_SITE_PAGE_CHARACTERS], kind in _HTML)


def _body(response: httpx.Response, give_up_at: float) -> bytes:
    """As much as is looked at. Raises httpx.ReadTimeout where it goes on coming too slowly."""
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) >= _MOST_BYTES:
            break
        if time.monotonic() > give_up_at:
            raise httpx.ReadTimeout("it sends too slowly")
    return bytes(body[:_MOST_BYTES])


def _past_caches(url: httpx.URL) -> httpx.URL:
    # Most caches in front of a site keep an answer by its whole address, and few of them listen
    # to whoever asks for a fresh one.
    return url.copy_merge_params({"shiploop": str(time.time_ns())})


def _followed(url: httpx.URL, response: httpx.Response) -> httpx.URL | None:
    """Where the other side says that the page is, if that is on its host still."""
    location = response.headers.get("location")
    if response.status_code not in _REDIRECTS or location is None:
        return None
    there = url.join(location)
    return there.copy_remove_param("shiploop") if there.host == url.host else None
