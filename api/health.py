"""Tells whether questions can be taken and worked on."""

from datetime import UTC, datetime

from fastapi import APIRouter, Response, status
from pydantic import BaseModel
from redis.exceptions import RedisError

from api.dependencies import ServicesOf
from shiploop.bootstrap import Services
from shiploop.errors import SiteUnavailable

router = APIRouter(tags=["health"])

# Without these nothing goes on; the site being away ends tasks, but does not stop them.
_NEEDED = ("redis", "runners")


class Health(BaseModel):
    """Every dependency and its state."""

    status: str
    dependencies: dict[str, str]


@router.get("/healthz", responses={503: {"model": Health}})
def healthz(response: Response, services: ServicesOf) -> Health:
    """200 when questions are taken and worked on, else 503; says which part is missing."""
    dependencies = {"redis": _redis(services), "runners": _runners(services)}
    dependencies["site"] = _site(services)
    healthy = all(dependencies[name] == "ok" for name in _NEEDED)
    if not healthy:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return Health(status="ok" if healthy else "unavailable", dependencies=dependencies)


def _redis(services: Services) -> str:
    try:
        services.redis.ping()
    except RedisError:
        return "away"
    return "ok"


def _runners(services: Services) -> str:
    try:
        return "ok" if services.heartbeats.living(datetime.now(UTC)) else "none alive"
    except RedisError:
        return "unknown"


def _site(services: Services) -> str:
    try:
        services.site.live_sha()
    except SiteUnavailable:
        return "away"
    return "ok"
