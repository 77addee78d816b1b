"""What a settled task adds to the numbers, as the scripts take it that count (`lua/record.lua`).

All days are UTC days. What a measurement has added can be taken back exactly.
"""

import json

from shiploop.domain.objectives.measurement import Measurement
from shiploop.stores import keys


def recording(measurement: Measurement, retention_s: int) -> str:
    """A measurement as the JSON that `record` takes."""
    at, day = measurement.at, measurement.at.date()
    good = {slo: "good" if is_good else "bad" for slo, is_good in measurement.good.items()}
    durations = measurement.durations_ms
    kept: list[tuple[str, int, int]] = [
        (keys.metrics(name, day), took_ms, retention_s) for name, took_ms in durations.items()
    ]
    if "tte" in durations:
        hour = keys.metrics_hour("tte-hour", at)
        kept.append((hour, durations["tte"], keys.METRICS_HOUR_TTL_S))
    told = {
        "task_id": measurement.task_id,
        "ttl": retention_s,
        "counts": [*measurement.counts, *(f"slo:{slo}:{how}" for slo, how in good.items())],
        "minute": at.hour * 60 + at.minute,
        "events": [keys.slo_events(slo, how, day) for slo, how in good.items()],
        "durations": kept,
        "tte_ms": durations.get("tte"),
        "counter": _rfc_counter(measurement),
        "counts_key": keys.metrics("counts", day),
        "ever_key": keys.METRICS_EVER,
    }
    # Lua takes a JSON null for something that is there.
    return json.dumps({name: value for name, value in told.items() if value is not None})


def _rfc_counter(measurement: Measurement) -> str | None:
    for status, counter in (("done", "success"), ("error", "failure")):
        if f"status:{status}" in measurement.counts:
            return keys.metrics(counter, measurement.at.date())
    return None  # declined: neither (RFC 5.3.2)
