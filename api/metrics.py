"""Tells the numbers: to people and dashboards as JSON, to Prometheus as OpenMetrics."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi_problem_details import ProblemException
from prometheus_client.exposition import choose_encoder

from api.access import authenticate
from api.dependencies import ServicesOf
from api.exposition import registry_of
from api.metrics_view import MetricsView, view_metrics
from api.problems import documented

router = APIRouter(
    tags=["metrics"],
    dependencies=[Depends(authenticate)],
    responses=documented(401, 503),
)

_DAY = r"^\d{8}$"


@router.get("/api/metrics/agent", response_model_exclude_none=True, responses=documented(422))
def read_metrics(
    services: ServicesOf,
    day: Annotated[
        str | None, Query(alias="date", pattern=_DAY, description="A UTC day as YYYYMMDD.")
    ] = None,
    first: Annotated[str | None, Query(alias="from", pattern=_DAY)] = None,
    last: Annotated[str | None, Query(alias="to", pattern=_DAY)] = None,
) -> MetricsView:
    """Tell what became of the tasks of a day, or of all days `from` … `to`; today by default."""
    now = datetime.now(UTC)
    days = _days(day, first, last, now.date(), services.settings.metrics_retention_days)
    reports = services.reports
    waiting = services.waiting.count()
    return view_metrics(
        reports.report(days), reports.slo_statuses(now), reports.silences(), waiting
    )


@router.get("/metrics", response_class=Response)
def scrape(services: ServicesOf, accept: Annotated[str | None, Header()] = None) -> Response:
    """Tell the numbers to Prometheus: OpenMetrics, or its older text format, as it asks."""
    encode, content_type = choose_encoder(accept or "")
    text = encode(registry_of(services, datetime.now(UTC)))
    return Response(text, headers={"content-type": content_type})


def _days(
    day: str | None, first: str | None, last: str | None, today: date, most: int
) -> list[date]:
    """The days that were asked for. Raises ProblemException where they are none."""
    if day is not None and (first is not None or last is not None):
        raise _refused("Ask for a date, or for from and to, not for both.")
    end = _parsed(last or day, today)
    begin = _parsed(first or day, end)
    count = (end - begin).days + 1
    if not 0 < count <= most:
        raise _refused(f"`from` must not be after `to`, and they may span at most {most} days.")
    return [begin + timedelta(days=number) for number in range(count)]


def _parsed(text: str | None, default: date) -> date:
    if text is None:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _refused(f"{text} is no day of the calendar.") from error


def _refused(detail: str) -> ProblemException:
    return ProblemException(status=422, title="Request refused", detail=detail)
