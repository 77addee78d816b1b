"""What the processes of a stack are told through their environment."""

import secrets
from pathlib import Path

from shiploop.probe_file import read_probes, variables_of
from shiploop.settings import Settings, value_of
from shiploop.stack.addresses import Addresses, port_of
from shiploop.stack.home import kept_secret, prefect_auth_string

REPOSITORY = "acme/shiploop-docs"

# What saves a third of the CPU that a run costs Prefect's server (docs/adr/0011), and keeps it
# from asking the network.
_PREFECT_SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "2",
    "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "50",
    "PREFECT_CLIENT_MAX_RETRIES": "4",  # 30 s; after that the worker pool tries again
    # That a task is "Finished in state Completed()" its state says; failures are logged.
    "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL": "WARNING",
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    # A flow is scheduled each minute. What was planned while the stack was off begins at once
    # when it is back: so plan minutes ahead, and keep a week of runs.
    "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT3M",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "604800",
}


def shared_environment(
    settings: Settings, addresses: Addresses, home: Path, slack_webhook: str
) -> dict[str, str]:
    """The variables that every process of a stack is told, secrets and all.

    `slack_webhook` is the path of the sandbox's own. Raises ProbesUnreadable.
    """
    shared = {
        **_PREFECT_SETTINGS,
        **variables_of(read_probes(settings.probes, value_of)),
        **settings.as_environment(),
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": f"{addresses.prefect.removesuffix('/api')}/api",
        "REDIS_URL": addresses.redis,
        "SHIPLOOP_HOME": str(home),
        "SHIPLOOP_API_PORT": str(port_of(addresses.api)),
    }
    if settings.prefect_api_url is None:
        shared["PREFECT_API_AUTH_STRING"] = prefect_auth_string(home)
    if settings.signing_key is None:
        shared["SHIPLOOP_SIGNING_KEY"] = kept_secret(home / "signing_key")
    if settings.github_repo is None:
        shared |= {
            "GITHUB_REPO": REPOSITORY,
            "GITHUB_API_URL": addresses.github,
            "SITE_URL": addresses.site,
        }
        for secret in ("GITHUB_TOKEN", "GITHUB_WEBHOOK_SECRET"):
            shared.setdefault(secret, secrets.token_hex(20))
        slack = f"{addresses.github}/services/{slack_webhook}"
        shared.setdefault("SLACK_WEBHOOK_URL", slack)
        shared.setdefault("SHIPLOOP_HEALTH_INTERVAL_S", "0.25")  # the world is at hand
    return shared
