"""Numbers, states and reasons as people read them."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final, Literal, assert_never

from shiploop.domain.delivery.change import Level
from shiploop.domain.delivery.stages import waited_ms
from shiploop.domain.delivery.task import FailureKind, Status
from shiploop.domain.delivery.task_record import TaskRecord
from shiploop.domain.objectives.alerts import AlertState
from shiploop.domain.objectives.report import SloStatus
from shiploop.domain.objectives.slo import Period, SloState, events_needed

Tone = Literal["green", "orange", "red", "blue", "gray"]

SLO_STATES: Final[Mapping[SloState, tuple[str, Tone]]] = {
    SloState.MET: ("met", "green"),
    SloState.MISSED: ("missed", "orange"),
    SloState.ALERT: ("alert", "red"),
    SloState.TOO_FEW: ("too few to tell", "gray"),
    SloState.NO_DATA: ("no data", "gray"),
}
STATUS_TONES: Final[Mapping[Status, Tone]] = {
    Status.QUEUED: "gray",
    Status.RUNNING: "blue",
    Status.WAITING: "orange",
    Status.DONE: "green",
    Status.ERROR: "red",
    Status.DECLINED: "orange",
}
ALERT_TONES: Final[Mapping[AlertState, Tone]] = {
    AlertState.OK: "green",
    AlertState.PENDING: "orange",
    AlertState.FIRING: "red",
    AlertState.RESOLVED: "green",
}
PERIODS: Final[Mapping[Period, str]] = {
    Period.DAY: "day",
    Period.WEEK: "week",
    Period.MONTH: "month",
}

# What each kind means; a task's own error says the rest.
FAILURES: Final[Mapping[FailureKind, str]] = {
    FailureKind.GITHUB: "GitHub did not do what was asked of it",
    FailureKind.CI_FAILED: "A required check of its pull request failed",
    FailureKind.CI_TIMEOUT: "The checks of its pull request did not end in time",
    FailureKind.CONFLICT: "Its change went on conflicting with what others merged",
    FailureKind.MERGE_REFUSED: "The merge was refused",
    FailureKind.RULES: "The repository's rules forbid it",
    FailureKind.FROZEN: "Merges were frozen until its deadline had passed",
    FailureKind.DEPLOY_FAILED: "It was merged, and the platform could not build it",
    FailureKind.DEPLOY_SKIPPED: "It was merged, and the platform did not build it",
    FailureKind.NEVER_LIVE: "It was merged, but never seen live",
    FailureKind.UNHEALTHY_DEPLOY: "It was merged, and production was unhealthy with it",
    FailureKind.UNVERIFIED: "It was merged and is live, but its answer was not found there",
    FailureKind.CANCELLED: "Somebody cancelled it",
    FailureKind.CRASHED: "The runners that worked on it died too often",
    FailureKind.DEADLINE: "It was not merged before its deadline",
    FailureKind.INTERNAL: "Something of shiploop's own was wrong",
}

_MS_A_SECOND: Final = 1000
_BYTES_A_MB: Final = 1_000_000
_MARKDOWN: Final = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|~$:]")
_NONE: Final = "–"
_MINUS: Final = "\u2212"


def format_answer_by(task: TaskRecord) -> str | None:
    """Who wrote the answer, and what the model took for it, used or not."""
    if task.generator is None or task.model is None:
        return task.generator
    took = [task.model]
    if task.tokens_in is not None and task.tokens_out is not None:
        took.append(f"{task.tokens_in} tokens in, {task.tokens_out} out")
    if task.cost_usd is not None:
        took.append(f"${task.cost_usd:.6f}")
    return f"{task.generator} ({', '.join(took)})"


def format_seconds(took_ms: float | None) -> str:
    """A duration: `850 ms`, `2.41 s`, `61.3 s`."""
    if took_ms is None:
        return _NONE
    if took_ms < _MS_A_SECOND:
        return f"{took_ms:.0f} ms"
    digits = 2 if took_ms < 10 * _MS_A_SECOND else 1
    return f"{took_ms / _MS_A_SECOND:.{digits}f} s"


def format_excess(by_ms: int | None) -> str:
    """By how much a target was missed."""
    return format_seconds(by_ms) if by_ms is None or by_ms > 0 else "none"


def format_percent(share: float | Fraction | None) -> str:
    """A share: `99.5 %`, and never 100 for what is less."""
    if share is None:
        return _NONE
    number = float(share)
    if abs(number) > 1:
        return f"{100 * number:,.0f} %".replace("-", _MINUS)
    told = f"{100 * number:.2f}".rstrip("0").rstrip(".").replace("-", _MINUS)
    return "99.99 %" if told == "100" and number < 1 else f"{told} %"


def format_ago(moment: datetime | None, now: datetime) -> str:
    """How long something is ago, in its largest unit."""
    return _NONE if moment is None else f"{format_span(now - moment)} ago"


def format_span(length: timedelta) -> str:
    """A length of time, in its largest unit."""
    passed_s = max(0, int(length.total_seconds()))
    for unit, unit_s in (("d", 86_400), ("h", 3600), ("min", 60)):
        if passed_s >= 2 * unit_s:
            return f"{passed_s // unit_s} {unit}"
    return f"{passed_s} s"


def format_memory(held_bytes: int | None) -> str:
    """What a process holds of the machine's memory: `212 MB`."""
    return _NONE if held_bytes is None else f"{held_bytes / _BYTES_A_MB:,.0f} MB"


