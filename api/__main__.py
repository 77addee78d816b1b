"""Serves the API: `python -m api`."""

import logging

from api.app import create_app
from shiploop.bootstrap import services
from shiploop.observability import configure_logging
from webguard.serving import serve

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
    serve(
        create_app(ours),
        host=settings.api_host,
        port=settings.api_port,
        proxy_headers=bool(settings.forwarded_allow_ips),
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_graceful_shutdown=_GRACE_S,
    )


if __name__ == "__main__":
    main()
