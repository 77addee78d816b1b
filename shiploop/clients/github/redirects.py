"""Follows GitHub to where a renamed or transferred repository is now.

Source: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
#follow-redirects
"""

from collections.abc import Callable

import httpx

from shiploop.errors import GitHubRefused

_MOST = 3
_STATUSES = (
    httpx.codes.MOVED_PERMANENTLY,
    httpx.codes.FOUND,
    httpx.codes.TEMPORARY_REDIRECT,
    httpx.codes.PERMANENT_REDIRECT,
)


def send_followed(send: Callable[[str], httpx.Response], url: str) -> httpx.Response:
    """Send a request, and again as it is to where GitHub says; the last answer.

    Raises GitHubRefused for another host: it shall not see our token.
    """
    reply = send(url)
    for _ in range(_MOST):
        if reply.status_code not in _STATUSES or "location" not in reply.headers:
            break
        url = _target(url, reply)
        reply = send(url)
    return reply


def _target(url: str, reply: httpx.Response) -> str:
    here = httpx.URL(url)
    try:
        there = here.join(reply.headers["location"])
    except httpx.InvalidURL:
        there = httpx.URL("")
    if (there.scheme, there.host, there.port) != (here.scheme, here.host, here.port):
        what = f"GitHub sends {here.path} to another host, which does not get our token"
        raise GitHubRefused(what, reply.status_code)
    return str(there)
