"""Serves the API: `python -m api`."""

import logging

import uvicorn

from api.app import create_app
from shiploop.bootstrap import services
from shiploop.observability import configure_logging

# The client must be the first to close what is idle (httpx after 5 s, nginx after 60), or a request
# that is on its way meets a closed door.
_KEEP_ALIVE_S = 75
_GRACE_S = 2  # those who follow a task would hold a stopping API for as long as the task runs

log = logging.getLogger(__name__)


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    configure_logging("api")
    ours = services()
    settings = ours.settings
    configure_logging("api", settings.secrets())
    if not settings.api_keys:
        log.warning(
            "no SHIPLOOP_API_KEYS are set: whoever reaches %s may ask, so only loopback is served",
            settings.api_host,
        )
    uvicorn.run(
        create_app(ours),
        host=settings.api_host,
        port=settings.api_port,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        log_config=None,
        access_log=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )


if __name__ == "__main__":
    main()
