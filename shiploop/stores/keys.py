"""Every Redis key and how long it lives: other people rely on these names."""

from datetime import date

QUEUE = "agent:queue:orchestrator"
FLOW_QUEUE = "agent:queue:flows"
QUEUE_GROUP = "runners"
FACTS_CHANNEL = "agent:facts"
EVENTS_CHANNEL = "agent:events"
TASK_INDEX = "agent:tasks"
RATE_LIMITS = "agent:limits"
FREEZE = "agent:freeze"

TASK_TTL_S = 24 * 3600
EVENTS_TTL_S = TASK_TTL_S  # a task and its events go together
DEDUPE_TTL_S = 3600  # the RFC's hour (3.2)
FACT_TTL_S = 3600
DELIVERY_TTL_S = 24 * 3600
METRICS_TTL_S = 90 * 24 * 3600
HEARTBEAT_TTL_S = 120  # the RFC's checker calls a heartbeat dead after 300 s (4.2.2)


def task(task_id: str) -> str:
    """Hash: everything that is known of one task."""
    return f"agent:task:{task_id}"


def events(task_id: str) -> str:
    """Stream: what has happened to one task."""
    return f"agent:events:{task_id}"


def dedupe(question_hash: str) -> str:
    """String: the task that a question belongs to for an hour."""
    return f"agent:faq:hash:{question_hash}"


def fact(sha: str) -> str:
    """Hash: what GitHub told us about one commit."""
    return f"agent:fact:{sha}"


def delivery(delivery_id: str) -> str:
    """String: a webhook delivery that was taken already."""
    return f"agent:delivery:{delivery_id}"


def metrics(name: str, day: date) -> str:
    """The counter or sorted set `name` of one UTC day."""
    return f"agent:metrics:{name}:{day:%Y%m%d}"


def heartbeat(worker_id: str) -> str:
    """Hash: one runner's sign of life, in the RFC's format."""
    return f"worker:heartbeat:{worker_id}"
