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
    address = request.client.host if request.client else ""
    wait_s = rate_limits.hit(key_name, address)
    if wait_s is not None:
        raise ProblemException(
            status=429,
            title="Too many requests",
            detail=f"The next one is taken in {wait_s} s.",
            headers={"Retry-After": str(wait_s)},
        )
