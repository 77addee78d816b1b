"""Every Redis key and how long it lives: other people rely on these names."""

from datetime import date, datetime

from shiploop.domain.delivery.task_record import AGENT_OF_VERSION_1

QUEUE = "agent:queue:orchestrator"
FLOW_QUEUE = "agent:queue:flows"
NOTICE_QUEUE = "agent:queue:notices"  # what Slack is to be told
MAIL_QUEUE = "agent:queue:mails"
QUEUE_GROUP = "runners"
FACTS_CHANNEL = "agent:facts"
EVENTS_CHANNEL = "agent:events"
TASK_INDEX = "agent:tasks"
RATE_LIMITS = "agent:limits"
FREEZE = "agent:freeze"
DOCTOR = "agent:doctor"  # nothing is ever stored there
LEFT_OUT = "agent:documents:left-out"
ROLLBACK_ACTIVE = "agent:rollback-active"
ROLLBACK_MERGES = "agent:rollback-merges"
ROLLBACK_MODE = "agent:rollback-mode"
WAITING = "agent:waiting"  # tasks that are parked, by when they expire
WAITING_HINTS = "agent:waiting:hints"  # of these something is known to have changed
WAITING_LOOK = "agent:waiting:look"
WAITING_POLL = "agent:waiting:poll"
WAITING_TOLD = "agent:waiting:told"
AUTONOMY = "agent:autonomy"
SHIPPED = "agent:shipped"  # tasks that were merged, by when
HEALTH_TURN = "agent:health:turn"
HEALTH_SAMPLES = "agent:health:rounds"  # the key is older than the word
HEALTH_STATES = "agent:health:states"
HEALTH_DECISION = "agent:health:decision"
HEALTHY_SHA = "agent:health:healthy-sha"
PROBES_EVER_WELL = "agent:health:ever-well"  # those whose address need not be there
METRICS_EVER = "agent:metrics:ever"
METRICS_RUNNERS_SINCE = "agent:metrics:runner-minutes-since"

TASK_TTL_S = 24 * 3600
DEDUPE_TTL_S = 3600  # the RFC's hour (3.2)
FACT_TTL_S = 3600
DELIVERY_TTL_S = 24 * 3600
QUEUED_TTL_S = 24 * 3600
VERDICT_TTL_S = 24 * 3600
ROLLBACK_TTL_S = 30 * 24 * 3600  # as long as somebody may try to undo the same merge again
INCIDENT_TTL_S = 7 * 24 * 3600  # one that nobody ends is told again after a week
NOTICE_TTL_S = 7 * 24 * 3600  # so long nobody is told the same again
METRICS_HOUR_TTL_S = 8 * 24 * 3600  # a week by the hour
SHIPPED_TTL_S = 30 * 24 * 3600  # so long somebody may say that an answer is wrong
REVIEW_TTL_S = 35 * 24 * 3600  # longer than any period that is reviewed
DECLINED_TTL_S = 90 * 24 * 3600
HEARTBEAT_TTL_S = 120  # the RFC's checker calls a heartbeat dead after 300 s (4.2.2)


def task(task_id: str) -> str:
    """Hash: everything that is known of one task."""
    return f"agent:task:{task_id}"


def events(task_id: str) -> str:
    """Stream: what has happened to one task; the two go together."""
    return f"agent:events:{task_id}"


def dedupe(agent: str, dedupe_key: str) -> str:
    """String: the task that a request belongs to for an hour (RFC 3.2, for the agent `faq`)."""
    return f"agent:{agent}:hash:{dedupe_key}"


# Before records named their agent, each was the FAQ's.
DEDUPE_PREFIX_OF_VERSION_1 = dedupe(AGENT_OF_VERSION_1, "")


def fact(subject: str) -> str:
    """Hash: what GitHub told us about one commit, or of one branch by its full name."""
    return f"agent:fact:{subject}"


def merged(merge_sha: str) -> str:
    """String: the task whose merge that is, whatever the commit's message says."""
    return f"agent:merged:{merge_sha}"


def shipped(task_id: str) -> str:
    """Hash: what was shipped for one task, and what people have said of it."""
    return f"agent:shipped:{task_id}"


def queued(run_id: str) -> str:
    """String: a flow run that is on the queue of flows."""
    return f"agent:queued:{run_id}"


def verdict(live_sha: str) -> str:
    """Hash: what was concluded of one deploy."""
    return f"agent:verdict:{live_sha}"


def rollback(merge_sha: str) -> str:
    """Hash: the rollback of one merge, or which rollback it is a part of."""
    return f"agent:rollback:{merge_sha}"


def incident(subject: str) -> str:
    """Hash: the open incident about one subject."""
    return f"agent:incident:{subject}"


def notice(notice_id: str) -> str:
    """String: what people shall be told, or were told already."""
    return f"agent:notice:{notice_id}"


def delivery(delivery_id: str) -> str:
    """String: a webhook delivery that was taken already."""
    return f"agent:delivery:{delivery_id}"


def metrics(name: str, day: date) -> str:
    """The counter or sorted set `name` of one UTC day."""
    return f"agent:metrics:{name}:{day:%Y%m%d}"


def metrics_hour(name: str, at: datetime) -> str:
    """The sorted set `name` of one UTC hour."""
    return f"agent:metrics:{name}:{at:%Y%m%d%H}"


def slo_events(slo: str, how: str, day: date) -> str:
    """String: how many good, or bad, events an objective had in each minute of a UTC day."""
    return metrics(f"{how}:{slo}", day)


def alert(name: str) -> str:
    """Hash: where one alert stands."""
    return f"agent:alert:{name}"


def silence(name: str) -> str:
    """String: why people are not told of one alert for now."""
    return f"agent:silence:{name}"


def review(period: str, first_day: date) -> str:
    """String: the review of this period is being written, or was."""
    return f"agent:review:{period}:{first_day:%Y%m%d}"


def kept(agent: str) -> str:
    """Hash: everything that an agent has shipped and keeps true, as the last sweep saw it."""
    return f"agent:kept:{agent}"


def sweeping(agent: str) -> str:
    """String: the flow run that looks after all that just now."""
    return f"agent:sweeping:{agent}"


def declined(agent: str) -> str:
    """Stream: what was declined of late."""
    return f"agent:declined:{agent}"


def gap_review(agent: str, first_day: date) -> str:
    """String: the review of what was declined in that week is being written, or was."""
    return f"agent:gap-review:{agent}:{first_day:%Y%m%d}"


def heartbeat(runner_id: str) -> str:
    """Hash: one runner's sign of life, in the RFC's format."""
    return f"worker:heartbeat:{runner_id}"


def runners_state(channel: str) -> str:
    """Whether people know by this channel that a runner lives, or that none does."""
    return f"agent:runners:state:{channel}"


def runners_telling(channel: str) -> str:
    """Who is just telling them so."""
    return f"agent:runners:telling:{channel}"
