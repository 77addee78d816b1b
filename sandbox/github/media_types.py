"""What form of an answer a client asks for with `Accept`, and which version of the API.

Sources: https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#media-types
and https://docs.github.com/en/rest/about-the-rest-api/api-versions
"""

import re
from collections.abc import Set as AbstractSet

from sandbox.github.refusals import Reason, RefusedError

JSON = "json"
# `application/vnd.github.v3.raw+json`: version, form and format may each be left out. The form
# of a preview (`squirrel-girl-preview`) changes nothing any more.
_GITHUB = re.compile(r"application/vnd\.github(?:\.v3)?(?:\.(?P<form>[a-z-]+))?(?:\+json)?")
_ANYTHING = frozenset({"*/*", "application/*", "application/json"})
VERSIONS = ("2022-11-28", "2026-03-10")


def form_of(accept: str | None) -> str:
    """Return the form ("json", "raw", "diff", …) that an Accept header asks for first.

    Raises RefusedError (415) when it takes nothing that the API has.
    """
    asked = [part.partition(";")[0].strip().lower() for part in (accept or "*/*").split(",")]
    for media_type in asked:
        if media_type in _ANYTHING:
            return JSON
        if found := _GITHUB.fullmatch(media_type):
            form = found["form"] or JSON
            return JSON if form.endswith("-preview") else form
    message = f"Unsupported 'Accept' header: '{accept}'. Must accept 'application/json'."
    raise RefusedError(Reason.UNSUPPORTED_MEDIA_TYPE, message)


def require_modelled(form: str, forms: AbstractSet[str], operation: str) -> None:
    """Refuse a form that the sandbox has not made of this operation's answer."""
    if form != JSON and form not in forms:
        message = f"The media type '{form}' of {operation} is not modelled by the sandbox"
        raise RefusedError(Reason.NOT_MODELLED, message)


def check_version(asked: str | None) -> str:
    """Return the version that answers; refused with 400 when there is no such version."""
    if asked is not None and asked not in VERSIONS:
        message = f"'{asked}' is not a supported version of the API"
        raise RefusedError(Reason.BAD_REQUEST, message)
    return asked or VERSIONS[0]
