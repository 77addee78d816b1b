"""Takes GitHub's webhooks: checked, stored, published, answered."""

import hashlib
import hmac
import json
import re
from typing import Annotated, Any, NoReturn

from fastapi import APIRouter, Header, Request, status
from fastapi.concurrency import run_in_threadpool
from fastapi_problem_details import ProblemException

from api.access import address_of, put_off
from api.dependencies import RateLimitsOf, ServicesOf
from api.problems import documented
from api.rate_limits import RateLimits
from shiploop.bootstrap import Services
from shiploop.domain.delivery.webhook_facts import read_delivery

PATH = "/webhooks/github"

_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")

router = APIRouter(tags=["webhooks"])


@router.post(
    PATH,
    status_code=status.HTTP_202_ACCEPTED,
    responses=documented(400, 401, 413, 422, 429, 503),
)
async def receive(
    request: Request,
    services: ServicesOf,
    rate_limits: RateLimitsOf,
    x_github_event: Annotated[str, Header()],
    x_github_delivery: Annotated[str, Header()],
    x_hub_signature_256: Annotated[str, Header()] = "",
) -> dict[str, bool]:
    """Take one delivery. GitHub never sends one again, so only our own loss answers 5xx."""
    # What is not even said to be signed is not read: it may be 25 MB.
    looks_signed = _SIGNATURE.fullmatch(x_hub_signature_256) is not None
    body = await request.body() if looks_signed else b""
    if not looks_signed or not _signed(services, body, x_hub_signature_256):
        await run_in_threadpool(_refuse_unsigned, request, rate_limits)
    payload = _payload(body)
    if not _is_of(services.settings.github_repo, payload):
        return {"duplicate": False}  # an App, or an organisation, delivers of all repositories
    taken = await run_in_threadpool(_take, services, x_github_event, x_github_delivery, payload)
    return {"duplicate": not taken}


def _refuse_unsigned(request: Request, rate_limits: RateLimits) -> NoReturn:
    # Only what is unsigned is counted: whoever sends much of it never keeps GitHub's out.
    wait_s = rate_limits.hit_unsigned(address_of(request))
    if wait_s is not None:
        raise put_off(
            wait_s,
            title="Too many unsigned deliveries",
            detail=f"The next one is looked at in {wait_s} s.",
        )
    raise ProblemException(
        status=401,
        title="Wrong signature",
        detail="X-Hub-Signature-256 has to be made with the secret of GITHUB_WEBHOOK_SECRET.",
        headers={"WWW-Authenticate": "X-Hub-Signature-256"},  # RFC 9110, 11.6.1
    )


def _signed(services: Services, body: bytes, signature: str) -> bool:
    secret = services.settings.github_webhook_secret
    if secret is None:
        return False
    digest = hmac.new(secret.get_secret_value().encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={digest}".encode(), signature.encode())


def _payload(body: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _no_delivery("The body is not JSON") from error
    if not isinstance(payload, dict):
        raise _no_delivery("The body is not a JSON object")
    return payload


def _is_of(repository: str | None, payload: dict[str, Any]) -> bool:
    told = payload.get("repository")
    name = told.get("full_name") if isinstance(told, dict) else None
    return isinstance(name, str) and name.casefold() == (repository or "").casefold()


def _take(services: Services, event: str, delivery_id: str, payload: dict[str, Any]) -> bool:
    try:
        facts = read_delivery(event, payload)
    # Whatever of it is null, missing or of another type: who sends it is told, and nothing ends.
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ProblemException(
            status=400,
            title=f"This is no {event} delivery",
            detail="A field that GitHub sends with this event is missing, or is of another type.",
        ) from error
    # Of what nobody follows, as most of what is done with pull requests, nothing is kept.
    return services.facts.record_delivery(delivery_id, facts) if facts else True


def _no_delivery(title: str) -> ProblemException:
    detail = "Set the webhook's content type to application/json."
    return ProblemException(status=400, title=title, detail=detail)
