"""Who may ask, and how often."""

import hmac
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader
from fastapi_problem_details import ProblemException

from api.dependencies import RateLimitsOf, ServicesOf

_header = APIKeyHeader(
    name="X-API-Key",
    auto_error=False,
    description="One of SHIPLOOP_API_KEYS. Not asked for where none is set.",
)


async def authenticate(
    services: ServicesOf, given: Annotated[str | None, Security(_header)]
) -> str | None:
    """Return the name of the key that was sent, None where no key is asked for."""
    api_keys = services.settings.api_keys
    if not api_keys:
        return None
    sent = (given or "").encode("latin-1")  # as it came: HTTP gives header values as bytes
    # All are compared, so that the time it takes tells nothing.
    matching = [
        name
        for name, key in api_keys.items()
        if hmac.compare_digest(key.get_secret_value().encode(), sent)
    ]
    if not matching:
        raise ProblemException(
            status=401,
            title="No key" if given is None else "Wrong key",
            detail="Send one of the configured keys as X-API-Key.",
            headers={"WWW-Authenticate": "APIKey"},  # RFC 9110, 11.6.1: a 401 has to have one
        )
    return matching[0]


def limit_rate(
    request: Request,
    rate_limits: RateLimitsOf,
    key_name: Annotated[str | None, Depends(authenticate)],
) -> None:
    """Refuse a client that asks too often."""
    wait_s = rate_limits.hit(key_name, address_of(request))
    if wait_s is not None:
        raise put_off(
            wait_s, title="Too many requests", detail=f"The next one is taken in {wait_s} s."
        )


def address_of(request: Request) -> str:
    """Where a request comes from; empty where nobody knows."""
    return request.client.host if request.client else ""


def put_off(wait_s: int, title: str, detail: str) -> ProblemException:
    """The refusal of what may be sent again after a while."""
    headers = {"Retry-After": str(wait_s)}
    return ProblemException(status=429, title=title, detail=detail, headers=headers)
