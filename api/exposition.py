"""The numbers in Prometheus' words: counters that only go up, and gauges of how things stand."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from shiploop.bootstrap import Services
from shiploop.domain.objectives.alerts import AlertState
from shiploop.domain.objectives.measurement import TTE_BUCKETS_S
from shiploop.domain.objectives.report import SloStatus


class _Numbers(Collector):
    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        return self._families


def registry_of(services: Services, now: datetime) -> CollectorRegistry:
    """All families as they stand now. Names: https://prometheus.io/docs/practices/naming/"""
    registry = CollectorRegistry(auto_describe=False)
    ever = services.metrics.ever()
    families = [
        *_tasks(ever),
        _tte(ever),
        _waited(ever),
        *_slos(services.reports.slo_statuses(now)),
    ]
    families += list(_right_now(services, now))
    registry.register(_Numbers(families))
    return registry


def _tasks(ever: Mapping[str, int]) -> Iterator[Metric]:
    for name, label, prefix, text in (
        ("shiploop_tasks", "status", "status:", "Tasks that have settled."),
        ("shiploop_task_failures", "kind", "failure:", "Tasks that have failed, by kind."),
        ("shiploop_answers", "generator", "generator:", "Settled tasks, by who wrote the answer."),
    ):
        family = CounterMetricFamily(name, text, labels=[label])
        for field, count in sorted(ever.items()):
            if field.startswith(prefix):
                family.add_metric([field.removeprefix(prefix)], count)
        yield family


def _tte(ever: Mapping[str, int]) -> Metric:
    family = HistogramMetricFamily("shiploop_tte_seconds", "From the request to the merge.")
    buckets, below = [], 0
    for bound in (*map(str, TTE_BUCKETS_S), "+Inf"):
        below += ever.get(f"tte-bucket:{bound}", 0)
        buckets.append((bound if bound == "+Inf" else f"{bound}.0", below))
    family.add_metric([], buckets, sum_value=ever.get("tte-ms", 0) / 1000)
    return family


def _waited(ever: Mapping[str, int]) -> Metric:
    text = "How long settled tasks were parked for a person."
    total_s = ever.get("waited-ms", 0) / 1000
    return SummaryMetricFamily("shiploop_waited_seconds", text, ever.get("waited", 0), total_s)


def _slos(statuses: tuple[SloStatus, ...]) -> Iterator[Metric]:
    left = GaugeMetricFamily(
        "shiploop_slo_error_budget_left_ratio", "Of the period's budget.", labels=["slo"]
    )
    burn = GaugeMetricFamily(
        "shiploop_slo_burn_rate", "1 spends the budget in its period.", labels=["slo"]
    )
    target = GaugeMetricFamily(
        "shiploop_slo_target_ratio", "The share of good events promised.", labels=["slo"]
    )
    firing = GaugeMetricFamily("shiploop_alert_firing", "1 while it fires.", labels=["alert"])
    for status in statuses:
        name = status.slo.name
        if status.budget_left is not None:
            left.add_metric([name], status.budget_left)
        if status.burn_rate is not None:
            burn.add_metric([name], status.burn_rate)
        target.add_metric([name], float(status.slo.target))
        for alert in status.alerts:
            firing.add_metric([alert.name], alert.state is AlertState.FIRING)
    yield from (left, burn, target, firing)


def _right_now(services: Services, now: datetime) -> Iterator[Metric]:
    backlog = services.task_queue.backlog()
    yield GaugeMetricFamily("shiploop_queue_entries", "Waiting or worked on.", value=backlog)
    waiting = services.waiting.count()
    yield GaugeMetricFamily("shiploop_tasks_waiting", "Parked for a person.", value=waiting)
    living = len(services.heartbeats.living(now))
    yield GaugeMetricFamily("shiploop_runners_alive", "With a sign of life.", value=living)
    frozen = services.freeze.read() is not None
    yield GaugeMetricFamily("shiploop_merges_frozen", "1 while they are.", value=frozen)