def format_clock(moment: datetime) -> str:
    """A moment, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def format_markdown(plain: str) -> str:
    """Plain text for where Streamlit reads Markdown."""
    return _MARKDOWN.sub(r"\\\g<0>", plain)


def format_count(number: int, one: str, several: str | None = None) -> str:
    """A number with its noun: `1 run`, `3 runs`."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def format_slo_value(status: SloStatus) -> str:
    """What an objective's indicator stands at, or why there is no such number."""
    if status.state is SloState.NO_DATA:
        return "no data"
    if status.value is None:
        return "too few"
    return (
        format_percent(status.value)
        if status.slo.limit_ms is None
        else format_seconds(status.value)
    )


def format_slo_events(status: SloStatus) -> str:
    """How many events were counted, and how many it takes where they are too few."""
    total = f"{status.counted.total:,}"
    if status.state is not SloState.TOO_FEW:
        return total
    return f"{total} of {events_needed(status.slo.target)} needed"


def format_budget(left: float | None) -> tuple[str, Tone]:
    """How an error budget stands."""
    if left is None:
        return "no data", "gray"
    return ("overspent", "red") if left < 0 else ("left", "green")


def format_burn_state(rate: float | None) -> tuple[str, Tone]:
    """Whether a whole budget would last if it went on like this."""
    if rate is None:
        return "too few to tell", "gray"
    if rate == 0:
        return "not burning", "gray"
    return ("too fast", "orange") if rate > 1 else ("sustainable", "green")


def format_runners(alive: int, silent: int = 0) -> tuple[str, Tone]:
    """Whether there are runners, and whether some have fallen silent."""
    if not alive:
        return "none alive", "red"
    return (f"{silent} silent", "orange") if silent else ("alive", "green")


def format_slo_target(status: SloStatus) -> str:
    """What was promised: `95 % ≤ 60 s`, `≥ 99 %`."""
    share = format_percent(status.slo.target)
    limit = status.slo.limit_ms
    return f"≥ {share}" if limit is None else f"{share} ≤ {limit // _MS_A_SECOND} s"


def format_burn_rate(rate: float | None) -> str:
    """How fast the budget goes: 1× lasts exactly for the period."""
    return "–" if rate is None else f"{rate:.1f}×"


def format_level(task: TaskRecord) -> str | None:
    """Who decides on a run, and as which kind of answer; None where it has not come so far."""
    if task.level is None:
        return None
    who = "shiploop by itself" if task.level is Level.AUTO else "a person"
    return f"{who} (kind: {task.kind})" if task.kind else who


def format_waited(task: TaskRecord, now: datetime) -> str | None:
    """For how long a run was parked; None for one that never was."""
    if not task.waits:
        return None
    return format_long(waited_ms(task, task.settled_at or now))


def format_long(took_ms: float) -> str:
    """A time that may be days, by its largest unit: `3.5 h`."""
    for unit, unit_ms in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000)):
        if took_ms >= unit_ms:
            return f"{took_ms / unit_ms:.1f} {unit}"
    return format_seconds(took_ms)


def format_spaced(name: str) -> str:
    """A name without its underscores."""
    return name.replace("_", " ")


def format_reason(task: TaskRecord, freeze: str | None) -> str | None:
    """Why a run is not merged, or not live, in a sentence; None when there is nothing to say."""
    match task.status:
        case Status.DONE:
            return None
        case Status.DECLINED:
            return f"It was declined: {_sentence(task.reason or 'no reason is known')}"
        case Status.ERROR:
            meaning = FAILURES[task.failure_kind] if task.failure_kind else "It failed"
            return f"{meaning}: {_sentence(task.error)}" if task.error else f"{meaning}."
        case Status.WAITING:
            return "Not yet: it waits for a person to approve it, or to close its pull request."
        case Status.QUEUED | Status.RUNNING if freeze is not None:
            return f"Not yet, and merges are frozen: {_sentence(freeze)}"
        case Status.QUEUED:
            return "Not yet: it waits for a runner."
        case Status.RUNNING:
            return f"Not yet: it is {task.stage}." if task.stage else "Not yet: it has just begun."
        case _ as never:
            assert_never(never)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
