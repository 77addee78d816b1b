"""The charts, as Vega-Lite has them. What a colour says is said by a label or a dash too.

Plain specifications: building and checking one with Altair takes 20 ms, at each refresh.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import streamlit as st

from dashboard.formatting import format_seconds
from shiploop.domain.delivery.stages import TARGETS_MS, begins_ms
from shiploop.domain.objectives.report import Percentiles
from shiploop.domain.objectives.slo import Slo

Spec: TypeAlias = dict[str, Any]

_BLUE: Final = "#4c8dff"
_GREEN: Final = "#2fa56a"
_RED: Final = "#e5484d"
_ORANGE: Final = "#d98324"
_VIOLET: Final = "#8b6fd8"
_DASHES: Final = {"P50": [1, 0], "P95": [6, 2], "P99": [2, 2]}
_SECOND_MARKS: Final = [1, 2, 5, 10, 20, 30, 60, 90, 120, 300, 600]
# What takes 2 s and what takes 90 s can both be read.
_SECONDS: Final[Spec] = {
    "field": "s",
    "type": "quantitative",
    "title": "seconds",
    "scale": {"type": "symlog", "constant": 1, "domainMin": 0},
    "axis": {"values": _SECOND_MARKS},
}


def draw(spec: Spec, described: str) -> None:
    """Draw a chart as wide as there is room; `described` is for those who don't see it."""
    st.vega_lite_chart(spec=spec, width="stretch", alt=described)


def percentiles_over_time(
    points: Sequence[tuple[datetime, Percentiles]], time_format: str, slo: Slo
) -> Spec:
    """P50, P95 and P99 over time, with the line of the objective and that of the alert."""
    values = [
        {"at": at.isoformat(), "line": line, "s": took_ms / 1000, "took": format_seconds(took_ms)}
        for at, found in points
        for line, took_ms in zip(_DASHES, (found.p50, found.p95, found.p99), strict=True)
    ]
    names = list(_DASHES)
    legend = {"title": None, "orient": "top", "symbolType": "stroke", "symbolSize": 500}
    lines = {
        "data": {"values": values},
        "mark": {"type": "line", "point": {"size": 40}, "strokeWidth": 2},
        "encoding": {
            "x": _time(time_format, 6),
            "y": _SECONDS,
            "color": {
                "field": "line",
                "legend": legend,
                "scale": {"domain": names, "range": [_BLUE, _VIOLET, _ORANGE]},
            },
            "strokeDash": {
                "field": "line",
                "scale": {"domain": names, "range": list(_DASHES.values())},
            },
            "tooltip": [
                {"field": "line", "title": "percentile"},
                {"field": "took", "title": "TTE"},
                {"field": "at", "timeUnit": "utcdatehoursminutes", "title": "at (UTC)"},
            ],
        },
    }
    limits = [("objective", slo.limit_ms, _GREEN), ("alert", slo.alert_limit_ms, _RED)]
    rules = [_limit(name, limit_ms, colour) for name, limit_ms, colour in limits if limit_ms]
    return {"height": 320, "layer": [lines, *rules]}


def waterfall(
    stages: Mapping[str, Percentiles], targets_ms: Mapping[str, int] = TARGETS_MS
) -> Spec:
    """Each stage after the one before it: its P50, its P95, and a mark at its target."""
    begins = begins_ms({stage: found.p50 for stage, found in stages.items()})
    values = [
        {
            "stage": stage,
            "begin": begins[stage] / 1000,
            "p50": (begins[stage] + found.p50) / 1000,
            "p95": (begins[stage] + found.p95) / 1000,
            "target": (begins[stage] + targets_ms[stage]) / 1000 if stage in targets_ms else None,
            "told": f"P50 {format_seconds(found.p50)}, P95 {format_seconds(found.p95)}",
        }
        for stage, found in stages.items()
    ]
    layers = [
        _bar("p95", {"height": 8, "opacity": 0.4}),
        _bar("p50", {"height": 16, "cornerRadius": 2}),
        {
            "mark": {"type": "tick", "height": 22, "thickness": 3, "color": _ORANGE},
            "encoding": {"x": {"field": "target", "type": "quantitative"}},
        },
    ]
    return {
        "height": 34 * len(values) + 40,
        "data": {"values": values},
        "encoding": {
            "y": {"field": "stage", "type": "nominal", "title": None, "sort": list(stages)},
            "tooltip": [{"field": "stage"}, {"field": "told"}],
        },
        "layer": layers,
    }


def run_waterfall(stages_ms: Mapping[str, int]) -> Spec:
    """The stages of one run, one after the other, with a mark at each target."""
    return waterfall({stage: Percentiles(1, took, took, took) for stage, took in stages_ms.items()})


def budget(points: Sequence[tuple[datetime, float]], time_format: str) -> Spec:
    """What is left of an error budget, hour by hour; below the line it is overspent."""
    left = {
        "data": {"values": [{"at": at.isoformat(), "left": left} for at, left in points]},
        "mark": {
            "type": "line",
            "point": {"size": 25},
            "interpolate": "step-after",
            "color": _BLUE,
        },
        "encoding": {
            "x": _time(time_format, 3),
            "y": {
                "field": "left",
                "type": "quantitative",
                "title": None,
                "axis": {"format": "%", "tickCount": 4},
            },
            "tooltip": [{"field": "left", "title": "left", "format": ".1%"}],
        },
    }
    nothing = {
        "data": {"values": [{"left": 0}]},
        "mark": _rule(_RED),
        "encoding": {"y": {"field": "left", "type": "quantitative"}},
    }
    return {"height": 170, "layer": [left, nothing]}


def counts(by_name: Mapping[str, int]) -> Spec:
    """How often each thing happened, the most frequent first."""
    values = [{"name": f"{name}: {count:,}", "count": count} for name, count in by_name.items()]
    names = {"field": "name", "type": "nominal", "title": None, "sort": "-x"}
    return {
        "height": 34 * len(values) + 30,
        "data": {"values": values},
        "mark": {"type": "bar", "height": 16, "color": _ORANGE, "cornerRadius": 2},
        "encoding": {
            "y": {**names, "axis": {"labelLimit": 180}},
            "x": {
                "field": "count",
                "type": "quantitative",
                "title": None,
                "axis": {"tickMinStep": 1},
            },
        },
    }


def _bar(end: str, mark: Spec) -> Spec:
    return {
        "mark": {"type": "bar", "color": _BLUE, **mark},
        "encoding": {
            "x": {"field": "begin", "type": "quantitative", "title": "seconds"},
            "x2": {"field": end},
        },
    }


def _time(time_format: str, ticks: int) -> Spec:
    axis = {"tickCount": ticks, "labelOverlap": True, "grid": False, "format": time_format}
    return {
        "field": "at",
        "type": "temporal",
        "title": None,
        "axis": axis,
        "scale": {"type": "utc"},
    }


def _rule(colour: str) -> Spec:
    return {"type": "rule", "color": colour, "strokeDash": [6, 4], "strokeWidth": 1.5}


def _limit(name: str, limit_ms: int, colour: str) -> Spec:
    label = {"type": "text", "align": "left", "dx": 4, "dy": -7, "color": colour}
    text = {"value": f"{name} {limit_ms // 1000} s"}
    return {
        "data": {"values": [{"s": limit_ms / 1000}]},
        "encoding": {"y": _SECONDS},
        "layer": [
            {"mark": _rule(colour)},
            {"mark": {**label, "fontWeight": 600}, "encoding": {"x": {"value": 0}, "text": text}},
        ],
    }
